"""Values that say when they were made: whoever reads one from a cache can see how old it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Collection, Expr, Mapping, Name
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.cache_writes import CacheWrites
    from archlint.project.model import CallSite

_CLOCKS = frozenset({"now", "utcnow", "today", "time", "time_ns"})


def is_dated(writes: CacheWrites, site: CallSite, value: Expr | None) -> bool:
    """`[size, now.isoformat()]`, `json.dumps({"rate": rate, "until": time.time() + 60})`: one of what is kept together."""
    module, body, context = site.module, site.module.body, site.call.context
    if value is None:
        return False
    source = writes.source(module, value, context)
    given = [a.value for a in body.calls[source.index].arguments[:1]] if isinstance(source, CallRef) else [source]
    for each in given:
        kept = writes.source(module, each, context)
        if isinstance(kept, Collection | Mapping):
            parts = (writes.source(module, part, context) if isinstance(part, Name) else part for part in parts_of(body, kept))
            if any(isinstance(part, CallRef) and last_name(body, part) in _CLOCKS for part in parts):
                return True
    return False
