"""Which layer a module is drawn in: that of a contract where one says so, else the one that was configured or inferred."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.project.layers.contract_layers import parse_layers
from archlint.project.layers.layer_words import LAYERS
from archlint.project.source.modules import Module

if TYPE_CHECKING:
    from archlint.project import Project


class DrawnLayers:
    """`names` are those of the layers that have a module, the outermost first; `origin` says in a few words who named them."""

    def __init__(self, project: Project) -> None:
        contracts = [contract for contract in project.settings.contracts if contract.kind == "layers"]
        layers = project.layers
        order: list[str]
        found: dict[str, str | None]
        if contracts:
            found = {module.name: project.contracts.governed.get(module.name) for module in project.modules.production}
            order = [layer.name for contract in contracts for layer in parse_layers(contract.layers)]
        else:
            found = {module.name: layers.layer_of(module) for module in project.modules.production}
            order = [*sorted(LAYERS, key=lambda layer: len(layers.may_not_import(layer)))]
        self._found = {name: layer for name, layer in found.items() if layer}
        self.names: tuple[str, ...] = tuple(dict.fromkeys(layer for layer in order if layer in set(self._found.values())))
        self.origin = ""
        if self.names and contracts:
            named = ", ".join(f"`{contract.name}`" for contract in contracts)
            self.origin = f"of the {'contract' if len(contracts) == 1 else 'contracts'} {named}"
        elif self.names:
            self.origin = f"{layers.style}, {'configured' if layers.configured else 'inferred'}"

    def layer_of(self, module: Module) -> str:
        """Empty: it is in none. Only production code has layers."""
        return self._found.get(module.name, "")
