"""Contracts against circles: the children of a package must not import each other round and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from archlint.project.layers.contract_graph import Link
from archlint.project.layers.contract_question import NO_MODULE, Breach, Question
from archlint.project.source.digraph import Digraph

Between = dict[tuple[str, str], list[tuple[int, int]]]
"""Pairs of siblings, and the links by which (something in) the first imports (something in) the second."""


def judge_acyclic(question: Question) -> Iterator[Breach]:
    """One breach for each group of siblings that reach each other."""
    packages = _looked_into(question)
    between = _siblings(question, packages)
    for package in sorted(between):
        yield from _circles(question, package, between[package])


def _looked_into(question: Question) -> frozenset[str]:
    """The packages whose children are asked: those that the contract names and, as deep as it says, those below."""
    contract, graph = question.contract, question.graph
    for pattern in (*contract.modules, *contract.skip):
        if not graph.meant(pattern):
            question.fault(pattern, NO_MODULE)
    skipped = {name for pattern in contract.skip for name in graph.meant(pattern)}
    found: set[str] = set()
    ancestors = [name for pattern in contract.modules for name in graph.meant(pattern)]
    for ancestor in dict.fromkeys(ancestors):
        stack = [(ancestor, contract.depth)]
        while stack:
            package, depth = stack.pop()
            found.add(package)
            if depth:
                stack += [(child, depth - 1) for child in graph.children(package) if child not in skipped]
    return frozenset(found)


def _siblings(question: Question, packages: frozenset[str]) -> Mapping[str, Between]:
    """Each link belongs to one package: the innermost around both ends, unless it is one of them."""
    graph = question.graph
    found: dict[str, Between] = {}
    for source, target in graph.links():
        if graph.is_outside(target) or not question.keep(source, target) or {source, target} & graph.closed:
            continue
        importer, imported = graph.names[source].split("."), graph.names[target].split(".")
        shared = next((i for i, (a, b) in enumerate(zip(importer, imported, strict=False)) if a != b), 0)
        package = ".".join(importer[:shared])
        if shared and package in packages:
            pair = ".".join(importer[: shared + 1]), ".".join(imported[: shared + 1])
            found.setdefault(package, {}).setdefault(pair, []).append((source, target))
    return found


def _circles(question: Question, package: str, between: Between) -> Iterator[Breach]:
    children = sorted({child for pair in between for child in pair})
    number = {child: i for i, child in enumerate(children)}
    links = {(number[a], number[b]): found for (a, b), found in between.items()}
    graph = Digraph(len(children), links)
    for group in graph.components():
        cuts = graph.cuts(group, lambda a, b: len(links[a, b]))
        source, target = min(cuts, key=lambda cut: (len(links[cut]), cut))
        back = graph.chain({target}, {source}, avoid=set(range(len(children))) - set(group)) or (target, source)
        circle = (source, *back)
        chain = [question.graph.link(*links[a, b][0]) for a, b in pairwise(circle)]
        cut_away = [question.graph.link(*link) for cut in sorted(cuts) for link in links[cut]]
        yield Breach(question.contract, package, "", tuple(chain), 0, _without(cut_away, chain[0]))


def _without(links: list[Link], first: Link) -> tuple[Link, ...]:
    return tuple(link for link in links if link is not first)
