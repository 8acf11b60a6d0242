"""A module graph folded to what fits a drawing: packages in place of modules, framed by what they lie in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archlint.engine.module_graph import only
from archlint.facts.findings import Severity
from archlint.facts.module_graph import GraphEdge, GraphViolation, ModuleGraph

READABLE = 40
"""Boxes that a drawing has about at most where no depth is asked for."""
NO_LAYER = "in no layer"
_MOST_PLACES = 5


@dataclass(frozen=True)
class View:
    """What is asked to be drawn.

    `depth`: so many names of a module are told apart (of a module in `package`: so many below that); None: as many as are
    readable.  `package`: only what is in it, and what it has to do with.  `by_layer`: framed by layers, not by packages.
    `everything`: tests, migrations, scripts, examples and vendored code too.
    """

    depth: int | None = None
    package: str = ""
    by_layer: bool = False
    everything: bool = False


@dataclass(frozen=True)
class Box:
    """A package or a module. `label` is its name within the innermost of its `frames`, which are told from the outermost on.

    `modules` is how many it stands for, `layer` theirs if they share one.  `is_outside`: not in the package asked for.
    `rules` are those of the violations inside it.
    """

    name: str
    label: str
    frames: tuple[str, ...]
    modules: int
    layer: str
    is_outside: bool
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Arrow:
    """The imports from one box to another, which are indices. `places` tells the first of them."""

    source: int
    target: int
    imports: int
    is_for_types: bool
    rules: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True)
class Drawing:
    """Boxes by frame and name, and the arrows between them by their ends."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    layers: tuple[str, ...]
    depth: int


@dataclass(frozen=True, order=True)
class _Key:
    frame: str
    name: str
    is_outside: bool = False


def fold(graph: ModuleGraph, view: View) -> Drawing:
    """The drawing of a graph. A package's own module that imports nothing and is not imported is not drawn."""
    shown = drawn(graph, view)
    if view.depth is not None:
        return _Folding(shown, view, view.depth).drawing()
    deepest = max((module.name.count(".") + 1 for module in shown.modules), default=1)
    best = _Folding(shown, view, 1)
    for depth in range(2, deepest + 1):
        folding = _Folding(shown, view, depth)
        if folding.size > READABLE and _strain(folding.size) > _strain(best.size):
            break
        best = folding
    return best.drawing()


def _strain(boxes: int) -> float:
    """How hard such a drawing is to use: one with few boxes says little, one with many is read with pains."""
    return READABLE / boxes if boxes <= READABLE else (boxes / READABLE) ** 2


def drawn(graph: ModuleGraph, view: View) -> ModuleGraph:
    """The modules that the view asks for; of a package also those outside that it imports or that import it."""
    wanted = {i for i, m in enumerate(graph.modules) if view.everything or m.role == "production"}
    if view.package:
        inside = {i for i in wanted if is_below(graph.modules[i].name, view.package)}
        near = {
            end for e in graph.edges if (e.importer in inside) != (e.imported in inside) for end in (e.importer, e.imported)
        }
        wanted = inside | (near & wanted)
    connected = {end for e in graph.edges if {e.importer, e.imported} <= wanted for end in (e.importer, e.imported)}
    accused = {i for violation in graph.violations for i in violation.modules}
    packages = {graph.modules[i].name.rpartition(".")[0] for i in wanted}
    silent = {i for i in wanted - connected - accused if graph.modules[i].is_package and graph.modules[i].name in packages}
    return only(graph, wanted - silent)


def is_below(name: str, package: str) -> bool:
    """Is it the package's own name, or that of something in it?"""
    return name == package or name.startswith(f"{package}.")


def counts(violation: GraphViolation) -> bool:
    """Is it drawn in red? What is accepted or only noted is not."""
    return violation.state == "new" and violation.severity > Severity.NOTE


class _Folding:
    def __init__(self, graph: ModuleGraph, view: View, depth: int) -> None:
        self._graph, self._view, self._depth = graph, view, depth
        self._above = view.package.count(".") + 1 if view.package else 0
        keys = [self._key(module.name, module.layer) for module in graph.modules]
        self._boxes = sorted(set(keys))
        number = {key: i for i, key in enumerate(self._boxes)}
        self._box_of = [number[key] for key in keys]
        self._members: list[list[int]] = [[] for _ in self._boxes]
        for i, box in enumerate(self._box_of):
            self._members[box].append(i)
        self._of_modules: dict[int, list[GraphViolation]] = defaultdict(list)
        for violation in graph.violations:
            for i in () if violation.edges else violation.modules:
                self._of_modules[i].append(violation)
        self._frames = self._frames_of_packages()

    @property
    def size(self) -> int:
        return len(self._boxes)

    def _key(self, name: str, layer: str) -> _Key:
        parts = name.split(".")
        if self._view.package and not is_below(name, self._view.package):
            within = self._view.package.split(".")
            shared = next((i for i, (a, b) in enumerate(zip(parts, within, strict=False)) if a != b), len(parts))
            return _Key("", ".".join(parts[: shared + 1]), True)
        frame = (layer or NO_LAYER) if self._view.by_layer else ""
        return _Key(frame, ".".join(parts[: self._above + self._depth]))

    def _frames_of_packages(self) -> frozenset[str]:
        """The packages in which two boxes or more lie."""
        inside: dict[str, set[str]] = defaultdict(set)
        for box in self._boxes:
            parts = box.name.split(".")
            for i in range(1, len(parts)) if not box.is_outside else ():
                inside[".".join(parts[:i])].add(box.name)
        return frozenset(
            name for name, boxes in inside.items() if len(boxes | {b.name for b in self._boxes if b.name == name}) > 1
        )

    def drawing(self) -> Drawing:
        between: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, edge in enumerate(self._graph.edges):
            ends = self._box_of[edge.importer], self._box_of[edge.imported]
            if not (self._boxes[ends[0]].is_outside and self._boxes[ends[1]].is_outside):
                between[ends].append(i)
        violations: dict[int, list[GraphViolation]] = defaultdict(list)
        for violation in self._graph.violations:
            for i in violation.edges:
                violations[i].append(violation)
        return Drawing(
            boxes=tuple(self._box(i, between.get((i, i), ()), violations) for i in range(self.size)),
            arrows=tuple(
                self._arrow(*ends, edges, violations) for ends, edges in sorted(between.items()) if ends[0] != ends[1]
            ),
            layers=self._graph.layers,
            depth=self._depth,
        )

    def _box(self, number: int, inner: Sequence[int], violations: dict[int, list[GraphViolation]]) -> Box:
        key = self._boxes[number]
        members = self._members[number]
        layers = {self._graph.modules[i].layer for i in members}
        here = [violation for i in members for violation in self._of_modules.get(i, ())]
        here += [v for i in inner for v in violations.get(i, ())]
        frames = self._frames_around(key)
        within = frames[-1] if frames and not self._view.by_layer else ""
        return Box(
            name=key.name,
            label="__init__" if within == key.name else key.name.removeprefix(f"{within}."),
            frames=frames,
            modules=len(members),
            layer=layers.pop() if len(layers) == 1 else "",
            is_outside=key.is_outside,
            rules=_rules(here),
        )

    def _frames_around(self, key: _Key) -> tuple[str, ...]:
        if key.is_outside:
            return ()
        if key.frame:
            return (key.frame,)
        parts = key.name.split(".")
        return tuple(name for i in range(1, len(parts) + 1) if (name := ".".join(parts[:i])) in self._frames)

    def _arrow(self, source: int, target: int, edges: Sequence[int], violations: dict[int, list[GraphViolation]]) -> Arrow:
        here = [v for i in edges for v in violations.get(i, ())]
        taken = [self._graph.edges[i] for i in sorted(edges, key=lambda i: i not in violations)]
        places = [place for edge in taken for place in self._places(edge)]
        return Arrow(
            source=source,
            target=target,
            imports=len(places),
            is_for_types=all(given.when == "typing" for edge in taken for given in edge.imports),
            rules=_rules(here),
            places=tuple(places[:_MOST_PLACES]),
        )

    def _places(self, edge: GraphEdge) -> list[str]:
        path = self._graph.modules[edge.importer].path
        return [f"{path}:{given.line} {given.text}" for given in edge.imports]


def _rules(violations: Iterable[GraphViolation]) -> tuple[str, ...]:
    return tuple(sorted({violation.rule for violation in violations if counts(violation)}))
