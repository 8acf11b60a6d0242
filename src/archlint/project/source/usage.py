"""Which modules use which library: by importing it, or by importing a module of the project that does."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.knowledge import Library

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


class Usage:
    """Answers at low confidence only: whether a name in a module may mean a thing of a library."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._importers: dict[str, frozenset[str]] = {}
        self._reaching: dict[str, frozenset[str]] = {}

    def reaches(self, module: Module, library: Library) -> bool:
        """The module's imports lead, through any modules of the project, to the library."""
        known = self._reaching.get(library.library)
        if known is None:
            known = self._reaching[library.library] = self._find(library)
        return module.path in known

    def imports(self, module: Module, library: Library) -> bool:
        """The module itself imports the library."""
        _, direct = self._tables
        return any(module.path in direct.get(package, ()) for package in library.packages)

    def importers(self, module: Module) -> frozenset[str]:
        """Paths of the modules that import it, or something from it through other modules."""
        known = self._importers.get(module.path)
        if known is None:
            known = self._importers[module.path] = frozenset(self._tables[0].get(module.path, ()))
        return known

    def aliases(self, name: str) -> tuple[str, ...]:
        """What modules of the program call it where they import it under another name."""
        return self._aliases.get(name, ())

    @cached_property
    def _aliases(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, set[str]] = defaultdict(set)
        for module in self._project.modules.production:
            for given in module.outline.imports:
                if given.alias is not None and given.name is not None and given.alias != given.name:
                    found[given.name].add(given.alias)
        return {name: tuple(sorted(aliases)) for name, aliases in found.items()}

    def _find(self, library: Library) -> frozenset[str]:
        importers, direct = self._tables
        found: set[str] = set()
        waiting = sorted({path for package in library.packages for path in direct.get(package, ())})
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                waiting += importers.get(path, ())
        return frozenset(found)

    @cached_property
    def _tables(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """(module → modules that import it, library package → modules that import it or from below it), by path."""
        importers: dict[str, list[str]] = defaultdict(list)
        direct: dict[str, list[str]] = defaultdict(list)
        modules = self._project.modules
        for module in modules.all:
            for row, given in enumerate(module.outline.imports):
                sources = {d.module.path for d in self._project.symbols.imported(module, row) if d.module is not None}
                if given.name == "*" and given.level == 0:
                    star = modules.find(given.module, near=module)
                    sources |= {star.path} if star is not None else set()
                for path in sorted(sources):
                    importers[path].append(module.path)
                if not sources and given.level == 0:
                    dotted = f"{given.module}.{given.name}" if given.name else given.module
                    while dotted:
                        direct[dotted].append(module.path)
                        dotted = dotted.rpartition(".")[0]
        return dict(importers), dict(direct)
