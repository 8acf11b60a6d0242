"""Contracts about layers, and about siblings, which are one layer of independent modules.

A lower layer must not reach a higher one, nor one of two independent siblings the other; except through a third layer,
which is that layer's fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from archlint.facts.settings import Contract
from archlint.project.layers.contract_graph import ContractGraph
from archlint.project.layers.contract_question import Breach, Chains, Question
from archlint.project.source.patterns import matches


class Layer(Struct, frozen=True):
    """One layer of a contract: a module and all below it. `level` counts from the outermost; layers of one level are
    siblings."""

    name: str
    level: int
    independent: bool
    optional: bool


Members = list[tuple[Layer, str, frozenset[int]]]
"""Layers with their full names and modules."""


def parse_layers(lines: Sequence[str]) -> list[Layer]:
    """`a`, `a | b` (independent siblings), `a : b` (siblings that may use each other), `(a)` (may be missing)."""
    layers = []
    for level, line in enumerate(lines):
        independent = ":" not in line
        for part in line.replace(":", "|").split("|"):
            name = part.strip()
            optional = name.startswith("(") and name.endswith(")")
            layers.append(Layer(name.strip("() "), level, independent, optional))
    return layers


def placed_layers(contract: Contract, graph: ContractGraph) -> list[list[tuple[Layer, str]]]:
    """For each container, its layers with their full names."""
    layers = parse_layers(contract.layers)
    if not contract.containers:
        return [[(layer, layer.name) for layer in layers]]
    return [[(layer, f"{container}.{layer.name}") for layer in layers] for container in containers_of(contract, graph)]


def containers_of(contract: Contract, graph: ContractGraph) -> list[str]:
    """Those that there are, and those that are named plainly."""
    plain = {pattern for pattern in contract.containers if "*" not in pattern}
    return sorted(plain.union(*(graph.meant(pattern) for pattern in contract.containers)))


def judge_layers(question: Question) -> Iterator[Breach]:
    contract, graph = question.contract, question.graph
    placed = placed_layers(contract, graph)
    if not placed:
        question.names(contract.containers)
    for layers in placed:
        yield from _between(
            question,
            [(layer, name, graph.below(name) if layer.optional else question.required(name)) for layer, name in layers],
        )
    if contract.exhaustive:
        yield from _unlisted(question)


def judge_independence(question: Question) -> Iterator[Breach]:
    names = question.names(question.contract.modules)
    for above, name in ((a, b) for a in names for b in names if b.startswith(f"{a}.")):
        question.fault(name, f"lies in `{above}`, so the two cannot be independent")
        return
    yield from _between(question, [(Layer(name, 0, True, False), name, question.graph.below(name)) for name in names])


def _between(question: Question, members: Members) -> Iterator[Breach]:
    """The chains from one layer to another that it must not reach."""
    graph, chains = question.graph, Chains(question)
    everyone = frozenset[int]().union(*(numbers for *_, numbers in members))
    for layer, name, inner in members:
        barred = [(title, outer) for other, title, outer in members if outer and _is_forbidden(layer, other)]
        if not (inner and barred):
            continue
        reached = graph.digraph.reached(inner, (everyone - inner) | graph.closed, question.keep)
        for title, outer in barred:
            if reached.any_of(outer):
                avoid = (everyone - inner - outer) | graph.closed
                yield from chains.between((name, inner), (title, outer), reached, avoid)


def _is_forbidden(layer: Layer, other: Layer) -> bool:
    """Must `layer` not reach `other`? A higher one never; an independent sibling neither."""
    return layer is not other and (other.level < layer.level or (other.level == layer.level and layer.independent))


def _unlisted(question: Question) -> Iterator[Breach]:
    contract, graph = question.contract, question.graph
    known = [layer.name for layer in parse_layers(contract.layers)] + list(contract.exhaustive_ignores)
    for container in containers_of(contract, graph):
        for name in graph.children(container):
            if not any(matches(listed, name.rpartition(".")[2]) for listed in known):
                yield Breach(contract, name, container, unlisted=graph.file(name))
