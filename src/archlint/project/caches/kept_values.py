"""Values in a cache that are no mere copies: they say when they were made, or gather what comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Expr, Mapping, Name, Operation
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.knowledge import CacheWrite
    from archlint.project.caches.cache_writes import CacheWrites
    from archlint.project.model import CallSite

_GATHERS = frozenset({"append", "extend", "insert", "remove", "add"})
_READS = frozenset({"get", "loads", "unpackb"})
_SUMS = frozenset({"+", "|"})
_FEW = 4
"""Parts of a value: in a longer record the time is one field of what is copied."""
_TURNS = frozenset({"str", "int", "float", "round"})
_CLOCKS = frozenset({"now", "utcnow", "today", "time", "time_ns"})


def is_dated(writes: CacheWrites, site: CallSite, value: Expr | None) -> bool:
    """`[size, now.isoformat()]`, `json.dumps({"rate": rate, "until": time.time() + 60})`: one of what is kept together; or
    nothing but the time: `datetime.now(UTC).isoformat()`."""
    module, body, context = site.module, site.module.body, site.call.context
    if value is None:
        return False
    source = writes.source(module, value, context)
    if _is_time(writes, site, source):
        return True
    given = [a.value for a in body.calls[source.index].arguments[:1]] if isinstance(source, CallRef) else [source]
    for each in given:
        kept = writes.source(module, each, context)
        items = kept.items if isinstance(kept, Collection) else kept.values if isinstance(kept, Mapping) else ()
        if 0 < len(items) <= _FEW:
            parts = (writes.source(module, part, context) if isinstance(part, Name) else part for part in parts_of(body, kept))
            if any(isinstance(part, CallRef) and last_name(body, part) in _CLOCKS for part in parts):
                return True
    return False


def _is_time(writes: CacheWrites, site: CallSite, expr: Expr | None) -> bool:
    """A clock is read, and what it gives is turned into a text or a number."""
    body = site.module.body
    while isinstance(expr, CallRef):
        call = body.calls[expr.index]
        if last_name(body, expr) in _CLOCKS:
            return True
        if isinstance(call.callee, Attribute) and isinstance(call.callee.base, CallRef | Name):
            expr = writes.source(site.module, call.callee.base, site.call.context)
        else:
            is_turned = isinstance(call.callee, Name) and call.callee.id in _TURNS and len(call.arguments) == 1
            expr = writes.source(site.module, call.arguments[0].value, site.call.context) if is_turned else None
    return False


def is_gathered(writes: CacheWrites, site: CallSite, write: CacheWrite, value: Expr | None) -> bool:
    """`orders = json.loads(client.get(key)); orders.append(order); client.set(key, json.dumps(orders))`, or the list with which
    such an entry begins; `queue = cache.get(key, []); cache.set(key, queue + [number])`."""
    if site.caller is None:
        return False
    module, row = site.module, site.caller.index
    read = {
        s.target.id: s.value
        for s in module.own_statements(row)
        if isinstance(s.target, Name) and isinstance(s.value, CallRef) and last_name(module.body, s.value) in _READS
    }
    if isinstance(value, CallRef | Operation):
        key = writes.key(site, write)
        sums = (part for part in parts_of(module.body, value) if isinstance(part, Operation) and part.op in _SUMS)
        added = {operand.id for each in sums for operand in each.operands if isinstance(operand, Name)}
        return any(_reads(writes, site, read[name], key) for name in sorted(added & read.keys()))
    if not isinstance(value, Name | Collection):
        return False
    names = read.keys() & {value.id} if isinstance(value, Name) else read.keys()
    changed = (call.callee for call in module.own_calls(row))
    return any(
        isinstance(each, Attribute) and each.attr in _GATHERS and isinstance(each.base, Name) and each.base.id in names
        for each in changed
    )


def _reads(writes: CacheWrites, site: CallSite, read: CallRef, key: str) -> bool:
    """The same entry is read."""
    call = site.module.body.calls[read.index]
    return bool(key) and any(writes.followed(site, argument.value) == key for argument in call.arguments[:1])
