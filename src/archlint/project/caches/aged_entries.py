"""Entries that say how old they are, so that whoever reads them decides on their age."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Collection, Comparison, Expr, Mapping, Name
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.knowledge import CacheWrite
    from archlint.project.caches.cache_reads import CacheReads
    from archlint.project.caches.cache_writes import CacheWrites
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_CLOCK = frozenset({"now", "utcnow", "time", "time_ns", "monotonic"})
_CALLERS = 5


class AgedEntries:
    def __init__(self, project: Project, writes: CacheWrites, reads: CacheReads) -> None:
        self._project = project
        self._writes = writes
        self._reads = reads

    def ages(self, site: CallSite, write: CacheWrite) -> bool:
        """The value carries the time at which it was made, or that is written beside it, and the module compares times:
        the reader decides on its age."""
        value = site.argument(write.value)
        if value is None:
            return False
        module = site.module
        made = self._is_stamped(site, write) or any(
            self._is_clock(site, item) or self._holds_clock(module, item, site.call.context)
            for part in self._reads.followed_parts(module, value, site.call.context)
            for item in (part.items if isinstance(part, Collection) else part.values if isinstance(part, Mapping) else ())
        )
        return made and any(
            isinstance(part, Comparison) and self._holds_clock(module, part, statement.context)
            for statement in module.body.statements
            if statement.value is not None
            for part in parts_of(module.body, statement.value)
        )

    def _is_stamped(self, site: CallSite, write: CacheWrite) -> bool:
        """The same function writes the time for the key of this write (`hset("written", key, time())`)."""
        key = self._writes.key(site, write)
        for other, _ in self._writes.in_function(site.caller) if key and site.caller is not None else ():
            given = [argument.value for argument in other.call.arguments]
            names = [self._writes.followed(other, expr) for expr in given[:-1]]
            if other.index != site.index and key in names and self._holds_clock(other.module, given[-1], other.call.context):
                return True
        return False

    def _is_clock(self, site: CallSite, expr: Expr, follow: bool = True) -> bool:
        """The time of day, also where a caller hands it in."""
        module = site.module
        source = self._writes.source(module, expr, site.call.context)
        if isinstance(source, CallRef):
            return last_name(module.body, source) in _CLOCK
        owner = site.caller
        if not follow or owner is None or not isinstance(expr, Name) or parameter(owner.function, expr.id) is None:
            return False
        given = ((c, arguments_by_parameter(c.call, owner).get(expr.id)) for c in self._project.calls.callers(owner)[:_CALLERS])
        return any(value is not None and self._is_clock(call, value, follow=False) for call, value in given)

    def _holds_clock(self, module: Module, expr: Expr, context: int) -> bool:
        parts = self._reads.followed_parts(module, expr, context, 2)
        return any(isinstance(part, CallRef) and last_name(module.body, part) in _CLOCK for part in parts)
