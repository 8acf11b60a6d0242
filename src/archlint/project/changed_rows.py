"""Commits that write what the code has set on rows: `order.state = "paid"`, then `session.commit()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Constant, Name
from archlint.project.class_attributes import bound_in
from archlint.project.conditions import Conditions
from archlint.project.credentials import words_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.knowledge import Operation
    from archlint.facts.syntax import Body, Statement
    from archlint.project.effects import EffectPoint
    from archlint.project.model import Type
    from archlint.project.program import Project

_COMMIT = "db.commit"
_STORED = "db-model"
_OWN = frozenset({"self", "cls"})
_CLOCKS = frozenset({"now", "utcnow", "today", "time", "timezone_now", "utc_now", "localtime"})


def ways_to_change(project: Project) -> Conditions:
    """Follows the effect `db.write` to what changes rows: a commit counts where its function has set one, what only sends
    what others noted down, if anything was, does not."""
    return Conditions(project, counts=changes_something, also=ChangedRows(project).are_written_by)


def changes_something(operation: Operation) -> bool:
    return not operation.flushes and _COMMIT not in operation.effect


class ChangedRows:
    """Questions about one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def are_written_by(self, point: EffectPoint) -> bool:
        """The place commits, and its function has set a column of a row before."""
        commits = any(t.operation is not None and _COMMIT in t.operation.effect for t in point.point.targets)
        if not commits or point.caller is None:
            return False
        module, function = point.module, point.caller.function
        for kind in ("assign", "augment"):
            for statement in module.statements[kind]:
                target = statement.target
                if not (function.at <= statement.at < point.site.at and isinstance(target, Attribute)):
                    continue
                if (isinstance(target.base, Name) and target.base.id in _OWN) or _is_stamp(module.body, target.attr, statement):
                    continue
                types = self._project.types.all(module, target.base, statement.context)
                if any(self._is_column(found, target.attr) for found in types):
                    return True
        return False

    def _is_column(self, owner: Type, name: str) -> bool:
        """A class of rows, or one above it, declares the attribute."""
        types = self._project.types
        if owner.is_class or types.role(owner) != _STORED:
            return False
        return bound_in(self._project, owner, name) is not None


def _is_stamp(body: Body, name: str, statement: Statement) -> bool:
    """It says when, how often or by whom it was asked last: `user.last_seen = now()`, `post.views += 1`."""
    value = statement.value
    if statement.kind == "augment" and isinstance(value, Constant):
        return True
    return "last" in words_of(name) or (isinstance(value, CallRef) and last_name(body, value) in _CLOCKS)
