"""Handlers that answer an empty list unless their path has a key: the rows behind it are those of another route."""

from __future__ import annotations

from archlint.facts.syntax import CallRef, Collection, Expr, Name
from archlint.project.model import Def
from archlint.project.parts import names_in

_PATH = "kwargs"


def answers_nothing_first(definition: Def) -> bool:
    """`if "pk" not in kwargs: return Response([])`, also through a local name."""
    body = definition.module.body
    own = [s for s in body.statements if body.contexts[s.context].function == definition.index]
    told = {s.target.id for s in own if isinstance(s.target, Name) and s.value is not None and _PATH in names_in(body, s.value)}
    return any(
        statement.kind == "return"
        and body.contexts[statement.context].kind == "if"
        and not (told | {_PATH}).isdisjoint(names_in(body, body.contexts[statement.context].subject))
        and _is_nothing(definition, statement.value)
        for statement in own
    )


def _is_nothing(definition: Def, value: Expr | None) -> bool:
    if isinstance(value, CallRef):
        given = definition.module.body.calls[value.index].arguments
        value = given[0].value if given else None
    return isinstance(value, Collection) and not value.items
