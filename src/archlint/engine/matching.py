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
from functools import lru_cache

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


_Keys = Callable[[Entry], Iterable[Hashable]]
"""Where an entry is looked for: two are compared when they share one; none: this one is not looked at."""
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

    def by_a_lost_name(entry: Entry) -> Iterable[Hashable]:
        lost = [name for name in _names(entry.subject) if name not in ground.modules]
        return _by_names(entry, [max(lost, key=_depth)]) if lost else ()

    pairing.take(lambda entry: [(entry.path, entry.rule, entry.fingerprint)], _always)
    pairing.take(_identity, same_name)
    pairing.take(_identity, lambda entry, _: entry.path in gone)
    pairing.take(lambda entry: _identity(entry) if entry.symbol else (), _always)
    pairing.take(lambda entry: [(entry.rule, entry.subject)] if entry.symbol else (), lost_symbol)
    pairing.take(by_a_lost_name, renamed_modules, lambda found: _by_names(found, _names(found.subject)))
    pairing.take(_by_each_name, _smaller, _by_deepest_name)
    return pairing.result()


class _Pairing:
    """Entries with what they still count, and the findings that nothing has taken yet."""

    def __init__(self, entries: Sequence[Entry], findings: Sequence[Finding]) -> None:
        self._left = {entry: entry.count for entry in entries}
        self._free = {number: entry_of(finding) for number, finding in enumerate(findings)}
        self._all = frozenset(self._free)

    def take(self, keys: _Keys, fits: _Fits, keys_of_found: _Keys | None = None) -> None:
        """Pairs what shares a key and fits, in the order of the findings, their keys and the entries."""
        by_key: dict[Hashable, list[Entry]] = {}
        for entry, left in self._left.items():
            for key in keys(entry) if left else ():
                by_key.setdefault(key, []).append(entry)
        for number, found in list(self._free.items()) if by_key else ():
            for entry in (e for key in (keys_of_found or keys)(found) for e in by_key.get(key, ())):
                if self._left[entry] and fits(entry, found):
                    self._left[entry] -= 1
                    del self._free[number]
                    break

    def result(self) -> Matched:
        unused = tuple(replace(entry, count=left) for entry, left in self._left.items() if left)
        return Matched(self._all - self._free.keys(), unused)


def _always(entry: Entry, found: Entry) -> bool:  # noqa: ARG001  where the key says it all
    return True


def _identity(entry: Entry) -> list[Hashable]:
    return [(entry.rule, entry.fingerprint)]


def _file(path: str) -> str:
    return path.rpartition("/")[2]


def _last_name(module: str) -> str:
    return module.rpartition(".")[2]


def _package(module: str) -> str:
    return module.rpartition(".")[0]


def _by_names(entry: Entry, names: Iterable[str]) -> list[Hashable]:
    """By the last name of each module, then by its package: a renaming leaves one of them."""
    of = entry.rule, entry.symbol, len(_names(entry.subject))
    tails: list[Hashable] = [(*of, "name", _last_name(name)) for name in names]
    return [*tails, *((*of, "package", _package(name)) for name in names)]


def _by_each_name(entry: Entry) -> list[Hashable]:
    names = _names(entry.subject)
    return [(entry.rule, entry.symbol, name) for name in names] if len(names) > 1 else []


def _by_deepest_name(entry: Entry) -> list[Hashable]:
    names = _names(entry.subject)
    return [(entry.rule, entry.symbol, max(names, key=_depth))] if len(names) > 1 else []


def _depth(name: str) -> int:
    """Dots: a subject's other words, a contract's name among them, have none, and would be shared by all."""
    return name.count(".")


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
