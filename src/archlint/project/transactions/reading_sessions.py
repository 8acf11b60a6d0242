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
    from archlint.project.source.modules import Module

_SESSION = "db-session"
_ENDING = frozenset({"commit", "rollback", "close", "end_transaction", "expunge_all", "remove", "invalidate"})
"""Last names of calls on a session that give its connection back."""


class ReadingSessions:
    """Told of sessions that the function asks, itself or by handing them on, and that it commits behind the place, itself or
    in the same way; or that it has opened in a block around both."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def begun_by(self, definition: Def, point: EffectPoint) -> EffectPoint | None:
        """The last query before the place of a session that is committed behind it, and not before."""
        sessions = {*self._committed(definition, point), *self._opened(point)}
        found = None
        for read in self._project.effects.points_of(definition, "db.read") if sessions else ():
            if not _comes_before(read, point) or not _holds_on(read, point):
                continue
            name = self._session(read)
            if name in sessions and not self._is_ended(definition, name, read, point):
                found = read if found is None or read.site.at > found.site.at else found
        return found

    def _committed(self, definition: Def, point: EffectPoint) -> Iterator[str]:
        for commit in self._project.effects.points_of(definition, "db.commit"):
            is_behind = commit.site.at > point.site.end and not is_failure_path(commit.module, commit.context)
            if not is_behind or not may_follow(point.module, _place(point), _place(commit)):
                continue
            name = self._session(commit)
            if name:
                yield name

    def _opened(self, point: EffectPoint) -> Iterator[str]:
        """`with Session() as session:` around the place: it gives its connection back when the block is left."""
        module = point.module
        for row in chain(module, point.context):
            place = module.body.contexts[row]
            if place.kind == "with" and isinstance(place.target, Name) and self._is_session(module, place.target, row):
                yield place.target.id

    def _is_session(self, module: Module, expr: Expr, context: int) -> bool:
        types = self._project.types
        return any(types.role(each) == _SESSION and not each.is_class for each in types.all(module, expr, context))

    def _session(self, point: EffectPoint) -> str:
        """The session that a call is made on, or that it is handed, as it is written; empty for none."""
        return self._asked(point) if point.is_direct else self._handed(point)

    def _handed(self, point: EffectPoint) -> str:
        """`Orders.one(session=session, number=number)`"""
        given = (argument.value for argument in point.call.call.arguments) if point.call is not None else ()
        sessions = (
            each for each in given if isinstance(each, Name | Attribute) and self._is_session(point.module, each, point.context)
        )
        return next((spell(point.module.body, each) for each in sessions), "")

    def _asked(self, point: EffectPoint) -> str:
        module, context = point.module, point.context
        expr: Expr | None = point.call.call.callee if point.call is not None else point.point.expr
        while expr is not None:
            if isinstance(expr, Name | Attribute) and self._is_session(module, expr, context):
                return spell(module.body, expr)
            if isinstance(expr, CallRef):
                expr = module.body.calls[expr.index].callee
            elif isinstance(expr, Await):
                expr = expr.value
            else:
                expr = expr.base if isinstance(expr, Attribute) else None
        return ""

    def _is_ended(self, definition: Def, name: str, read: EffectPoint, point: EffectPoint) -> bool:
        """By a call on the session between the two, by a function that is handed it, or by the one that asks."""
        module, since = definition.module, read.site.end
        commits = self._project.effects.points_of(definition, "db.commit")
        if any(not c.is_direct and read.site.at <= c.site.at < point.site.at and self._handed(c) == name for c in commits):
            return True
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
