"""Groups of modules that may be a layer, and the direction in which they import each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archlint.project.layers import layer_words as words
from archlint.project.layers.layer_words import Layer
from archlint.project.source.modules import Module

if TYPE_CHECKING:
    from archlint.project.source.imports import ImportGraph

_MOST_BACKWARD = 0.3
"""Above this share of imports against the direction a folder's name is taken for something else than a layer."""
_BOTH = frozenset({"interface", "application"})
_RANK: dict[Layer, int] = {"domain": 0, "infrastructure": 1, "application": 2, "interface": 3}

Kinds = Callable[[Module], frozenset[str]]
"""The kinds of libraries that a module imports (`orm`, `web-framework`)."""


@dataclass(slots=True)
class Group:
    """A folder (`word` is its dotted name), or all modules of one name (`*.service`), that may be a layer.

    `certain`: its name is enough."""

    layer: Layer
    word: str
    certain: bool
    members: list[Module] = field(default_factory=list)


class Source:
    """The production modules of one source root. `below`: package → the names directly in it; `packages`: folders.

    `cut`: package → how many packages at it or below have a module that answers requests and one of the application."""

    def __init__(self, modules: list[Module], imports: ImportGraph, kinds: Kinds) -> None:
        self.modules = modules
        self.imports = imports
        self.kinds = kinds
        self.below: dict[str, set[str]] = defaultdict(set)
        self.packages: set[str] = set()
        for module in modules:
            parts = module.local_name.split(".")
            for i, part in enumerate(parts):
                self.below[".".join(parts[:i])].add(part)
                if i + 1 < len(parts) or module.is_package:
                    self.packages.add(".".join(parts[: i + 1]))
        self.cut: Counter[str] = Counter()
        for name in self.packages:
            if {words.FEATURE_MODULES.get(part) for part in self.below.get(name, ())} >= _BOTH:
                self.cut.update([*packages_above(name)[1:], name])


def is_following(group: Group) -> bool:
    return group.word.rpartition(".")[2] in words.FOLLOWING


def consistent(groups: list[Group], imports: ImportGraph, handing: Collection[str] = frozenset()) -> list[Group]:
    """The groups whose imports run downwards; the one that runs most against it is dropped until all do.

    `handing`: modules of no group, whose imports are those of whoever imports them."""
    kept = [group for group in groups if group.members]
    while True:
        rank = {module.name: (_RANK[g.layer], i) for i, g in enumerate(kept) for module in g.members}
        down, up = [0] * len(kept), [0] * len(kept)
        for group in kept:
            for module in group.members:
                _count(module, rank, _imported(module, imports, handing), down, up)
        shares = [u / (u + d) if u + d else 1.0 for u, d in zip(up, down, strict=True)]
        worst = max(
            (i for i, g in enumerate(kept) if not g.certain and shares[i] > _MOST_BACKWARD),
            key=lambda i: (shares[i], kept[i].word),
            default=None,
        )
        if worst is None:
            return kept
        del kept[worst]


def _count(
    module: Module, rank: Mapping[str, tuple[int, int]], imported: Iterable[Module], down: list[int], up: list[int]
) -> None:
    mine, own = rank[module.name]
    for each in imported:
        other = rank.get(each.name)
        if other is None or other[0] == mine:
            continue
        tally = down if other[0] < mine else up
        tally[own] += 1
        tally[other[1]] += 1


def _imported(module: Module, imports: ImportGraph, handing: Collection[str]) -> Iterator[Module]:
    for edge in imports.edges(module):
        yield edge.imported
        if edge.imported.name in handing:
            yield from (inner.imported for inner in imports.edges(edge.imported))


def join(package: str, name: str) -> str:
    return f"{package}.{name}".strip(".")


def is_below(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def packages_above(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:i]) for i in range(len(parts))] if name else []
