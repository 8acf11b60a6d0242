"""Handlers that answer an empty list unless their path has a key, or the client names what it wants."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.facts.syntax import CallRef, Collection, Expr, Name
from archlint.project.model import Def
from archlint.project.parts import names_in
from archlint.project.spelling import spell

_PATH = "kwargs"


def answers_nothing_first(definition: Def) -> bool:
    """`if "pk" not in kwargs: return Response([])`, also through a local name; `if not ids: return []`."""
    body = definition.module.body
    own = definition.module.own_statements(definition.index)
    told = {s.target.id for s in own if isinstance(s.target, Name) and s.value is not None and _PATH in names_in(body, s.value)}
    told |= {_PATH, *_lists(definition)}
    return any(
        statement.kind == "return"
        and body.contexts[statement.context].kind == "if"
        and not told.isdisjoint(names_in(body, body.contexts[statement.context].subject))
        and _is_nothing(definition, statement.value)
        for statement in own
    )


def _lists(definition: Def) -> Iterator[str]:
    """The parameters that are lists: what the client names."""
    body = definition.module.body
    for each in definition.function.parameters:
        if each.annotation is not None and "list[" in spell(body, each.annotation).lower():
            yield each.name


def _is_nothing(definition: Def, value: Expr | None) -> bool:
    if isinstance(value, CallRef):
        given = definition.module.body.calls[value.index].arguments
        value = given[0].value if given else None
    return isinstance(value, Collection) and not value.items
