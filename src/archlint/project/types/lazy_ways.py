"""In which ways values may be lazy that a program can come to: where no library that it imports leads to one which asks when it
is awaited, awaiting asks nothing, and nobody need look at what is awaited.

Counted by the first words of names (`sqlalchemy`): too coarse to tell who has such values, enough to tell that nobody can.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from archlint.facts.knowledge import Library

if TYPE_CHECKING:
    from archlint.project.program import Project

_FIRST_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?=\.[\w*])")
"""Of each dotted name in a text."""
_BUILT_IN = "builtins"


def lazy_ways(libraries: Iterable[Library]) -> dict[str, tuple[str, ...]]:
    """First word of an import → the ways in which what it leads to may be evaluated (`iterate`, `await`, …), through all that
    the documents say of the names that begin so; words that lead to nothing lazy are left out."""
    leads: dict[str, set[str]] = defaultdict(set)
    own: dict[str, set[str]] = defaultdict(set)
    for library in libraries:
        for word, others in _leads(library):
            leads[word].update(others)
        for name, info in library.types.items():
            if info.lazy is not None:
                own[_first(name)].update(info.lazy.by)
    found = ((word, {way for each in _reached(word, leads) for way in own.get(each, ())}) for word in leads | own)
    return {word: tuple(sorted(ways)) for word, ways in sorted(found) if ways}


def ways_reached(project: Project) -> frozenset[str]:
    """The ways in which anything may be lazy that the program comes to by what it imports."""
    words = {_first(given.module) for module in project.modules.all for given in module.outline.imports}
    return frozenset(way for word in (_BUILT_IN, *words) for way in project.knowledge.lazy_ways.get(word, ()))


def _leads(library: Library) -> Iterator[tuple[str, Iterable[str]]]:
    """(first word of a name, those of the names in what is said of it); with a package come the types that are told by the
    names of variables, or by what is asked of them."""
    tables: tuple[Mapping[str, object], ...] = (
        library.types, library.functions, library.values, library.schema, library.models, library.aliases,
    )  # fmt: skip
    for name, about in chain.from_iterable(table.items() for table in tables):
        yield _first(name), _FIRST_WORD.findall(msgspec.json.encode(about).decode())
    guessed = {_first(name) for name, info in library.types.items() if info.names or info.asked}
    yield from ((_first(package), guessed) for package in library.packages)


def _reached(word: str, leads: Mapping[str, Iterable[str]]) -> set[str]:
    seen = {word}
    waiting = [word]
    while waiting:
        for other in leads.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def _first(dotted: str) -> str:
    return dotted.partition(".")[0]
