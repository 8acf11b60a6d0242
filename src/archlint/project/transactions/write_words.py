"""The words by which a write is called: they tell a record of the visit, or what is made once, from a change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.spelling import spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.control.conditions import Path
    from archlint.project.model import CallSite

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
        found += _words_of_statement(call)
        if len(call.call.arguments) == 1:  # `update(last_login=now())`: the only column that is set
            found += words_of(call.call.arguments[0].name or "")
        if call.receiver is not None:
            found += [word for word in words_of(call.receiver.name.rpartition(".")[2]) if word not in _SENDERS]
            found += [word for each in call.receiver.arguments for word in words_of(each.name.rpartition(".")[2])]
    return frozenset(found)


def _words_of_statement(call: CallSite) -> Iterator[str]:
    """Of what the statement writes that a name holds: `Cache` of `asked = insert(Cache).values(…)`."""
    module, given = call.module, call.call.arguments[0].value if call.call.arguments else None
    if not isinstance(given, Name):
        return
    for statement in module.own_statements(module.body.contexts[call.call.context].function):
        if statement.kind == "assign" and isinstance(statement.target, Name) and statement.target.id == given.id:
            written = _begun_with(call, statement.value)
            yield from words_of(spell(module.body, written)) if written is not None else ()


def _begun_with(site: CallSite, expr: Expr | None) -> Expr | None:
    """What the first call of a chain is given."""
    first: Expr | None = None
    while isinstance(expr, CallRef | Attribute):
        if isinstance(expr, CallRef):
            call = site.module.body.calls[expr.index]
            first = call.arguments[0].value if call.arguments else None
            expr = call.callee
        else:
            expr = expr.base
    return first if isinstance(first, Name | Attribute) else None
