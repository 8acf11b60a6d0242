"""grimp's verdicts on random graphs and contracts are ours."""

from __future__ import annotations

import grimp
from grimp import ImportGraph
from grimp.domain.valueobjects import Layer
from hypothesis import given, settings
from hypothesis import strategies as st
from import_graphs import project_of_graph

from archlint.facts.settings import Contract, Settings
from archlint.project.layers.contract_layers import parse_layers
from archlint.project.layers.contracts import Contracts

TOP = [f"p.{name}" for name in "abcdef"]
MODULES = ["p", *TOP, *(f"{top}.{name}" for top in TOP[:4] for name in "xy")]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    pairs = draw(st.lists(st.tuples(st.sampled_from(MODULES[1:]), st.sampled_from(MODULES[1:])), max_size=22))
    edges: dict[str, list[str]] = {name: [] for name in MODULES}
    for importer, imported in pairs:
        if importer != imported and imported not in edges[importer]:
            edges[importer].append(imported)
    return edges


@st.composite
def layer_lines(draw: st.DrawFn) -> tuple[str, ...]:
    names = draw(st.lists(st.sampled_from("abcde"), min_size=2, max_size=5, unique=True))
    lines: list[list[str]] = [[names[0]]]
    for name in names[1:]:
        if draw(st.booleans()):
            lines.append([name])
        else:
            lines[-1].append(name)
    return tuple(draw(st.sampled_from([" | ", " : "])).join(line) for line in lines)


def oracle(edges: dict[str, list[str]]) -> ImportGraph:
    graph = grimp.ImportGraph()
    for name in edges:
        graph.add_module(name)
    for importer, targets in edges.items():
        for imported in targets:
            graph.add_import(importer=importer, imported=imported)
    return graph


@settings(max_examples=120)
@given(graphs(), layer_lines())
def test_layers_have_the_same_illegal_pairs(edges: dict[str, list[str]], lines: tuple[str, ...]) -> None:
    levels: dict[int, list[str]] = {}
    for layer in parse_layers(lines):
        levels.setdefault(layer.level, []).append(layer.name)
    expected = oracle(edges).find_illegal_dependencies_for_layers(
        layers=[Layer(*names, independent=" : " not in lines[level]) for level, names in levels.items()], containers={"p"}
    )
    contract = Contract(name="c", kind="layers", layers=lines, containers=("p",))
    found = Contracts(project_of_graph(edges, Settings(contracts=(contract,)))).breaches
    assert {(b.importer, b.imported) for b in found} == {(d.importer, d.imported) for d in expected}


@settings(max_examples=120)
@given(graphs(), st.sampled_from(TOP), st.sampled_from(TOP))
def test_a_forbidden_package_is_reached_alike(edges: dict[str, list[str]], source: str, target: str) -> None:
    if source == target:
        return
    contract = Contract(name="c", kind="forbidden", source=(source,), forbidden=(target,))
    found = Contracts(project_of_graph(edges, Settings(contracts=(contract,)))).breaches
    assert bool(found) == oracle(edges).chain_exists(importer=source, imported=target, as_packages=True)


@settings(max_examples=120)
@given(graphs(), st.lists(st.sampled_from(MODULES[1:]), min_size=1, max_size=4), st.sampled_from(MODULES[1:]))
def test_chains_are_as_short_and_go_along_edges(edges: dict[str, list[str]], sources: list[str], target: str) -> None:
    project = project_of_graph(edges)
    by_name = project.modules.by_name
    starts = [name for name in sources if name != target]
    if not starts:
        return
    graph = oracle(edges)
    lengths = [
        len(chain) for name in starts if (chain := graph.find_shortest_chain(importer=name, imported=target)) is not None
    ]
    found = project.imports.chain([by_name[name] for name in starts], [by_name[target]])
    assert (len(found) + 1 if found else None) == (min(lengths) if lengths else None)
    for edge in found or ():
        assert edge.imported.name in edges[edge.importer.name]
