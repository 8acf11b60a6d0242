"""Layers as they are written down: which patterns give which modules to which layer, and the shortest that do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from archlint.facts.settings import LayerMap
from archlint.project.layers import layer_words as words
from archlint.project.layers.layer_words import LAYERS, Layer
from archlint.project.source.patterns import covers

_ALIKE = 3
"""So many packages of one name are said with a `*`: a new one of the kind is then meant too."""
_RARE = 6
"""One exception for so many packages of a name."""
_DEEPEST = 100
"""What lies deeper is taken for one name: no package does, and the search is recursive."""
_VALUES: tuple[Layer | None, ...] = (None, *LAYERS)


def assign(given: LayerMap, names: Iterable[str]) -> dict[str, Layer | None]:
    """Module → layer by its most exact pattern; None: cross-cutting. Modules that no pattern means are left out."""
    patterns: list[tuple[str, Layer | None]] = [(pattern, None) for pattern in given.cross_cutting]
    patterns += [(pattern, layer) for layer in LAYERS for pattern in getattr(given, layer)]
    patterns.sort(key=lambda pair: (-pair[0].count("."), pair[0].count("*")))
    found: dict[str, Layer | None] = {}
    for name in names:
        meant = next((pair for pair in patterns if covers(pair[0], name)), None)
        if meant is not None:
            found[name] = meant[1]
    return found


def written(layers: Mapping[str, Layer], names: Collection[str]) -> LayerMap:
    """The fewest patterns that give each of the modules `names` exactly its layer in `layers`, and the others none.

    Not exact only where a module's own name holds a `*`.
    """
    root = _Node()
    for name in names:
        root.add(name.split(".", _DEEPEST), layers.get(name))
    patterns: dict[str, Layer | None] = {}
    _write(root, "", None, patterns)
    return _as_map(_alike(patterns, layers, names))


@dataclass(slots=True)
class _Node:
    """A package or module. `own`: the layer of the module itself, where there is one; `named`: it is called like a layer."""

    named: bool = False
    below: dict[str, _Node] = field(default_factory=dict)
    is_module: bool = False
    own: Layer | None = None
    costs: dict[Layer | None, int] | None = None

    def add(self, parts: list[str], layer: Layer | None) -> None:
        node = self
        for part in parts:
            node = node.below.setdefault(part, _Node(part in words.STRONG or part in words.WEAK or part in words.FOLLOWING))
        node.is_module, node.own = True, layer

    def cost(self, inherited: Layer | None) -> int:
        """How many patterns it takes where the packages above say `inherited`."""
        best = self.best(inherited)
        return (best != inherited) + self._inside(best)

    def best(self, inherited: Layer | None) -> Layer | None:
        """The layer that the node's own pattern should say; `inherited` means that it has none."""
        if self.is_module:
            return self.own
        return min(_VALUES, key=lambda v: ((v != inherited) + self._inside(v), (v == inherited) == self.named))

    def _inside(self, value: Layer | None) -> int:
        if self.costs is None:
            self.costs = {}
        if value not in self.costs:
            self.costs[value] = sum(node.cost(value) for node in self.below.values())
        return self.costs[value]


def _write(node: _Node, name: str, inherited: Layer | None, patterns: dict[str, Layer | None]) -> None:
    value = node.best(inherited) if name else None
    if value != inherited:
        patterns[name] = value
    for part, below in sorted(node.below.items()):
        _write(below, f"{name}.{part}".lstrip("."), value, patterns)


def _alike(
    patterns: Mapping[str, Layer | None], layers: Mapping[str, Layer], names: Collection[str]
) -> dict[str, Layer | None]:
    """`shop.a.views`, `shop.b.views`, `shop.c.views` as `shop.*.views`; the few modules that this means and that are of
    another layer, or of none, are said one by one."""
    groups: dict[tuple[str, Layer | None], list[str]] = defaultdict(list)
    for pattern, layer in patterns.items():
        parts = pattern.split(".")
        for i in range(len(parts) - 1):
            groups[".".join([*parts[:i], "*", *parts[i + 1 :]]), layer].append(pattern)
    kept = dict(patterns)
    for (general, layer), alike in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0][0])):
        present = [pattern for pattern in alike if pattern in kept]
        if len(present) < _ALIKE:
            continue
        meant = [name for name in names if covers(general, name)]
        tried = {pattern: value for pattern, value in kept.items() if pattern not in present} | {general: layer}
        others = _unlike(tried, layers, meant)
        tried |= {name: layers.get(name) for name in others}
        if len(others) * _RARE <= len(present) and not _unlike(tried, layers, meant):
            kept = tried
    return kept


def _unlike(patterns: Mapping[str, Layer | None], layers: Mapping[str, Layer], names: Collection[str]) -> list[str]:
    """The modules to which the patterns give another layer than theirs."""
    said = assign(_as_map(patterns), names)
    return [name for name in names if said.get(name) != layers.get(name)]


def _as_map(patterns: Mapping[str, Layer | None]) -> LayerMap:
    found: dict[str, list[str]] = defaultdict(list)
    for pattern, layer in sorted(patterns.items()):
        found[layer or "cross_cutting"].append(pattern)
    return LayerMap(**{role: tuple(given) for role, given in found.items()})
