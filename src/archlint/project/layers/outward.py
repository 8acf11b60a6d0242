"""Imports and chains of imports that lead from one layer to another, whatever the order of the layers is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from archlint.project.layers.illegal_chains import Chain, illegal_chains
from archlint.project.layers.layer_words import LAYERS, Layer
from archlint.project.source.modules import Module
from archlint.project.source.patterns import covers

if TYPE_CHECKING:
    from archlint.project.program import Project


class Outward:
    """Every direct import between two layers, and the chains that leave a layer through modules that have none.

    `ignore`: packages that no chain starts from or ends in.  Modules that a contract governs start none either.
    """

    def __init__(self, project: Project, ignore: Collection[str] = ()) -> None:
        self._project = project
        self._ignore = ignore
        layers, self._number = project.layers, project.imports.number
        free = [m for m in project.modules.production if not layers.is_composition_root(m)]
        self._placed = {self._number[m.name] for m in free if layers.layer_of(m) is not None}
        self._closed = (frozenset(self._number.values()) - {self._number[m.name] for m in free}) | self._roofs()

    def asked(self, layer: Layer) -> list[Module]:
        """The modules of a layer whose imports count."""
        governed = self._project.contracts.governed
        return [
            m
            for m in self._project.layers.members(layer)
            if self._number[m.name] in self._placed and m.name not in governed and not self._is_ignored(m)
        ]

    def chains(self, layer: Layer, other: Layer) -> list[Chain]:
        sources = {self._number[m.name] for m in self.asked(layer)}
        targets = {self._number[m.name] for m in self._project.layers.members(other) if not self._is_ignored(m)}
        avoid = (self._closed | (self._placed - sources)) - targets
        return illegal_chains(self._project.imports.graph(), sources, targets, avoid=avoid, keep=self._carries(sources))

    def _roofs(self) -> set[int]:
        """Packages above the layers: what their `__init__` collects for users from outside is no way between the layers."""
        project = self._project
        layered = [m.name for layer in LAYERS for m in project.layers.members(layer)]
        above = {name[:i] for name in layered for i, sign in enumerate(name) if sign == "."}
        names = {m.name for m in project.modules.production if m.is_package and project.layers.layer_of(m) is None}
        return {self._number[name] for name in above & names}

    def _carries(self, sources: set[int]) -> Callable[[int, int], bool]:
        """An inner module's own imports all count; those of a module on the way only if it cannot be loaded without them."""
        eager = [frozenset(targets) for targets in self._project.imports.graph("eager").successors]
        return lambda source, target: source in sources or target in eager[source]

    def _is_ignored(self, module: Module) -> bool:
        return any(covers(pattern, module.name) for pattern in self._ignore)
