"""Ways that leave the class of the object on which they began: a base's method calls what another of its classes overrides."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Name
from archlint.project.model import Def, Type
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.program import Project

_OWN = frozenset({"self", "cls"})


def is_of_another_class(project: Project, places: list[EffectPoint]) -> bool:
    """`line.shown()` is a base's method and calls `self.parts()`, which the way takes from another class than that of `line`,
    whose own does not come to the effect."""
    first = places[0]
    receiver = first.call.receiver if first.call is not None else None
    if receiver is None or receiver.is_class or len(places) < 2:
        return False
    members = project.types.inference.members
    own = {ancestor.name for ancestor in members.ancestors(receiver)}
    for before, here in pairwise(places[1:]):
        name = _asked_of_self(before)
        owner = _owner(here.caller)
        if not name or not owner or _owner(before.caller) not in own:
            return False
        below = {ancestor.name for ancestor in members.ancestors(Type(owner))}
        if owner not in own and receiver.name not in below:
            found = members.find(receiver, name)
            return not any(project.effects.has(each, first.effect) for each in _functions(found or ()))
    return False


def _asked_of_self(place: EffectPoint) -> str:
    callee = place.call.call.callee if place.call is not None else None
    is_own = isinstance(callee, Attribute) and isinstance(callee.base, Name) and callee.base.id in _OWN
    return callee.attr if is_own and isinstance(callee, Attribute) else ""


def _owner(definition: Def | None) -> str:
    return definition.owner if definition is not None and definition.function.klass >= 0 else ""


def _functions(found: tuple[object, ...]) -> list[Def]:
    return [each.definition for each in found if isinstance(each, FunctionRef)]
