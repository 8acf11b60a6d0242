"""Objects that are read, changed by a method of theirs that adds to what they hold, and written back by whoever has read them:
`account = accounts.get(pk); account.deposit(5); accounts.save(account)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, Name, Statement
from archlint.project.model import CallSite, Def

if TYPE_CHECKING:
    from archlint.project.program import Project

_ASKING = ("db.write", "db.commit")
_MOST_CALLERS = 10


class MethodChange(Struct, frozen=True):
    """`statement` in `method` adds to `target`, an attribute of its own; `site` calls it on `receiver`, in `caller`."""

    method: Def
    statement: Statement
    target: Attribute
    site: CallSite
    caller: Def
    receiver: Name


class MethodChanges:
    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, changes: Iterable[tuple[Def, Statement, Attribute]]) -> Iterator[MethodChange]:
        """Those of the changes that stand in a method which stores nothing, once for each place that calls it."""
        effects = self._project.effects
        for method, statement, target in changes:
            if method.function.klass < 0 or not _is_itself(method, target):
                continue
            if any(effects.has(method, effect) for effect in _ASKING):
                continue
            for site in self._project.calls.callers(method)[:_MOST_CALLERS]:
                callee = site.call.callee
                receiver = callee.base if isinstance(callee, Attribute) else None
                if site.caller is None or not site.module.is_production or not isinstance(receiver, Name):
                    continue
                if site.caller.function.klass < 0 or not _is_itself(site.caller, callee):
                    yield MethodChange(method, statement, target, site, site.caller, receiver)


def _is_itself(method: Def, expr: object) -> bool:
    """`self.stock`, in a method that is given `self`."""
    first = method.function.parameters[0].name if method.function.parameters else ""
    return isinstance(expr, Attribute) and isinstance(expr.base, Name) and expr.base.id == first
