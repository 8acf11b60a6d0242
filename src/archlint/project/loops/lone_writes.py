"""Turns that only execute statements which write, and ask nothing: one call with all parameters does that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute
from archlint.project.effects.statement_kind import StatementKind
from archlint.project.loops.plain_inserts import BETWEEN, stands_alone
from archlint.project.parts import names_in, parts_of, root_name
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.loops.repeated import Repeated
    from archlint.project.model import CallSite
    from archlint.project.program import Project

_TOUCHING = frozenset({"db.read", "db.write", "db.commit"})
_BACK = "returning"
_OTHERWISE = frozenset({"else", "case", "with"})
_LEAVING = frozenset({"continue", "return", "raise"})
_TAKING = frozenset({"add", "remove", "aadd", "aremove"})
_RELATIONS = frozenset({"db-manager", "relation"})


def only_writes(project: Project, query: Repeated) -> bool:
    """`UPDATE lines SET position = %s WHERE id = %s` of each item: whatever the turn does with the database is such a
    statement, of which nobody looks at the answer and whose text is the same in each turn, and the loop goes to its end."""
    loop, point, call = query.loop, query.point, query.point.call
    if loop.mapping is not None or query.path.through or call is None or not _executes(project, query, call):
        return False
    if not BETWEEN.isdisjoint(loop.kinds_around(point.context)) or point.caller is None:
        return False
    if any(statement.kind == "break" for statement in loop.statements):
        return False
    beside = (p for p in project.effects.points_in(loop.module, point.caller, set(_TOUCHING)) if loop.holds(p.site))
    return all(other.call is not None and _executes(project, query, other.call) for other in beside)


def writes_each(project: Project, query: Repeated, adding: frozenset[str]) -> bool:
    """`row.save()`, `row.order.delete()`, `Line.objects.create(…)`, `order.lines.add(row)` in the loop itself, which goes to
    its end: there is a form of each for many rows, also where each has values of its own.  `adding`: calls that add one row.
    What a handler does, a block with a head of its own, the other side of a test, or what a turn is left
    behind (`continue`), is seldom come to."""
    loop, call = query.loop, query.point.call
    if loop.mapping is not None or query.path.through or call is None or not isinstance(call.call.callee, Attribute):
        return False
    if not (BETWEEN | _OTHERWISE).isdisjoint(loop.kinds_around(query.point.context)):
        return False
    if call.operation is None or call.operation.flushes or any(s.kind == "break" for s in loop.statements):
        return False
    if loop.derived.isdisjoint(names_in(loop.module.body, call.expr)):
        return False
    around = loop.chain(query.point.context)[:-1]
    if any(s.kind in _LEAVING and s.context in around and s.at > query.point.site.at for s in loop.statements):
        return False
    callee = call.call.callee
    if callee.attr in adding or _adds_to_relation(project, query, callee):
        return True
    return StatementKind(project.types.inference).executed(call) is None and root_name(callee.base) in loop.targets


def _adds_to_relation(project: Project, query: Repeated, callee: Attribute) -> bool:
    """`order.lines.add(row)`, which takes many."""
    given = query.point.call.call.arguments if query.point.call is not None else ()
    found = project.types.all(query.point.module, callee.base, query.point.context)
    is_item = len(given) == 1 and given[0].name is None and root_name(given[0].value) in query.loop.targets
    return callee.attr in _TAKING and is_item and any(project.types.role(t) in _RELATIONS for t in found if not t.is_class)


def _executes(project: Project, query: Repeated, call: CallSite) -> bool:
    """It is handed a statement, which is not put together of the item, and nothing is asked back of it."""
    body, statement = call.module.body, StatementKind(project.types.inference).executed(call)
    if statement is None or not stands_alone(query.loop, call):
        return False
    text = project.values.text(call.module, statement, call.call.context)
    if text is not None:
        derived = query.loop.derived
        varying = (
            hole for hole in text.holes if hole.module is not call.module or not derived.isdisjoint(names_in(body, hole.expr))
        )
        return _BACK not in text.rendered.lower() and next(varying, None) is None
    return all(last_name(body, part) != _BACK for part in parts_of(body, statement))
