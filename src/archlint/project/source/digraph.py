"""Directed graphs on integers: shortest chains, components, and the edges that open cycles.

Nodes are 0…n-1 and neighbours are sorted, so every answer is the same in every run.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise

Keep = Callable[[int, int], bool]
"""Does an edge count?"""


class Reached:
    """Nodes that can be come to, each with the one before it on a shortest way; -1 for where the ways begin."""

    __slots__ = ("_order", "_origin")

    def __init__(self, origin: dict[int, int]) -> None:
        self._origin = origin
        self._order = {node: i for i, node in enumerate(origin)}

    def any_of(self, nodes: Collection[int]) -> bool:
        return not self._origin.keys().isdisjoint(nodes)

    def chain_to(self, nodes: Collection[int]) -> tuple[int, ...]:
        """A shortest way to one of the nodes, of which one is reached."""
        node = min((node for node in nodes if node in self._origin), key=self._order.__getitem__)
        found = []
        while node != -1:
            found.append(node)
            node = self._origin[node]
        return tuple(reversed(found))


class Digraph:
    """`successors[i]`, `predecessors[i]`: sorted neighbours of node i; no loops, no double edges."""

    __slots__ = ("predecessors", "successors")

    def __init__(self, size: int, edges: Iterable[tuple[int, int]]) -> None:
        forward: list[array[int]] = [array("l") for _ in range(size)]
        backward: list[array[int]] = [array("l") for _ in range(size)]
        for source, target in sorted(set(edges)):
            if source != target:
                forward[source].append(target)
                backward[target].append(source)
        self.successors: Sequence[array[int]] = forward
        self.predecessors: Sequence[array[int]] = backward

    def __len__(self) -> int:
        return len(self.successors)

    def chain(
        self,
        sources: Collection[int],
        targets: Collection[int],
        *,
        avoid: Collection[int] = frozenset(),
        keep: Keep | None = None,
    ) -> tuple[int, ...] | None:
        """A shortest chain from one of `sources` to one of `targets` with no other source, target or node of `avoid`
        between; of equally short ones the first in the order of node numbers. None: there is none."""
        origin = dict.fromkeys(sorted(sources), -1)
        wanted = frozenset(targets)
        queue = deque(origin)
        while queue:
            node = queue.popleft()
            for target in self.successors[node]:
                if target in origin or (keep is not None and not keep(node, target)):
                    continue
                if target in wanted:
                    return (*self._back(origin, node), target)
                if target not in avoid:
                    origin[target] = node
                    queue.append(target)
        return None

    def reached(self, sources: Collection[int], stop: Collection[int], keep: Keep | None = None) -> Reached:
        """What is reached from `sources` by one step or more; from nodes of `stop` it goes no further."""
        origin = dict.fromkeys(sorted(sources), -1)
        queue = deque(origin)
        while queue:
            node = queue.popleft()
            for target in self.successors[node]:
                if target not in origin and (keep is None or keep(node, target)):
                    origin[target] = node
                    if target not in stop:
                        queue.append(target)
        return Reached(origin)

    @staticmethod
    def _back(origin: dict[int, int], node: int) -> tuple[int, ...]:
        found = []
        while node != -1:
            found.append(node)
            node = origin[node]
        return tuple(reversed(found))

    def components(self, nodes: Iterable[int] | None = None, keep: Keep | None = None) -> list[tuple[int, ...]]:
        """The strongly connected components of two or more nodes within `nodes`, each sorted, in order (Tarjan)."""
        inside = range(len(self)) if nodes is None else sorted(set(nodes))
        within = set(inside)
        number: dict[int, int] = {}
        low: dict[int, int] = {}
        stack: list[int] = []
        waiting: set[int] = set()
        found: list[tuple[int, ...]] = []
        for start in inside:
            if start in number:
                continue
            work = [(start, 0)]
            while work:
                node, position = work.pop()
                if position == 0:
                    number[node] = low[node] = len(number)
                    stack.append(node)
                    waiting.add(node)
                targets = self.successors[node]
                while position < len(targets):
                    target = targets[position]
                    position += 1
                    if target not in within or (keep is not None and not keep(node, target)):
                        continue
                    if target not in number:
                        work += [(node, position), (target, 0)]
                        break
                    if target in waiting:
                        low[node] = min(low[node], number[target])
                else:
                    if work:
                        above = work[-1][0]
                        low[above] = min(low[above], low[node])
                    if low[node] == number[node]:
                        members = []
                        while True:
                            member = stack.pop()
                            waiting.discard(member)
                            members.append(member)
                            if member == node:
                                break
                        if len(members) > 1:
                            found.append(tuple(sorted(members)))
        return sorted(found)

    def cuts(self, component: Collection[int], cost: Callable[[int, int], int]) -> list[tuple[int, int]]:
        """A small set of edges without which the component holds no cycle, cheap ones first chosen.

        An ordering of the nodes is built greedily from both ends (Eades, Lin and Smyth 1993, with costs); the edges
        that run against it are cut, then those that turn out not to be needed are put back.
        """
        inside = frozenset(component)
        against = _backward_edges(self, sorted(inside), inside, cost)
        needed = sorted(against, key=lambda edge: (-cost(*edge), edge))
        cut = set(against)
        for edge in needed:
            without = cut - {edge}
            if not self.components(inside, lambda a, b, out=without: (a, b) not in out):  # type: ignore[misc]
                cut = without
        return sorted(cut) if len(cut) > 1 else [self._first_alike(inside, next(iter(cut)), cost)]

    def _first_alike(self, inside: frozenset[int], edge: tuple[int, int], cost: Callable[[int, int], int]) -> tuple[int, int]:
        """Of the edges that open the component by themselves as cheaply as `edge`, the first."""
        back = self.chain({edge[1]}, {edge[0]}, avoid=frozenset(range(len(self))) - inside) or ()
        circle = sorted({edge, *pairwise(back)})
        return next(
            other
            for other in circle
            if other == edge
            or (
                cost(*other) <= cost(*edge) and not self.components(inside, lambda a, b, out=other: (a, b) != out)  # type: ignore[misc]
            )
        )


def _backward_edges(
    graph: Digraph, nodes: list[int], inside: frozenset[int], cost: Callable[[int, int], int]
) -> list[tuple[int, int]]:
    left = set(nodes)
    out_cost = {n: sum(cost(n, m) for m in graph.successors[n] if m in inside) for n in nodes}
    in_cost = {n: sum(cost(m, n) for m in graph.predecessors[n] if m in inside) for n in nodes}
    head: list[int] = []
    tail: list[int] = []

    def take(node: int) -> None:
        left.discard(node)
        for m in graph.successors[node]:
            if m in left:
                in_cost[m] -= cost(node, m)
        for m in graph.predecessors[node]:
            if m in left:
                out_cost[m] -= cost(m, node)

    while left:
        sink = next((n for n in nodes if n in left and out_cost[n] == 0), None)
        if sink is not None:
            tail.append(sink)
            take(sink)
            continue
        source = next((n for n in nodes if n in left and in_cost[n] == 0), None)
        if source is None:
            source = min(left, key=lambda n: (in_cost[n] - out_cost[n], -n))
        head.append(source)
        take(source)
    rank = {node: i for i, node in enumerate([*head, *reversed(tail)])}
    return [(n, m) for n in nodes for m in graph.successors[n] if m in inside and rank[m] < rank[n]]
