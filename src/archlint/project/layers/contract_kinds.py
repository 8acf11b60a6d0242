"""Contracts about who may import what: forbidden, protected, private and external modules."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from archlint.facts.settings import Contract
from archlint.project.layers.contract_question import NO_MODULE, Breach, Chains, End, Question
from archlint.project.layers.illegal_chains import Chain, illegal_chains


def judge_forbidden(question: Question) -> Iterator[Breach]:
    """Modules that must not reach others, or packages outside."""
    contract, graph, chains = question.contract, question.graph, Chains(question)
    targets = list(_named_targets(question) if contract.linted else _covered_targets(question))
    for source, inner in question.ends(contract.source):
        stop = graph.closed if contract.indirect else frozenset(range(len(graph.names))) - inner
        reached = graph.digraph.reached(inner, stop, question.keep)
        for target, outer in targets:
            if not reached.any_of(outer) or _overlap(contract, source, target):
                continue
            if any(graph.is_outside(node) for node in outer):
                yield from _reaching_outside(question, (source, inner), (target, outer))
            else:
                avoid = graph.closed if contract.indirect else stop
                yield from chains.between((source, inner), (target, outer), reached, avoid)


def _overlap(contract: Contract, source: str, target: str) -> bool:
    """Is one the other, or (as packages) in it? Other linters' contracts have nothing to say then."""
    if contract.linted is None or source == target:
        return contract.linted is not None
    return contract.as_packages and (source.startswith(f"{target}.") or target.startswith(f"{source}."))


def _reaching_outside(question: Question, source: End, target: End) -> Iterator[Breach]:
    """One breach for each module that imports a package outside, however many of its names it takes; then the chains to
    other modules that do."""
    graph, (name, inner), (package, outer) = question.graph, source, target
    users: dict[int, list[int]] = {}
    for node in sorted(outer):
        for user in graph.digraph.predecessors[node]:
            if user not in graph.closed and question.keep(user, node):
                users.setdefault(user, []).append(node)
    chains = [Chain((user,), 0) for user in sorted(inner & users.keys())]
    if question.contract.indirect:
        others = frozenset(users) - inner
        chains += illegal_chains(graph.digraph, inner, others, avoid=graph.closed, keep=question.keep)
    for chain in chains:
        user = chain.nodes[-1]
        first, *more = sorted((graph.link(user, node) for node in users[user]), key=lambda link: link.site)
        links = (*graph.along(chain.nodes), first)
        yield Breach(question.contract, name, package, links, len(links) - 1, tuple(more))


def _covered_targets(question: Question) -> Iterator[End]:
    """A forbidden name that is no module of the project is a package outside of it."""
    for pattern in question.contract.forbidden:
        found = question.nodes(pattern) or question.graph.outside(pattern)
        if not found:
            question.fault(pattern, NO_MODULE)
        yield pattern, found


def _named_targets(question: Question) -> Iterator[End]:
    """A package outside that nobody imports is kept away; a module below a root package has to be there."""
    linted, graph = question.contract.linted, question.graph
    names: set[str] = set()
    for pattern in question.contract.forbidden:
        meant = graph.meant(pattern)
        names.update(meant)
        if meant or "*" in pattern or linted is None:
            continue
        if any(f"{pattern}.".startswith(f"{root}.") for root in linted.root_packages):
            question.fault(pattern, NO_MODULE)
        elif not linted.external:
            question.fault(pattern, "is a package outside, and `include_external_packages` is not set")
        elif "." in pattern:
            question.fault(pattern, "is below a package outside, of which only the whole can be forbidden")
    yield from ((name, question.nodes(name)) for name in sorted(names))


def judge_protected(question: Question) -> Iterator[Breach]:
    """Modules that only some others may import directly."""
    contract, graph = question.contract, question.graph
    if contract.linted and not contract.as_packages:  # a name that there is not is of no account there
        allowed = frozenset[int]().union(*(graph.exactly(pattern) for pattern in contract.importers))
    else:
        allowed = frozenset[int]().union(*(nodes for _, nodes in question.ends(contract.importers)))
    for name in question.names(contract.modules):
        guarded = question.nodes(name)
        importers = {i for node in guarded for i in graph.digraph.predecessors[node]}
        for source in sorted(importers - guarded - allowed - graph.closed):
            for target in graph.digraph.successors[source]:
                if target in guarded and question.keep(source, target):
                    yield question.direct(source, target, name)


def judge_private(question: Question) -> Iterator[Breach]:
    """Modules named with an underscore, imported from outside the package that holds them."""
    contract, graph = question.contract, question.graph
    if contract.modules:
        looked_at = frozenset[int]().union(*(graph.below(name) for name in question.names(contract.modules)))
    else:
        looked_at = frozenset(range(len(graph.names)))
    for target in sorted(looked_at):
        owner = _owner(graph.names[target])
        for source in graph.digraph.predecessors[target] if owner else ():
            name = graph.names[source]
            inside = name == owner or name.startswith(f"{owner}.")
            if not inside and source not in graph.closed and question.keep(source, target):
                yield question.direct(source, target, graph.names[target])


def _owner(name: str) -> str:
    """The package around the innermost private part of a module's name; empty: none is private."""
    parts = name.split(".")
    for i in range(len(parts) - 1, 0, -1):
        if parts[i].startswith("_") and not (parts[i].startswith("__") and parts[i].endswith("__")):
            return ".".join(parts[:i])
    return ""


def judge_external(question: Question) -> Iterator[Breach]:
    """Third-party packages that a part of the project may not import."""
    contract, graph = question.contract, question.graph
    barred = [
        number
        for number, name in enumerate(graph.names)
        if graph.is_outside(number) and name.partition(".")[0] not in sys.stdlib_module_names
    ]
    for patterns, wanted in ((contract.packages, True), (contract.allowed, False)):
        if patterns:
            covered = frozenset[int]().union(*(graph.outside(pattern) for pattern in patterns))
            barred = [number for number in barred if (number in covered) is wanted]
    for pattern in contract.source:
        sources = question.required(pattern)
        links = [(s, t) for t in barred for s in graph.digraph.predecessors[t] if s in sources and question.keep(s, t)]
        for source, target in sorted(links, key=lambda link: (link[0], graph.link(*link).site.at)):
            yield Breach(contract, pattern, graph.names[target], (graph.link(source, target),))
