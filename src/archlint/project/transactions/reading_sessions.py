"""Sessions whose transaction a query has begun: they hold a connection of the pool until they commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Name
from archlint.project.control.conditions import is_failure_path
from archlint.project.control.sequence import chain, may_follow
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.facts.syntax import Expr
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.model import Def
    from archlint.project.program import Project

_SESSION = "db-session"
_ENDING = frozenset({"commit", "rollback", "close", "end_transaction", "expunge_all", "remove", "invalidate"})
"""Last names of calls on a session that give its connection back."""


class ReadingSessions:
    """Told of sessions that the function asks itself, and commits itself behind the place."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def begun_by(self, definition: Def, point: EffectPoint) -> EffectPoint | None:
        """The last query before the place of a session that is committed behind it, and not before."""
        sessions = set(self._committed(definition, point))
        found = None
        for read in self._project.effects.points_of(definition, "db.read") if sessions else ():
            if not read.is_direct or not _comes_before(read, point) or not _holds_on(read, point):
                continue
            name = self._session(read)
            if name in sessions and not self._is_ended(definition, name, read.site.end, point):
                found = read if found is None or read.site.at > found.site.at else found
        return found

    def _committed(self, definition: Def, point: EffectPoint) -> Iterator[str]:
        for commit in self._project.effects.points_of(definition, "db.commit"):
            is_behind = (
                commit.is_direct and commit.site.at > point.site.end and not is_failure_path(commit.module, commit.context)
            )
            if not is_behind or not may_follow(point.module, _place(point), _place(commit)):
                continue
            name = self._session(commit)
            if name:
                yield name

    def _session(self, point: EffectPoint) -> str:
        """The session that a call is made on, as it is written; empty for none."""
        module, context = point.module, point.context
        expr: Expr | None = point.call.call.callee if point.call is not None else point.point.expr
        while expr is not None:
            if isinstance(expr, Name | Attribute):
                types = self._project.types.all(module, expr, context)
                if any(self._project.types.role(each) == _SESSION and not each.is_class for each in types):
                    return spell(module.body, expr)
            if isinstance(expr, CallRef):
                expr = module.body.calls[expr.index].callee
            elif isinstance(expr, Await):
                expr = expr.value
            else:
                expr = expr.base if isinstance(expr, Attribute) else None
        return ""

    @staticmethod
    def _is_ended(definition: Def, name: str, since: int, point: EffectPoint) -> bool:
        module = definition.module
        calls = (call for call in module.own_calls(definition.index) if since <= call.at < point.site.at)
        return any(
            isinstance(call.callee, Attribute)
            and call.callee.attr in _ENDING
            and spell(module.body, call.callee.base) == name
            and not is_failure_path(module, call.context)
            for call in calls
        )


def _comes_before(read: EffectPoint, point: EffectPoint) -> bool:
    is_before = read.site.end <= point.site.at and not is_failure_path(read.module, read.context)
    return is_before and may_follow(point.module, _place(read), _place(point))


def _holds_on(read: EffectPoint, point: EffectPoint) -> bool:
    """No block in which it was asked has been left."""
    around = set(chain(point.module, point.context))
    return all(row in around for row in chain(read.module, read.context) if read.module.body.contexts[row].kind == "with")


def _place(point: EffectPoint) -> tuple[int, int]:
    return point.context, point.site.at
