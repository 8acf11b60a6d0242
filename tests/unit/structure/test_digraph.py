"""Cuts and illegal chains on random graphs."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from archlint.project.layers.illegal_chains import illegal_chains
from archlint.project.source.digraph import Digraph

SIZE = 8
EDGES = st.sets(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=20)
NODES = st.sets(st.integers(0, SIZE - 1), min_size=1, max_size=3)


@settings(max_examples=100)
@given(EDGES)
def test_components_are_the_classes_of_mutual_reach(edges: set[tuple[int, int]]) -> None:
    graph = Digraph(SIZE, edges)
    reach = {(a, b) for a in range(SIZE) for b in range(SIZE) if a != b and graph.chain({a}, {b})}
    mutual = {tuple(sorted({a, *(b for b in range(SIZE) if (a, b) in reach and (b, a) in reach)})) for a in range(SIZE)}
    assert graph.components() == sorted(group for group in mutual if len(group) > 1)


@settings(max_examples=100)
@given(EDGES)
def test_cuts_open_every_circle_and_none_is_too_many(edges: set[tuple[int, int]]) -> None:
    graph = Digraph(SIZE, edges)
    for group in graph.components():
        cuts = graph.cuts(group, lambda a, b: 1)
        assert not Digraph(SIZE, edges - set(cuts)).components(group)
        for cut in cuts:
            assert Digraph(SIZE, edges - (set(cuts) - {cut})).components(group)


@settings(max_examples=100)
@given(EDGES, NODES, NODES, NODES)
def test_illegal_chains_show_all_that_must_go(
    edges: set[tuple[int, int]], sources: set[int], targets: set[int], avoid: set[int]
) -> None:
    sources, avoid = sources - targets, avoid - sources - targets
    graph = Digraph(SIZE, edges)
    chains = illegal_chains(graph, sources, targets, avoid=avoid)
    for chain in chains:
        assert chain.nodes[0] in sources
        assert chain.nodes[-1] in targets
        assert not set(chain.nodes[1:-1]) & (sources | targets | avoid)
        assert all(pair in edges for pair in itertools.pairwise(chain.nodes))
    cut = {chain.nodes[chain.cut : chain.cut + 2] for chain in chains}
    rest = Digraph(SIZE, [edge for edge in edges if edge not in cut])
    assert not sources or rest.chain(sources, targets, avoid=avoid) is None
    if sources and graph.chain(sources, targets, avoid=avoid) is not None:
        assert chains


@settings(max_examples=100)
@given(EDGES, st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))
def test_indirect_chains_are_as_few_as_can_be(edges: set[tuple[int, int]], source: int, target: int) -> None:
    """As many as there are paths that share no edge (Menger)."""
    if source == target:
        return
    inner = {edge for edge in edges if edge != (source, target)}
    chains = [c for c in illegal_chains(Digraph(SIZE, edges), {source}, {target}) if not c.is_direct]
    cut = {c.nodes[c.cut : c.cut + 2] for c in chains}
    for size in range(len(cut)):
        for some in itertools.combinations(sorted(inner), size):
            if Digraph(SIZE, inner - set(some)).chain({source}, {target}) is None:
                raise AssertionError(f"{some} would have been enough")
