"""Loops that look for one of their items: what they do for each they do for few, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, Comparison, Expr, Name
from archlint.project.parts import names_in

if TYPE_CHECKING:
    from archlint.project.repeated import Repeated


def is_search(query: Repeated) -> bool:
    """The loop returns what it found for an item."""
    loop, body = query.loop, query.loop.module.body
    own = [s for s in loop.statements if s.kind == "return" and s.at > query.made.at] if loop.mapping is None else []
    return any(not loop.derived.isdisjoint(names_in(body, statement.value)) for statement in own)


def is_for_one(query: Repeated) -> bool:
    """`if topic["name"] == name:` around the place, where the name is not the loop's, nor that of a constant."""
    loop, body = query.loop, query.loop.module.body
    places = [body.contexts[row] for row in loop.chain(query.point.context)[:-1]] if loop.mapping is None else []
    return any(
        isinstance(place.subject, Comparison)
        and place.kind == "if"
        and place.subject.ops == ("==",)
        and _tells_one(body, place.subject, loop.derived)
        for place in places
    )


def _tells_one(body: Body, test: Comparison, derived: frozenset[str]) -> bool:
    sides = [(side, derived.isdisjoint(names_in(body, side))) for side in test.operands]
    return any(not is_fixed for _, is_fixed in sides) and any(is_fixed and _may_vary(side) for side, is_fixed in sides)


def _may_vary(side: Expr) -> bool:
    """A name that holds what is looked for, no constant and no member of a class (`State.DONE`)."""
    if isinstance(side, Attribute):
        return not side.attr.isupper() and _may_vary(side.base)
    return isinstance(side, Name) and not side.id[:1].isupper()
