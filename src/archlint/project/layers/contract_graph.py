"""The imports as a contract counts them: modules and packages outside by name, and the statements behind each link."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site, Step
from archlint.facts.settings import Allow
from archlint.facts.syntax import Import
from archlint.project.source.digraph import Digraph
from archlint.project.source.modules import Module
from archlint.project.source.patterns import covers, matches

if TYPE_CHECKING:
    from archlint.project.program import Project


class Link(Struct, frozen=True):
    """All imports that count by which one module imports another, in source order; never empty.

    `importer`, `imported`: their names in the graph.  `outside`: the imported one is no module of the project.
    """

    importer: str
    imported: str
    module: Module
    imports: tuple[Import, ...]
    outside: bool = False

    @property
    def site(self) -> Site:
        return Site(self.module.path, self.imports[0].at, self.imports[0].end)

    def step(self) -> Step:
        return Step(self.site, f"`{self.importer}` imports `{self.imported}`")


class ContractGraph:
    """Nodes are numbered: `names[i]`; first the modules, sorted, then what lies outside.

    `modules`: name → its file, None for a package without one.  `closed`: modules that no chain may pass and no pattern
    means.  `by_name`: patterns are held against the names outside too, and mean them exactly; else a pattern for the
    outside means what it covers.
    """

    def __init__(
        self,
        modules: Mapping[str, Module | None],
        links: Iterable[Link],
        *,
        closed: Collection[str] = (),
        by_name: bool = False,
    ) -> None:
        found = list(links)
        self._modules = modules
        self._inside = sorted(modules)
        self._outside = sorted({link.imported for link in found if link.outside})
        self._by_name = by_name
        self.names: tuple[str, ...] = (*self._inside, *self._outside)
        self._number = {name: i for i, name in enumerate(self._inside)}
        self._number_outside = {name: i for i, name in enumerate(self._outside, len(self._inside))}
        self.closed = frozenset(self._number[name] for name in closed)
        self._links = {(self._number[link.importer], self._target(link)): link for link in found}
        self.digraph = Digraph(len(self.names), self._links)

    def _target(self, link: Link) -> int:
        return self._number_outside[link.imported] if link.outside else self._number[link.imported]

    # -- names -------------------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Is it a module (a package without a file too), or with `by_name` a name outside?"""
        return name in self._number or (self._by_name and name in self._number_outside)

    def below(self, pattern: str) -> frozenset[int]:
        """The modules that a pattern means, and all below them."""
        if "*" in pattern:
            return frozenset(i for i, name in enumerate(self._inside) if covers(pattern, name)) - self.closed
        outside = {self._number_outside[pattern]} if self._by_name and pattern in self._number_outside else set()
        return frozenset((*self._at_or_below(pattern), *outside)) - self.closed

    def _at_or_below(self, name: str) -> Iterator[int]:
        if name in self._number:
            yield self._number[name]
        # All names that begin with `name.` stand together; `/` is the sign after the dot.
        yield from range(bisect_left(self._inside, f"{name}."), bisect_left(self._inside, f"{name}/"))

    def meant(self, pattern: str) -> list[str]:
        """The names that a pattern means exactly, sorted; none below them."""
        if "*" not in pattern:
            return [pattern] if self.has(pattern) else []
        among = sorted({*self._inside, *self._outside}) if self._by_name else self._inside
        return [name for name in among if matches(pattern, name) and self._number.get(name) not in self.closed]

    def exactly(self, pattern: str) -> frozenset[int]:
        """The nodes of `meant`."""
        return frozenset(number for name in self.meant(pattern) for number in self._numbers(name))

    def _numbers(self, name: str) -> Iterator[int]:
        if name in self._number:
            yield self._number[name]
        elif name in self._number_outside:
            yield self._number_outside[name]

    def outside(self, pattern: str) -> frozenset[int]:
        """The names outside that a pattern covers."""
        return frozenset(self._number_outside[name] for name in self._outside if covers(pattern, name))

    def is_outside(self, number: int) -> bool:
        return number >= len(self._inside)

    def children(self, name: str) -> list[str]:
        """The modules and packages one level below, sorted."""
        depth = name.count(".") + 1
        return [self.names[i] for i in sorted(self.below(name)) if self.names[i].count(".") == depth]

    def file(self, name: str) -> Module:
        """The file of a module; of a package without one its first."""
        return next(module for i in self._at_or_below(name) if (module := self._modules[self.names[i]]) is not None)

    # -- imports -----------------------------------------------------------------------------------------------

    def link(self, source: int, target: int) -> Link:
        return self._links[source, target]

    def links(self) -> Iterator[tuple[int, int]]:
        """All pairs of nodes of which one imports the other, sorted."""
        return iter(sorted(self._links))

    def along(self, chain: Sequence[int]) -> tuple[Link, ...]:
        """The links of a chain of nodes."""
        return tuple(self._links[pair] for pair in pairwise(chain))

    def tolerated(self, allow: Allow) -> Iterator[tuple[int, int]]:
        """The links that an exception means."""
        importers, imported = self.exactly(allow.importer), self.exactly(allow.imported)
        if not self._by_name:
            imported |= self.outside(allow.imported)
        for source in sorted(importers):
            yield from ((source, target) for target in self.digraph.successors[source] if target in imported)


def runtime_graph(project: Project) -> ContractGraph:
    """The imports that run, of function bodies too; tests, migrations and scripts are closed.

    A composition root may be passed: what is written down is meant as it is written, and an exception is one more line.
    """
    modules: dict[str, Module | None] = {module.name: module for module in project.modules.all}
    for module in project.modules.production:
        parts = module.name.split(".")
        for end in range(1, len(parts)):
            modules.setdefault(".".join(parts[:end]), None)
    closed = [module.name for module in project.modules.all if not module.is_production]
    return ContractGraph(modules, _runtime_links(project), closed=closed)


def _runtime_links(project: Project) -> Iterator[Link]:
    for module in project.modules.all:
        grouped: dict[tuple[str, bool], list[Import]] = {}
        for reference in project.imports.references[module.path]:
            if not reference.counts("runtime") or reference.module is module:
                continue
            if reference.module is not None:
                grouped.setdefault((reference.module.name, False), []).append(reference.given)
            elif reference.external:
                grouped.setdefault((reference.external, True), []).append(reference.given)
        for (imported, outside), imports in grouped.items():
            yield Link(module.name, imported, module, tuple(imports), outside)
