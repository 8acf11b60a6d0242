"""Who reads what is written to a store, and what becomes of it: a miss that is filled, a value taken further, a stamp."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.knowledge import CacheWrite
from archlint.facts.syntax import CallRef, Collection, Comparison, Expr, Mapping, Name
from archlint.project.arguments import arguments_by_parameter, parameter
from archlint.project.cache_writes import CacheWrites, is_running_code
from archlint.project.model import CallSite
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.texts import Written

if TYPE_CHECKING:
    from archlint.project.modules import Module
    from archlint.project.program import Project

_ASKED = frozenset({"exists", "hexists", "has_key", "ttl", "pttl", "hlen", "strlen", "type", "keys", "scan"})
"""Reads that deliver no value."""
_CLOCK = frozenset({"now", "utcnow", "time", "time_ns", "monotonic"})
_DEPTH = 3
_CALLERS = 5


class CacheReads:
    """Answers about the reads that belong to a write."""

    def __init__(self, project: Project, writes: CacheWrites) -> None:
        self._project = project
        self._writes = writes

    def fills(self, site: CallSite, write: CacheWrite) -> bool:
        """The function asks for the key before it writes it, and reads its value, or one call does both: it fills a
        miss."""
        if site.operation is not None and site.operation.once and "cache.read" in site.operation.effect:
            return True
        own = list(self._own(site, write))
        return any(first.call.end <= site.call.at for first in own) and any(_delivers(read) for read in own)

    def is_state(self, site: CallSite, write: CacheWrite) -> bool:
        """What is written is made of what was read under the same key (a state that goes on), or is compared with it
        (a stamp that tells whether something changed)."""
        value = site.argument(write.value)
        reads = [read for read in self._own(site, write) if read.call.end <= site.call.at]
        if value is None or not reads:
            return False
        calls = {read.index for read in reads}
        parts = self.followed_parts(site.module, value, site.call.context)
        if any(isinstance(part, CallRef) and part.index in calls for part in parts):
            return True
        return any(self._compares(test, context, value, calls, site) for test, context in self._tests(site))

    def is_read(self, site: CallSite, write: CacheWrite) -> bool:
        """Something in the project reads values under such a key."""
        expr = site.argument(write.key)
        return expr is None or not self._shapes(site, expr).isdisjoint(self._read)

    def ages(self, site: CallSite, write: CacheWrite) -> bool:
        """The value carries the time at which it was made, and the module compares times: the reader decides on its age."""
        value = site.argument(write.value)
        if value is None:
            return False
        module = site.module
        made = any(
            self._is_clock(site, item)
            for part in self.followed_parts(module, value, site.call.context)
            for item in (part.items if isinstance(part, Collection) else part.values if isinstance(part, Mapping) else ())
        )
        return made and any(
            isinstance(part, Comparison) and self._holds_clock(module, part, statement.context)
            for statement in module.body.statements
            if statement.value is not None
            for part in parts_of(module.body, statement.value)
        )

    def followed_parts(self, module: Module, expr: Expr, context: int, depth: int = _DEPTH) -> list[Expr]:
        """The parts of an expression, and those of what its local names stand for."""
        found: list[Expr] = []
        for part in parts_of(module.body, expr):
            source = self._writes.source(module, part, context)
            if source is not part and depth:
                found += self.followed_parts(module, source, context, depth - 1)
            found.append(part)
        return found

    def _own(self, site: CallSite, write: CacheWrite) -> Iterator[CallSite]:
        """The reads of the same key in the same function."""
        if site.caller is None:
            return
        key = self._writes.key(site, write)
        for other in self._project.calls.of(site.caller):
            first = _key_of(other)
            if first is not None and self._writes.followed(other, first) == key:
                yield other

    def _tests(self, site: CallSite) -> Iterator[tuple[Comparison, int]]:
        """The equalities that the function tests before the call."""
        assert site.caller is not None  # noqa: S101 - it has reads of its own
        body, function = site.module.body, site.caller.function
        for statement in body.statements:
            if statement.value is not None and function.at <= statement.at < site.call.at:
                for part in parts_of(body, statement.value):
                    if isinstance(part, Comparison) and part.ops in (("==",), ("!=",)):
                        yield part, statement.context

    def _compares(self, test: Comparison, context: int, value: Expr, reads: set[int], site: CallSite) -> bool:
        module = site.module
        written = self._writes.followed(site, value)
        sides = [self._writes.source(module, side, context) for side in test.operands]
        is_written = any(self._writes.followed(site, side) == written for side in test.operands)
        return is_written and any(
            isinstance(part, CallRef) and part.index in reads for side in sides for part in parts_of(module.body, side)
        )

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
        parts = self.followed_parts(module, expr, context, 1)
        return any(isinstance(part, CallRef) and last_name(module.body, part) in _CLOCK for part in parts)

    @cached_property
    def _read(self) -> frozenset[str]:
        """The shapes of the keys under which values are read."""
        by_callee: dict[str, list[CallSite]] = defaultdict(list)
        for site in self._project.calls.all:
            if is_running_code(site.module) and _key_of(site) is not None and _delivers(site):
                by_callee[site.path].append(site)
        return frozenset(
            shape
            for sites in by_callee.values()
            for s in sites
            if (k := _key_of(s)) is not None
            for shape in self._shapes(s, k)
        )

    def _shapes(self, site: CallSite, expr: Expr) -> frozenset[str]:
        """What is written of a key, its holes alike; a key that is only a hole is alike in one file."""
        shapes = {
            "".join(piece.text if isinstance(piece, Written) else "{}" for piece in text.pieces)
            for text in self._project.values.texts(site.module, expr, site.call.context)
        } or {"{}"}
        return frozenset(
            shape if any(c.isalnum() for c in shape) else f"{site.path}:{shape if shape else '{}'}" for shape in shapes
        )


def _key_of(site: CallSite) -> Expr | None:
    """The key that a call reads; None for another call."""
    if site.operation is None or "cache.read" not in site.operation.effect:
        return None
    return site.argument("0:name") or site.argument("0:key")


def _delivers(site: CallSite) -> bool:
    return last_name(site.module.body, site.call.callee) not in _ASKED
