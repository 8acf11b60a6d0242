"""Rows that are in memory when a turn of a loop asks for them: the session holds them all, or a lazy value has kept them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Expr, Name
from archlint.project.loops.batches import expression_of
from archlint.project.loops.owners import WHOLE
from archlint.project.parts import calls_below
from archlint.project.relations.ordered import is_ordered
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import Repeated
    from archlint.project.program import Project

_FIRST, _ORDER = "first", "order_by"


def session_holds_all(project: Project, query: Repeated) -> bool:
    """`session.get(Role, key)` of each, where the function has put all of the class into a name ahead of the loop
    (`roles = Role.query.all()`): the session answers from what it holds.  Only a name keeps the rows there."""
    loop, call = query.loop, query.point.call
    if query.path.through or loop.mapping is not None or call is None or call.operation is None or not call.operation.keyed:
        return False
    module, body, types = loop.module, loop.module.body, project.types
    asked = {t.name for t in types.all(module, call.expr, call.call.context) if not t.is_class}
    around, row = set[int](), loop.place.parent
    while row >= 0:
        around.add(row)
        row = body.contexts[row].parent
    for statement in module.own_statements(loop.place.function) if asked and loop.place.function >= 0 else ():
        value = statement.value.value if isinstance(statement.value, Await) else statement.value
        if statement.end > loop.place.at or statement.context not in around or not isinstance(value, CallRef):
            continue
        outer = body.calls[value.index]
        named = {last_name(body, each.callee) for each in (outer, *calls_below(body, outer))}
        given = types.all(module, value, statement.context) if isinstance(statement.target, Name) and named <= WHOLE else ()
        if any(not asked.isdisjoint(item.name for item in each.arguments) for each in given):
            return True
    return False


def is_kept_by_value(project: Project, point: EffectPoint, loop: Loop) -> bool:
    """`rows.count()` in a turn that has made `rows` and gone through them, of a type that answers that from its items; the
    first of them only where they are in an order, else it is asked for anew."""
    expr, module = expression_of(point), loop.module
    callee = module.body.calls[expr.index].callee if isinstance(expr, CallRef) and point.module is module else None
    rows = callee.base if isinstance(callee, Attribute) else None
    if loop.mapping is not None or point.caller is None or not isinstance(callee, Attribute) or not isinstance(rows, Name):
        return False
    sources = project.values.sources.of(module, rows, point.context)
    made = sources[0].expr if len(sources) == 1 and sources[0].module is module else None
    if made is None or not _answers(project, point, rows, made, callee.attr):
        return False
    chain = loop.chain(point.context)
    return any(
        before.kind == "evaluation"
        and made.end <= before.site.at < point.site.at
        and before.context in chain
        and isinstance(before.point.expr, Name)
        and before.point.expr.id == rows.id
        and _goes_through(before)
        for before in project.effects.points_in(module, point.caller)
    )


def _goes_through(point: EffectPoint) -> bool:
    """Picking one item keeps nothing."""
    return not point.witness.target.endswith(".__getitem__")


def _answers(project: Project, point: EffectPoint, rows: Name, made: Expr, method: str) -> bool:
    types = project.types.all(point.module, rows, point.context)
    lazy = [info.lazy for each in types for _, info in project.knowledge.infos(each.name) if info.lazy is not None]
    if not lazy or not all(method in each.kept for each in lazy):
        return False
    if method != _FIRST:
        return True
    body = point.module.body
    outer = body.calls[made.index] if isinstance(made, CallRef) else None
    if outer is not None and any(last_name(body, each.callee) == _ORDER for each in (outer, *calls_below(body, outer))):
        return True
    return any(is_ordered(project, item) for each in types for item in each.arguments)
