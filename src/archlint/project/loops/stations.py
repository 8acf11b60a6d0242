"""The places that a loop comes through to its query: where it stands in the loop, and in each function on the way."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from archlint.project.effects.statement_kind import StatementKind
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import names_in

if TYPE_CHECKING:
    from archlint.project.control.conditions import Path
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.model import Def
    from archlint.project.program import Project

_READ, _WRITE = "db.read", "db.write"
_TURNS = frozenset({"for", "while", "comprehension", "except", "case"})


def stations(project: Project, point: EffectPoint, path: Path) -> list[EffectPoint]:
    """The place in the loop first, the library call (or the evaluation) last."""
    found = [point]
    for definition, step in zip(path.through, path.steps[1:], strict=False):
        points = project.effects.points_of(definition, point.effect)
        here = next((other for other in points if other.site == step.site), None)
        if here is None:
            break
        found.append(here)
    return found


def hands_write(project: Project, places: list[EffectPoint]) -> bool:
    """One of the calls on the way is given the text of a statement that writes, by a wrapper in which the text is lost."""
    kinds = StatementKind(project.types.inference)
    return any(_WRITE in (kinds.of_handed(place.call) or ()) for place in places[:-1] if place.call is not None)


def hands_read(project: Project, place: EffectPoint) -> bool:
    """The call is given the text of a statement that only asks, by a wrapper that commits what others write."""
    return place.call is not None and StatementKind(project.types.inference).of_handed(place.call) == (_READ,)


def is_straight(project: Project, point: EffectPoint, path: Path) -> bool:
    """Whoever comes into one of the functions on the way comes to its end: no branch and no loop stands around the places in
    them, and nothing is returned before."""
    places = stations(project, point, path)
    return len(places) > len(path.through) and not any(_may_be_passed(project, place) for place in places[1:])


def _may_be_passed(project: Project, place: EffectPoint) -> bool:
    contexts, context = place.module.body.contexts, place.context
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        if contexts[context].kind in _TURNS:
            return True
        context = contexts[context].parent
    tests = project.switches.tests_around(place.module, place.context, place.site.at)
    return next(iter(tests), None) is not None or _is_left_before(place)


def _is_left_before(place: EffectPoint) -> bool:
    own = place.module.own_statements(place.caller.index) if place.caller is not None else ()
    return any(s.kind == "return" and s.end <= place.site.at for s in own)


def carried(places: list[EffectPoint], loop: Loop) -> list[frozenset[str]]:
    """For each station the names that are made from the loop's item there: what it is handed on as, and what comes of it."""
    found = [loop.derived]
    for before, here in pairwise(places):
        handed: frozenset[str] = frozenset()
        if before.call is not None and before.kind == "call" and here.caller is not None:
            given = arguments_by_parameter(before.call.call, here.caller)
            body = before.module.body
            own = frozenset(name for name, expr in given.items() if not found[-1].isdisjoint(names_in(body, expr)))
            handed = _made_from(own, here.caller)
        found.append(handed)
    return found


def _made_from(names: frozenset[str], definition: Def) -> frozenset[str]:
    """The names and those that the function makes from them, straight down."""
    body, function, found = definition.module.body, definition.function, set(names)
    for statement in definition.module.statements_between(function.at, function.end) if names else ():
        if statement.target is not None and not found.isdisjoint(names_in(body, statement.value)):
            found.update(names_in(body, statement.target))
    return frozenset(found)
