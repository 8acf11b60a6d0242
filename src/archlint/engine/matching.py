"""Which findings are old: the baseline's entries against what a run found.

An entry stands for as many findings as it counts. Whether a finding is one of them is told by these, tried in this order:

    the same code     path, rule and fingerprint (rule, enclosing symbol, subject) are equal; lines do not matter
    a renamed file    rule and fingerprint are equal, and the entry's file is gone; one of the same name comes first
    moved code        the same, though its file is still there: a function or class with its name went to another file
    a renamed symbol  path (or its file is gone), rule and subject are equal, and there is no such symbol any more
    renamed modules   the subject names modules (a chain's ends, a cycle's members): in place of those that are gone
                      there are others of the same last name, or of the same package
    a smaller tangle  the subject names a part of the modules that the entry's names

What is left of an entry is room for a finding that is not there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from msgspec.structs import replace

from archlint.engine.baseline import entry_of
from archlint.facts.baseline import Baseline, Entry
from archlint.facts.findings import Finding

_DOTTED = re.compile(r"[\w.]+")


@dataclass(frozen=True)
class Ground:
    """The project as it is now: its files, its modules' names, and the functions and classes of a file."""

    paths: Collection[str]
    modules: Collection[str]
    symbols: Callable[[str], Collection[str]]


@dataclass(frozen=True)
class Matched:
    """`old` are positions in the findings that were asked about; `unused` entries, with the number that is left over."""

    old: frozenset[int]
    unused: tuple[Entry, ...]


_Key = Callable[[Entry], Hashable]
"""What two entries must share to be looked at together; None: this one is not looked at."""
_Fits = Callable[[Entry, Entry], bool]
"""Whether an entry of the baseline (the first) means a finding (the second, as an entry of its own)."""


def match(baseline: Baseline, findings: Sequence[Finding], ground: Ground) -> Matched:
    """Pairs entries and findings; of equal findings the first ones are the old ones."""
    pairing = _Pairing(baseline.entries, findings)
    gone = {entry.path for entry in baseline.entries if entry.path not in ground.paths}

    def same_name(entry: Entry, found: Entry) -> bool:
        return entry.path in gone and _file(entry.path) == _file(found.path)

    def lost_symbol(entry: Entry, found: Entry) -> bool:
        return entry.path in gone or (entry.path == found.path and entry.symbol not in ground.symbols(entry.path))

    def renamed_modules(entry: Entry, found: Entry) -> bool:
        near = entry.path == found.path or entry.path in gone
        return near and _renamed(entry.subject, found.subject, ground.modules)

    pairing.take(lambda entry: (entry.path, entry.rule, entry.fingerprint), _always)
    pairing.take(_identity, same_name)
    pairing.take(_identity, lambda entry, _: entry.path in gone)
    pairing.take(lambda entry: _identity(entry) if entry.symbol else None, _always)
    pairing.take(lambda entry: (entry.rule, entry.subject) if entry.symbol else None, lost_symbol)
    for part in (_last_name, _package, _any_name):  # what most renamings leave equal comes first: the last asks of all pairs
        pairing.take(partial(_by_modules, part), renamed_modules)
    pairing.take(lambda entry: (entry.rule, entry.symbol) if len(_names(entry.subject)) > 1 else None, _smaller)
    return pairing.result()


class _Pairing:
    """Entries with what they still count, and the findings that nothing has taken yet."""

    def __init__(self, entries: Sequence[Entry], findings: Sequence[Finding]) -> None:
        self._left = {entry: entry.count for entry in entries}
        self._free = {number: entry_of(finding) for number, finding in enumerate(findings)}
        self._all = frozenset(self._free)

    def take(self, key: _Key, fits: _Fits) -> None:
        """Pairs what has equal keys and fits, in the order of the findings and of the entries."""
        by_key: dict[Hashable, list[Entry]] = {}
        for entry, left in self._left.items():
            if left and (shared := key(entry)) is not None:
                by_key.setdefault(shared, []).append(entry)
        for number, found in list(self._free.items()) if by_key else ():
            for entry in by_key.get(key(found), ()):
                if self._left[entry] and fits(entry, found):
                    self._left[entry] -= 1
                    del self._free[number]
                    break

    def result(self) -> Matched:
        unused = tuple(replace(entry, count=left) for entry, left in self._left.items() if left)
        return Matched(self._all - self._free.keys(), unused)


def _always(entry: Entry, found: Entry) -> bool:  # noqa: ARG001  where the key says it all
    return True


def _identity(entry: Entry) -> Hashable:
    return entry.rule, entry.fingerprint


def _file(path: str) -> str:
    return path.rpartition("/")[2]


def _last_name(module: str) -> str:
    return module.rpartition(".")[2]


def _package(module: str) -> str:
    return module.rpartition(".")[0]


def _any_name(module: str) -> str:  # noqa: ARG001  one signature for all parts
    return ""


def _by_modules(part: Callable[[str], str], entry: Entry) -> Hashable:
    return entry.rule, entry.symbol, *sorted(part(name) for name in _names(entry.subject))


@lru_cache(maxsize=10_000)
def _names(subject: str) -> tuple[str, ...]:
    return tuple(_DOTTED.findall(subject))


def _renamed(before: str, after: str, modules: Collection[str]) -> bool:
    """Whether the subjects differ in modules only, each of them gone, with another one in its place."""
    old, new = Counter(_names(before)), Counter(_names(after))
    lost, added = old - new, new - old
    return (
        lost.total() == added.total() > 0
        and not any(name in modules for name in lost)
        and all(name in modules for name in added)
        and _paired(sorted(lost.elements()), list(added.elements()))
    )


def _smaller(entry: Entry, found: Entry) -> bool:
    return set(_names(found.subject)) < set(_names(entry.subject))


def _paired(lost: Iterable[str], added: list[str]) -> bool:
    """Whether each lost name has a new one of its last name or of its package."""
    for name in lost:
        found = next((a for a in added if _last_name(a) == _last_name(name) or _package(a) == _package(name)), None)
        if found is None:
            return False
        added.remove(found)
    return True
