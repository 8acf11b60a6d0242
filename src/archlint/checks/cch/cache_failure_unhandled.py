"""CCH004: a cache on another machine, of which no reader goes on without it when it fails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.knowledge import Library
from archlint.facts.syntax import CallRef
from archlint.project.caches.cache_reads import CacheReads
from archlint.project.caches.cache_writes import CacheWrites
from archlint.project.caches.cached_copies import CachedCopies, CopyWords
from archlint.project.caches.filled_misses import FilledMisses
from archlint.project.control.swallowed import catches
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import receiver_of
from archlint.project.names.setting_values import SettingValues

_READ, _WRITE = "cache.read", "cache.write"
_BACKEND, _IGNORED = "cache-backend", "cache-failures-ignored"
_CALLERS, _INWARD = 3, 3


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
            yield _hit(project, reads, library.library)


def _reads(project: Project, params: Params) -> dict[str, list[CallSite]]:
    """Type of a client → the first read of each function that fills a miss with a copy, by place; one that asks through
    functions of the project's own is counted with the read that these make."""
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
    misses = FilledMisses(project, reads)
    for point in project.effects.points(_WRITE):
        if point.call is None or point.caller is None or point.call.operation is not None or not point.module.is_production:
            continue
        asked = misses.through(point.call)
        read = _of_library(project, asked, _INWARD) if asked is not None else None
        if read is not None and read.receiver is not None:
            found[read.receiver.name].setdefault(point.caller, read)
    return {name: list(by_caller.values()) for name, by_caller in found.items()}


def _of_library(project: Project, read: CallSite, depth: int) -> CallSite | None:
    """The library's read that a call runs, in functions of the project's own."""
    if read.operation is not None:
        return read if _READ in read.operation.effect else None
    for target in read.targets if depth else ():
        for inner in project.calls.of(target.definition) if target.definition is not None else ():
            found = _of_library(project, inner, depth - 1)
            if found is not None:
                return found
    return None


def _made(project: Project, read: CallSite) -> Iterator[Step]:
    """Where the client is made."""
    receiver = receiver_of(read)
    for source in project.values.sources.of(read.module, receiver, read.call.context) if receiver is not None else ():
        if isinstance(source.expr, CallRef):
            yield Step(Site(source.module.path, source.expr.at, source.expr.end), "the client is made here")


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


def _hit(project: Project, reads: list[CallSite], cache: str) -> Hit:
    count = len(reads)
    words = {"count": f"{count} functions here fill" if count > 1 else "1 function here fills", "cache": cache}
    made = tuple(_made(project, reads[0]))[:1]
    return Hit(reads[0].site, words, confidence=min(reads[0].confidence, Confidence.MEDIUM), related=made)
