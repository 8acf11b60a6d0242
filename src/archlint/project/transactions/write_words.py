"""The words by which a write is called: they tell a record of the visit, or what is made once, from a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.project.spelling import spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.control.conditions import Path

_SENDERS = frozenset({"session", "db"})
"""What sends the write is called so; a model of a visitor's session is seen by its class."""

_VIEWS = frozenset({"view", "views"})
"""A module that is called so holds what answers; that somebody looked is not said by it."""


def words_of_write(path: Path) -> frozenset[str]:
    """The words of the function and module in which a way ends in a write, of what that is called on and is given."""
    end, call = path.end, path.end.call
    found = [word for word in words_of(end.shown) if word not in _SENDERS]
    if path.through:
        last = path.through[-1]
        found += words_of(last.function.qualname)
        found += [word for part in last.module_name.split(".") if part not in _VIEWS for word in words_of(part)]
    if call is not None:
        found += [
            word
            for given in call.call.arguments[:1]
            for word in words_of(spell(end.module.body, given.value))
            if word not in _SENDERS
        ]
        if len(call.call.arguments) == 1:  # `update(last_login=now())`: the only column that is set
            found += words_of(call.call.arguments[0].name or "")
        if call.receiver is not None:
            found += [word for word in words_of(call.receiver.name.rpartition(".")[2]) if word not in _SENDERS]
            found += [word for each in call.receiver.arguments for word in words_of(each.name.rpartition(".")[2])]
    return frozenset(found)
