"""Writes that may wait until a loop has ended: where it asks for each item too, who makes one question of these has all that
one statement writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.project.effects.statement_kind import StatementKind
from archlint.project.loops.plain_inserts import BETWEEN, stands_alone
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.loops.repeated import Repeated
    from archlint.project.program import Project


def may_wait(project: Project, query: Repeated, locking: frozenset[str]) -> bool:
    """It stands in the loop itself, nobody uses its answer, nothing of the turn stands around it but tests, the loop goes to
    its end, and no row in it is locked."""
    loop, call = query.loop, query.point.call
    if loop.mapping is not None or query.path.through or call is None or not stands_alone(loop, call):
        return False
    operation = call.operation
    if operation is None and StatementKind(project.types.inference).executed(call) is None:
        return False
    if operation is not None and (operation.flushes or operation.many is not None):
        return False
    if not BETWEEN.union({"with"}).isdisjoint(loop.kinds_around(query.point.context)):
        return False
    body = loop.module.body
    own = [each for each in body.calls if loop.place.at <= each.at < loop.place.end]
    return not any(statement.kind == "break" for statement in loop.statements) and locking.isdisjoint(
        last_name(body, each.callee) for each in own
    )
