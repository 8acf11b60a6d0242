"""Items of an object's own list, which know the object without asking for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Expr, Name
from archlint.project.parts import parts_of

if TYPE_CHECKING:
    from archlint.project.loops import Loop
    from archlint.project.program import Project


def is_of_its_owner(project: Project, loop: Loop, expr: Attribute) -> bool:
    """`line.order` in a loop over `order.lines`: what the attribute leads to is the object whose list is gone through."""
    types, module, place = project.types, loop.module, loop.place
    wanted = {found.name for found in types.all(module, expr, loop.context) if not found.is_class}
    if not wanted or place.subject is None:
        return False
    waiting: list[tuple[Expr, int]] = [(place.subject, place.parent)]
    if isinstance(place.subject, Name):
        sources = project.values.sources.of(module, place.subject, place.parent)
        waiting += [(s.expr, s.context) for s in sources if s.expr is not None and s.module is module]
    return any(
        isinstance(part, Attribute)
        and not wanted.isdisjoint(t.name for t in types.all(module, part.base, context) if not t.is_class)
        for subject, context in waiting
        for part in parts_of(module.body, subject)
    )
