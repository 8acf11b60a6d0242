"""Relations that some query loads with their owners, but not the one that a loop goes over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Name
from archlint.project.loops.batches import expression_of
from archlint.project.relations.loaded import LoadedRelations

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project


def is_seen_unloaded(project: Project, point: EffectPoint, loop: Loop, loading: tuple[str, ...]) -> bool:
    """`for order in Order.objects.all()`, of which the loop asks for `order.lines.all()`: the list's query is in sight."""
    asked = expression_of(point)
    if loop.mapping is not None or loop.place.subject is None or not isinstance(asked, CallRef):
        return False
    callee = point.module.body.calls[asked.index].callee
    relation = callee.base if isinstance(callee, Attribute) else None
    if not (isinstance(relation, Attribute) and isinstance(relation.base, Name) and relation.base.id in loop.targets):
        return False
    loaded = LoadedRelations(project, loading).by(loop.module, loop.place.subject, loop.place.parent)
    return loaded.is_known and not loaded.holds(relation.attr)
