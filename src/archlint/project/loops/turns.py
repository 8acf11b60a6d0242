"""What a turn of a loop makes of a query's answer, and hands to the turns after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Mapping, Name
from archlint.project.loops.batches import expression_of
from archlint.project.parts import names_in
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop

_FILLING = frozenset({"append", "add", "extend", "update"})
_MADE_BY = frozenset({"list", "set", "dict"})


def made_from(loop: Loop, point: EffectPoint) -> frozenset[str]:
    """The names that the query's answer is given in the loop, and those that are made from it."""
    body, place, found = loop.module.body, loop.place, set[str]()
    made = [(s.target, s.value) for s in loop.statements if s.target is not None]
    made += [(c.target, c.subject) for c in body.contexts if place.at < c.at < place.end and c.target is not None]
    for target, value in made * 3:
        asks = value is not None and value.at <= point.site.at < value.end
        if asks or not found.isdisjoint(names_in(body, value)):
            found.update(names_in(body, target))
    return frozenset(found) - loop.targets


def goes_on_from_before(loop: Loop, point: EffectPoint) -> bool:
    """`seen.append(found)`, where `seen` is part of the next turn's question."""
    body, place = loop.module.body, loop.place
    if loop.mapping is not None:
        return False
    asked = set(names_in(body, expression_of(point)))
    asked |= {
        name
        for s in loop.statements
        if isinstance(s.target, Name) and s.target.id in asked and s.at < point.site.at
        for name in names_in(body, s.value)
    }
    given, lists = made_from(loop, point), _lists(loop)
    return any(
        isinstance(call.callee, Attribute)
        and call.callee.attr in _FILLING
        and isinstance(call.callee.base, Name)
        and call.callee.base.id in asked & lists
        and call.at > point.site.at
        and any(not given.isdisjoint(names_in(body, argument.value)) for argument in call.arguments)
        for call in body.calls
        if place.at <= call.at < place.end
    )


def _lists(loop: Loop) -> set[str]:
    """The names that are given a list, a set or a mapping before the loop."""
    body = loop.module.body
    return {
        s.target.id
        for s in body.statements
        if type(s.target) is Name
        and s.at < loop.place.at
        and (isinstance(s.value, Collection | Mapping) or (type(s.value) is CallRef and last_name(body, s.value) in _MADE_BY))
    }
