"""Items that all lead to one object: those of its own list, and those that a query has asked for by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Comparison, Expr, Name
from archlint.project.parts import parts_of

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project


def is_of_its_owner(project: Project, loop: Loop, expr: Attribute) -> bool:
    """`line.order` in a loop over `order.lines` or over `Line.query.filter_by(order_id=…)`: what the attribute leads to is
    the object whose list is gone through, or one and the same for all items."""
    types, module, place = project.types, loop.module, loop.place
    wanted = {found.name for found in types.all(module, expr, loop.context) if not found.is_class}
    if not wanted or place.subject is None:
        return False
    waiting: list[tuple[Expr, int]] = [(place.subject, place.parent)]
    if isinstance(place.subject, Name):
        sources = project.values.sources.of(module, place.subject, place.parent)
        waiting += [(s.expr, s.context) for s in sources if s.expr is not None and s.module is module]
    keys = frozenset({expr.attr, f"{expr.attr}_id"})
    return any(
        _asks_by(module.body, part, keys)
        or (
            isinstance(part, Attribute)
            and not wanted.isdisjoint(t.name for t in types.all(module, part.base, context) if not t.is_class)
        )
        for subject, context in waiting
        for part in parts_of(module.body, subject)
    )


def _asks_by(body: Body, part: Expr, keys: frozenset[str]) -> bool:
    """`filter_by(order_id=…)`, `filter(Line.order == order)`."""
    if isinstance(part, CallRef):
        return any(argument.name in keys for argument in body.calls[part.index].arguments)
    if not isinstance(part, Comparison) or part.ops != ("==",):
        return False
    return any(isinstance(side, Attribute) and side.attr in keys for side in part.operands)
