"""Relations that an earlier loop over the same list has read of each item: the second loop finds them loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Name
from archlint.project.parts import root_name
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from archlint.facts.syntax import Body
    from archlint.project.loops.loops import Loop, Loops
    from archlint.project.relations.lazy_relations import LazyRelations

_EACH_TURN = frozenset({"for", "with", "try", "comprehension"})


def is_read_before(relations: LazyRelations, loops: Loops, loop: Loop, expr: Attribute) -> bool:
    """`line.product` in a loop over `lines`, behind another in which each turn reads it.  A list that a call gives
    (`order.lines.all()`) is asked for anew."""
    module, subject, body = loop.module, loop.place.subject, loop.module.body
    if not isinstance(subject, Name | Attribute):
        return False
    listed, way = spell(body, subject), _way(body, expr)
    names = frozenset({listed, root_name(subject)})
    for other, context in relations.named_in(module):
        if other.at >= loop.place.at or other.attr != expr.attr or _way(body, other) != way:
            continue
        before = next((each for each in loops.around(module, context) if root_name(other) in each.targets), None)
        if before is None or before.place.at >= loop.place.at or before.place.subject is None:
            continue
        is_same = spell(body, before.place.subject) == listed and not _is_given_anew(names, before, loop)
        if is_same and _is_on_the_way(body, before, loop) and before.kinds_around(context) <= _EACH_TURN:
            return True
    return False


def _way(body: Body, expr: Attribute) -> str:
    """What is read of the item: `order.customer` of `line.order.customer`."""
    return spell(body, expr).partition(".")[2]


def _is_given_anew(names: frozenset[str], before: Loop, loop: Loop) -> bool:
    body, between = loop.module.body, loop.module.statements_between(before.place.at + 1, loop.place.at)
    return any(s.kind == "assign" and s.target is not None and spell(body, s.target) in names for s in between)


def _is_on_the_way(body: Body, before: Loop, loop: Loop) -> bool:
    """Whoever comes to the second loop has gone through the first."""
    context = loop.place.parent
    while context not in (before.place.parent, -1):
        context = body.contexts[context].parent
    return context >= 0 and before.place.end <= loop.place.at
