"""Chains of imports that should not be: all direct ones, and of the indirect ones as few as show every edge to cut.

Many indirect chains share an edge, and reporting each would say one thing a hundred times.  So a smallest set of edges
is taken that breaks them all (a minimum cut), and each of its edges is shown by one shortest chain.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from msgspec import Struct

from archlint.project.source.digraph import Digraph, Keep

_MOST_CUTS = 200
"""Bound of the search for a smallest cut; beyond it every last edge of a chain is one to cut."""


class Chain(Struct, frozen=True):
    """Nodes from the importer to what it must not reach; `cut` is the index of the edge to take away."""

    nodes: tuple[int, ...]
    cut: int

    @property
    def is_direct(self) -> bool:
        return len(self.nodes) == 2


def illegal_chains(
    graph: Digraph,
    sources: Collection[int],
    targets: Collection[int],
    *,
    avoid: Collection[int] = frozenset(),
    keep: Keep | None = None,
) -> list[Chain]:
    """The chains from `sources` to `targets` through none of `avoid` and no other source or target.

    Each direct edge is a chain of its own; each edge of the smallest cut of the indirect ones gives one shortest
    chain.  Empty exactly when `graph.chain` finds none.
    """
    wanted, forbidden = frozenset(targets), frozenset(avoid)
    begin = frozenset(sources) - wanted
    return direct_chains(graph, begin, wanted, keep) + _Indirect(graph, begin, wanted, forbidden, keep).chains()


def direct_chains(graph: Digraph, sources: Collection[int], targets: Collection[int], keep: Keep | None = None) -> list[Chain]:
    """The edges from `sources` to `targets`."""
    return [
        Chain((source, target), 0)
        for source in sorted(sources)
        for target in graph.successors[source]
        if target in targets and (keep is None or keep(source, target))
    ]


class _Indirect:
    """The edges that lie on a chain with something between its ends, as a network of unit capacities."""

    def __init__(
        self, graph: Digraph, begin: frozenset[int], wanted: frozenset[int], avoid: frozenset[int], keep: Keep | None
    ) -> None:
        self._begin, self._wanted = begin, wanted
        between = self._reached(graph, begin, avoid | wanted | begin, keep)
        self._next: dict[int, list[int]] = {}
        for node in sorted(begin | between):
            targets = [
                t
                for t in graph.successors[node]
                if (t in between or (t in wanted and node not in begin)) and (keep is None or keep(node, t))
            ]
            if targets:
                self._next[node] = targets
        self._previous: dict[int, list[int]] = {}
        for node in sorted(self._next):
            for target in self._next[node]:
                self._previous.setdefault(target, []).append(node)

    @staticmethod
    def _reached(graph: Digraph, begin: frozenset[int], closed: frozenset[int], keep: Keep | None) -> frozenset[int]:
        """What is reached from the sources through nodes that are free to pass."""
        seen: set[int] = set()
        stack = sorted(begin)
        while stack:
            node = stack.pop()
            for target in graph.successors[node]:
                if target not in seen and target not in closed and (keep is None or keep(node, target)):
                    seen.add(target)
                    stack.append(target)
        return frozenset(seen)

    def chains(self) -> list[Chain]:
        found = []
        for source, target in self._cut():
            head = self._path({source}, self._previous, self._begin)
            tail = self._path({target}, self._next, self._wanted)
            if head is not None and tail is not None:
                found.append(Chain((*reversed(head), *tail), len(head) - 1))
        return sorted(found, key=lambda chain: (chain.nodes, chain.cut))

    @staticmethod
    def _path(start: Collection[int], step: dict[int, list[int]], goal: Collection[int]) -> list[int] | None:
        origin = dict.fromkeys(sorted(start), -1)
        queue = deque(origin)
        while queue:
            node = queue.popleft()
            if node in goal:
                path = []
                while node != -1:
                    path.append(node)
                    node = origin[node]
                return path[::-1]
            for other in step.get(node, ()):
                if other not in origin:
                    origin[other] = node
                    queue.append(other)
        return None

    def _cut(self) -> list[tuple[int, int]]:
        """A minimum cut, the one nearest to the targets (Edmonds and Karp)."""
        flow: set[tuple[int, int]] = set()
        for _ in range(_MOST_CUTS):
            path = self._augmenting(flow)
            if path is None:
                break
            for edge in path:
                if edge[::-1] in flow:
                    flow.discard(edge[::-1])
                else:
                    flow.add(edge)
        else:
            return [(node, t) for node in sorted(self._next) for t in self._next[node] if t in self._wanted]
        behind = self._reaches_target(flow)
        return [
            (node, target)
            for node in sorted(self._next)
            for target in self._next[node]
            if node not in behind and (target in behind or target in self._wanted)
        ]

    def _augmenting(self, flow: set[tuple[int, int]]) -> list[tuple[int, int]] | None:
        origin = dict.fromkeys(sorted(self._begin), -1)
        queue = deque(origin)
        while queue:
            node = queue.popleft()
            forward = [t for t in self._next.get(node, ()) if (node, t) not in flow]
            backward = [p for p in self._previous.get(node, ()) if (p, node) in flow]
            for target in (*forward, *backward):
                if target in origin:
                    continue
                origin[target] = node
                if target in self._wanted:
                    return self._edges_back(origin, target)
                queue.append(target)
        return None

    @staticmethod
    def _edges_back(origin: dict[int, int], node: int) -> list[tuple[int, int]]:
        edges = []
        while origin[node] != -1:
            edges.append((origin[node], node))
            node = origin[node]
        return edges

    def _reaches_target(self, flow: set[tuple[int, int]]) -> set[int]:
        """The nodes from which a target can still be reached in the residual network."""
        behind: set[int] = set()
        stack = sorted(self._wanted)
        while stack:
            node = stack.pop()
            earlier = [p for p in self._previous.get(node, ()) if (p, node) not in flow]
            earlier += [t for t in self._next.get(node, ()) if (node, t) in flow]
            for other in earlier:
                if other not in behind and other not in self._wanted:
                    behind.add(other)
                    stack.append(other)
        return behind
