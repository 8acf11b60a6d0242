"""CCH002: a cache key that is made of data alone, with no word that keeps it apart from other keys."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.knowledge import CacheWrite
from archlint.facts.syntax import Expr
from archlint.project.caches.cache_keys import CacheKeys
from archlint.project.caches.cache_writes import CacheWrites
from archlint.project.caches.open_keys import OpenKeys
from archlint.project.model import CallSite
from archlint.project.names.setting_values import SettingValues
from archlint.project.spelling import shorten, spell

_KEPT = ("value", "hash")
_PREFIX = "cache-prefix"


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`many`: last words of names of data of which there is no end; `few`: words of names that are no such data;
    `spaces`: arguments by which a cache is made that puts a word before each of its keys."""

    many: tuple[str, ...]
    few: tuple[str, ...]
    spaces: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each key template without a word of its own, a proof for each write under one that has it."""
    writes = CacheWrites(project)
    keys = CacheKeys(project, writes, OpenKeys(project, params.many, params.few))
    settings = SettingValues(project)
    said: set[tuple[str, str]] = set()
    for site, write in writes.all:
        key = site.argument(write.key)
        if write.kind not in _KEPT or key is None:
            continue
        library = project.knowledge.library(_target(site))
        if library is None:
            continue
        if settings.meaning(library, _PREFIX):
            yield Proof(site.site, "the setting puts a prefix before it")
            continue
        if keys.is_in_space(site, params.spaces):
            yield Proof(site.site, "the cache puts a word before it")
            continue
        told = keys.is_named(site, key)
        if told:
            yield Proof(site.site, "has a word of its own")
        if told is not False:
            yield from _handed(keys, site, key, library.library, said)
        elif (library.library, writes.key(site, write)) not in said:
            said.add((library.library, writes.key(site, write)))
            yield _hit(site, write, writes, library.library)


def _handed(keys: CacheKeys, site: CallSite, key: Expr, cache: str, said: set[tuple[str, str]]) -> Iterator[Hit]:
    """Most callers of the function that writes give it a key with a word: those that do not are told where they are."""
    for call, given, owner in keys.bare(site, key):
        written = spell(call.module.body, given)
        if (cache, written) not in said:
            said.add((cache, written))
            name = shorten(f"{spell(call.module.body, call.call.callee)}(…)")
            words = {"call": name, "key": shorten(written), "cache": cache, "callee": owner.name}
            path = (Step(call.site, f"calls {owner.name}"), Step(site.site, f"writes to {cache}"))
            yield Hit(call.site, words, "wrapper", min(site.confidence, call.confidence, Confidence.MEDIUM), path=path)


def _target(site: CallSite) -> str:
    return next((target.name for target in site.targets if target.operation is not None), "")


def _hit(site: CallSite, write: CacheWrite, writes: CacheWrites, cache: str) -> Hit:
    call = shorten(f"{spell(site.module.body, site.call.callee)}(…)")
    words = {"call": call, "key": shorten(writes.key(site, write)), "cache": cache}
    return Hit(site.site, words, confidence=min(site.confidence, Confidence.MEDIUM))
