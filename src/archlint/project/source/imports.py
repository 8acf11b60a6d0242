"""The import graph: where every import of the project leads, inside the project or out of it.

An edge runs from the importing module to the module that is named most closely: `from shop import orders` leads to
`shop.orders` if that is a module, else to `shop`.  That the packages above are executed too makes no edge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.findings import Site, Step
from archlint.facts.syntax import Import, Name
from archlint.project.parts import leaves_of
from archlint.project.source.digraph import Digraph
from archlint.project.source.modules import Module, Modules

if TYPE_CHECKING:
    from archlint.project.program import Project

View = Literal["eager", "runtime", "all"]
"""Which imports count: those run when the module is loaded; those of function bodies too; those for typing too."""


class Reference(Struct, frozen=True, gc=False):
    """Where one import leads.

    `module`: the project's module (None: external, or not found); `name`: what is taken from it (None: the module
    itself, `*`: all).  `external`: the dotted name imported from outside, else empty.
    """

    importer: Module
    given: Import
    module: Module | None
    name: str | None = None
    external: str = ""

    @property
    def is_local(self) -> bool:
        """Stands in a function's body, so it runs when that is called."""
        return self.importer.body.contexts[self.given.context].function >= 0

    @property
    def is_of_script(self) -> bool:
        """Stands under `if __name__ == "__main__":`, so it never runs when the module is imported."""
        return self.importer.is_under_main(self.given.context)

    @property
    def site(self) -> Site:
        return Site(self.importer.path, self.given.at, self.given.end)

    def counts(self, view: View) -> bool:
        if view == "all":
            return True
        if self.given.type_checking:
            return False
        return view == "runtime" or not (self.is_local or self.is_of_script)


class Edge(Struct, frozen=True, gc=False):
    """All imports by which one module imports another, in source order; never empty."""

    importer: Module
    imported: Module
    references: tuple[Reference, ...]

    def first(self, view: View) -> Reference | None:
        """The import that makes the edge in a view."""
        return next((reference for reference in self.references if reference.counts(view)), None)

    def step(self, view: View = "runtime") -> Step:
        reference = self.first(view) or self.references[0]
        return Step(reference.site, f"`{self.importer.name}` imports `{self.imported.name}`")


class ImportGraph:
    """Modules and the imports between them.

    `references[path]` are all imports of a file; `edges` all pairs of modules.  `unresolved` are imports of project
    names that lead nowhere (a file that did not parse, a compiled module).
    """

    def __init__(self, project: Project) -> None:
        modules = project.modules
        self._modules = modules
        self.nodes: tuple[Module, ...] = modules.all
        self.number: Mapping[str, int] = {module.name: i for i, module in enumerate(self.nodes)}
        resolver = _Resolver(modules)
        self.references: Mapping[str, tuple[Reference, ...]] = {
            module.path: tuple(resolver.resolve(module, given) for given in module.outline.imports) for module in self.nodes
        }
        between: dict[tuple[int, int], list[Reference]] = {}
        for module in self.nodes:
            for reference in self.references[module.path]:
                if reference.module is not None and reference.module is not module:
                    pair = self.number[module.name], self.number[reference.module.name]
                    between.setdefault(pair, []).append(reference)
        self._edges = {
            (a, b): Edge(self.nodes[a], self.nodes[b], tuple(references)) for (a, b), references in sorted(between.items())
        }
        self._views: dict[View, Digraph] = {}

    @property
    def count(self) -> int:
        """Pairs of modules of which one imports the other."""
        return len(self._edges)

    @cached_property
    def unresolved(self) -> tuple[Reference, ...]:
        return tuple(r for path in sorted(self.references) for r in self.references[path] if not r.module and not r.external)

    def graph(self, view: View = "runtime") -> Digraph:
        """The graph of one view, on the numbers of `number` / `nodes`."""
        if view not in self._views:
            pairs = (pair for pair, edge in self._edges.items() if edge.first(view) is not None)
            self._views[view] = Digraph(len(self.nodes), pairs)
        return self._views[view]

    def edge(self, importer: Module, imported: Module) -> Edge | None:
        return self._edges.get((self.number[importer.name], self.number[imported.name]))

    def edges(self, importer: Module, view: View = "runtime") -> Iterator[Edge]:
        """The edges out of a module, by the imported module's name."""
        source = self.number[importer.name]
        for target in self.graph(view).successors[source]:
            yield self._edges[source, target]

    def resolve(self, module: Module, given: Import) -> Reference:
        """Where one of the module's imports leads."""
        return next(r for r in self.references[module.path] if r.given is given or r.given == given)

    def external(self, module: Module) -> tuple[Reference, ...]:
        """The module's imports of things outside the project (the standard library included), in source order."""
        return tuple(reference for reference in self.references[module.path] if reference.external)

    def chain(self, sources: Iterable[Module], targets: Iterable[Module], view: View = "runtime") -> tuple[Edge, ...] | None:
        """A shortest chain of imports from one of `sources` to one of `targets`, None if there is none."""
        found = self.graph(view).chain(
            {self.number[module.name] for module in sources}, {self.number[module.name] for module in targets}
        )
        return None if found is None else self.along(found)

    def along(self, chain: Iterable[int]) -> tuple[Edge, ...]:
        """The edges of a chain of node numbers."""
        nodes = list(chain)
        return tuple(self._edges[pair] for pair in pairwise(nodes))

    def strongly_connected(self, view: View = "eager") -> list[tuple[Module, ...]]:
        """Groups of two or more modules that all import each other, directly or through each other."""
        return [tuple(self.nodes[i] for i in group) for group in self.graph(view).components()]


class _Resolver:
    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._bound: dict[str, frozenset[str]] = {}

    def resolve(self, module: Module, given: Import) -> Reference:
        if given.level:
            return self._relative(module, given)
        target = self._modules.find(given.module, module)
        if given.name is None:
            return self._plain(module, given, target)
        below = None if given.name == "*" else self._modules.find(f"{given.module}.{given.name}", module)
        if below is not None and (target is not None or self._modules.is_namespace(given.module, module)):
            return Reference(module, given, below)
        return self._from(module, given, target)

    def _plain(self, module: Module, given: Import, target: Module | None) -> Reference:
        if target is not None:
            return Reference(module, given, target)
        return Reference(module, given, None, None, "" if self._is_own(given.module, module) else given.module)

    def _from(self, module: Module, given: Import, target: Module | None) -> Reference:
        if target is None:
            own = self._is_own(given.module, module) and not given.level
            external = "" if own or given.level else f"{given.module}.{given.name}".removesuffix(".*")
            return Reference(module, given, None, given.name, external)
        if self._is_above(target, module) and given.name != "*" and not self._binds(target, given.name or ""):
            # A submodule that has no facts, or one made on demand (`__getattr__`): no import of the package itself.
            return Reference(module, given, None, given.name)
        return Reference(module, given, target, given.name)

    def _relative(self, module: Module, given: Import) -> Reference:
        target = self._modules.relative(module, given.level, given.module)
        if given.name not in (None, "*"):
            below = self._modules.relative(module, given.level, f"{given.module}.{given.name}".lstrip("."))
            if below is not None:
                return Reference(module, given, below)
        return self._from(module, given, target)

    def _is_own(self, dotted: str, module: Module) -> bool:
        """Is it a name below a regular package or a module of the project, though nothing was found there?"""
        return self._modules.find(dotted.partition(".")[0], module) is not None

    @staticmethod
    def _is_above(package: Module, module: Module) -> bool:
        return package.is_package and package is not module and module.name.startswith(package.name + ".")

    def _binds(self, module: Module, name: str) -> bool:
        """Does the module bind the name itself, or take all names of another?"""
        bound = self._bound.get(module.path)
        if bound is None:
            bound = self._bound[module.path] = frozenset(_bound_names(module))
        return name in bound or "*" in bound


def _bound_names(module: Module) -> Iterator[str]:
    outline, contexts = module.outline, module.body.contexts
    yield from outline.exports or ()
    yield from ("__name__", "__file__", "__path__", "__doc__", "__version__")
    yield from (f.name for f in outline.functions if "." not in f.qualname)
    yield from (c.name for c in outline.classes if "." not in c.qualname)
    for given in outline.imports:
        if contexts[given.context].function < 0:
            yield given.alias or given.name or given.module.partition(".")[0]
    for statement in module.body.statements:
        place = contexts[statement.context]
        if statement.target is not None and place.function < 0 and place.klass < 0:
            yield from (leaf.id for leaf in leaves_of(statement.target) if isinstance(leaf, Name))
