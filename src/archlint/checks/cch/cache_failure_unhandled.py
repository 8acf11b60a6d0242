"""CCH004: a cache on another machine, of which no reader goes on without it when it fails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof
from archlint.facts.knowledge import Library
from archlint.project.caches.cache_reads import CacheReads
from archlint.project.caches.cache_writes import CacheWrites
from archlint.project.caches.cached_copies import CachedCopies, CopyWords
from archlint.project.control.swallowed import catches
from archlint.project.model import CallSite, Def
from archlint.project.names.setting_values import SettingValues

_READ = "cache.read"
_BACKEND, _IGNORED = "cache-backend", "cache-failures-ignored"
_CALLERS = 3


class Params(CopyWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`local`: ends of the names of backends that are no other machine; the others: see `CopyWords`."""

    local: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each client none of whose reads is guarded, a proof for each read that is."""
    settings = SettingValues(project)
    for cache, reads in sorted(_reads(project, params).items()):
        library = project.knowledge.library(cache)
        if library is None or _is_local(cache, library, settings, params):
            continue
        if True in settings.meaning(library, _IGNORED):
            yield from (Proof(read.site, "a failure is taken for a miss") for read in reads)
            continue
        guarded = [read for read in reads if _is_guarded(project, read, _CALLERS)]
        yield from (Proof(read.site, "goes on without it") for read in guarded)
        if not guarded:
            yield _hit(reads, library.library)


def _reads(project: Project, params: Params) -> dict[str, list[CallSite]]:
    """Type of a client → the first read of each function that fills a miss with a copy, by place."""
    writes = CacheWrites(project)
    reads, copies = CacheReads(project, writes), CachedCopies(project, writes, params)
    found: dict[str, dict[Def, CallSite]] = defaultdict(dict)
    for site, write in writes.all:
        if site.caller is None or not site.module.is_production or not reads.fills(site, write):
            continue
        if copies.is_own(site, write) or not copies.is_of_query(site, write):
            continue  # a state that is made where it is missing
        for other in project.calls.of(site.caller):
            if other.operation is not None and _READ in other.operation.effect and other.receiver is not None:
                found[other.receiver.name].setdefault(site.caller, other)
    return {name: list(by_caller.values()) for name, by_caller in found.items()}


def _is_local(cache: str, library: Library, settings: SettingValues, params: Params) -> bool:
    """In the memory of the process, in files or in the database; a framework whose settings do not name a backend has one in
    memory, or is told elsewhere."""
    if cache.endswith(params.local):
        return True
    backends = [value for value in settings.meaning(library, _BACKEND) if isinstance(value, str)]
    is_set = _BACKEND not in library.settings.values()
    return any(name.endswith(params.local) for name in backends) or not (is_set or backends)


def _is_guarded(project: Project, read: CallSite, depth: int) -> bool:
    if catches(read.module, read.call.context):
        return True
    caller = read.caller
    if caller is None:
        return False
    if len(project.types.inference.returns.decorations(caller)) < len(caller.function.decorators):
        return True  # what a decorator that nobody knows does about failures nobody can say
    callers = [call for call in project.calls.callers(caller) if call.module.is_production]
    return depth > 0 and any(_is_guarded(project, call, depth - 1) for call in callers)


def _hit(reads: list[CallSite], cache: str) -> Hit:
    count = len(reads)
    words = {"count": f"{count} functions here fill" if count > 1 else "1 function here fills", "cache": cache}
    return Hit(reads[0].site, words, confidence=min(reads[0].confidence, Confidence.MEDIUM))
