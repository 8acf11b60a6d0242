"""Layers inside a domain folder that is cut by context (`domain/order/controllers`): what is in them decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from archlint.facts.syntax import Attribute, Expr, Name, Subscript
from archlint.project.layers import layer_words as words
from archlint.project.layers.layer_groups import Source, is_below
from archlint.project.layers.layer_words import Layer
from archlint.project.source.modules import Module

TELLING: dict[Layer, frozenset[str]] = {
    "interface": frozenset({"web-framework"}),
    "infrastructure": frozenset({"orm", "driver", "cache-client", "broker-client", "http-client", "cloud-sdk"}),
}
"""The kinds of libraries that a folder of the layer has to know."""
_ABSTRACT = frozenset({"ABC", "Protocol", "ABCMeta"})


class Inside:
    """Folders below the strong `domain` folders that are named like an outer layer, and modules that answer requests there.

    A name says nothing alone: `domain/repositories` holds ports as often as what implements them. It is an outer layer if
    its modules import what that layer is there for and declare no port."""

    def __init__(self, source: Source, strong: Mapping[str, Layer]) -> None:
        self._source = source
        self._domains = [name for name, layer in strong.items() if layer == "domain"]

    def layers(self) -> dict[str, Layer]:
        """Module name → layer, for those that are not domain though they lie below it."""
        found: dict[str, Layer] = {}
        for domain in self._domains:
            below = [m for m in self._source.modules if is_below(m.local_name, domain)]
            named: dict[tuple[Layer, str], list[Module]] = defaultdict(list)
            for module in below:
                word, layer = self._named(module, domain)
                if layer is not None:
                    named[layer, word].append(module)
            outer = {key for key, members in named.items() if self._is_outer(key[0], members)}
            # where one layer lies inside, `adapters` beside it are what they are called
            outer |= {key for key in named if outer and key[1] in words.ADAPTERS and not self._declare_ports(named[key])}
            for layer, word in sorted(outer):
                found |= {m.name: layer for m in named[layer, word]}
            found |= {m.name: "interface" for m in below if self._answers(m)}
            found |= self._transferred(below, domain, found)
        return found

    def _named(self, module: Module, domain: str) -> tuple[str, Layer | None]:
        """(word, layer) of the nearest folder between the domain folder and the module that names an outer layer."""
        parts = module.local_name[len(domain) + 1 :].split(".")
        for word in reversed(parts if module.is_package else parts[:-1]):
            layer = words.STRONG.get(word) or words.WEAK.get(word)
            if layer is not None:
                return word, layer if layer in TELLING else None
        return "", None

    def _answers(self, module: Module) -> bool:
        """`domains/orders/controller.py`, beside the service and the entity of one feature."""
        is_spoken = not module.is_package and not self._source.kinds(module).isdisjoint(TELLING["interface"])
        return is_spoken and "interface" in words.feature_layers(module.local_name.rpartition(".")[2])

    def _is_outer(self, layer: Layer, members: list[Module]) -> bool:
        """Do modules of theirs know what the layer is there for, and is none of them a port?"""
        return not self._declare_ports(members) and any(self._source.kinds(module) & TELLING[layer] for module in members)

    def _declare_ports(self, members: list[Module]) -> bool:
        classes = (k for module in members for k in module.outline.classes)
        bases = (e for k in classes for e in (*k.bases, *(w.value for w in k.keywords)))
        return any(_last(base) in _ABSTRACT for base in bases)

    def _transferred(self, below: list[Module], domain: str, outer: Mapping[str, Layer]) -> dict[str, Layer]:
        """Schemas that the interface inside the domain folder uses, and nothing else does."""
        asked: dict[str, set[Layer | None]] = defaultdict(set)
        for module in self._source.modules:
            for edge in self._source.imports.edges(module):
                if not module.is_package:
                    asked[edge.imported.name].add(outer.get(module.name))
        return {
            module.name: "interface"
            for module in below
            if not words.TRANSFER.isdisjoint(module.local_name[len(domain) + 1 :].split(".")[:-1])
            and asked[module.name] == {"interface"}
        }


def _last(expr: Expr) -> str:
    if isinstance(expr, Subscript):
        return _last(expr.base)
    if isinstance(expr, Attribute):
        return expr.attr
    return expr.id if isinstance(expr, Name) else ""
