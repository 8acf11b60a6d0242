"""Ways to a query that tries one name after the other until one is free: what a turn stores decides about the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project

_READ, _WRITE = "db.read", "db.write"


def looks_for_free(project: Project, places: list[EffectPoint], loop: Loop) -> bool:
    """`if taken(slug): return available(slug + "-2")`, `while taken(slug): slug = …` in a function below the loop, which stores
    something for each."""
    end, caller = places[-1], places[0].caller
    if len(places) == 1 or end.effect != _READ or caller is None or not _tries_on(end):
        return False
    return any(loop.holds(point.site) for point in project.effects.points_in(loop.module, caller, {_WRITE}))


def _tries_on(end: EffectPoint) -> bool:
    body, at, caller = end.module.body, end.site.at, end.caller
    if caller is None:
        return False
    tests = [
        row
        for row, place in enumerate(body.contexts)
        if place.function == caller.index
        and place.kind in ("if", "while")
        and place.subject is not None
        and place.subject.at <= at < place.subject.end
    ]
    own = end.module.own_statements(caller.index)
    asks_itself = {
        statement.context
        for statement in own
        if statement.kind == "return"
        and isinstance(statement.value, CallRef)
        and last_name(body, statement.value) == caller.function.name
    }
    return any(body.contexts[row].kind == "while" or row in asks_itself for row in tests)
