"""The contracts of the configuration, held against the import graph.

The kinds mean what they mean in import-linter. The project's own contracts are about the code that runs in production:
no tests and migrations, no imports for typing alone. Those of import-linter's configurations see what it sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.settings import Allow, Contract, ContractKind, Linted
from archlint.project.layers.contract_circles import judge_acyclic
from archlint.project.layers.contract_graph import ContractGraph, Link, runtime_graph
from archlint.project.layers.contract_kinds import judge_external, judge_forbidden, judge_private, judge_protected
from archlint.project.layers.contract_layers import judge_independence, judge_layers, placed_layers
from archlint.project.layers.contract_question import Breach, Question
from archlint.project.source.modules import Module
from archlint.project.source.named_imports import NamedImports, named_imports

if TYPE_CHECKING:
    from archlint.project.program import Project

_JUDGES: Mapping[ContractKind, Callable[[Question], Iterator[Breach]]] = {
    "layers": judge_layers,
    "forbidden": judge_forbidden,
    "independence": judge_independence,
    "acyclic": judge_acyclic,
    "external": judge_external,
    "protected": judge_protected,
    "private": judge_private,
}


class Kept(Struct, frozen=True):
    """An import that runs in the direction that a contract wants."""

    contract: Contract
    link: Link


class Fault(Struct, frozen=True):
    """Words of a contract that mean nothing, so that they can say nothing; `reason` goes on after them."""

    contract: Contract
    words: str
    reason: str


class Contracts:
    """All contracts of the settings, each judged once.

    `breaches`; `kept` (proofs that a layers contract had something to say); `faults`; `unused_allows`: exceptions that no
    import of the project needs.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._contracts = project.settings.contracts
        self._faults: dict[Fault, None] = {}
        self._used: set[tuple[int, int]] = set()
        self._named: dict[Linted, NamedImports] = {}

    @cached_property
    def breaches(self) -> tuple[Breach, ...]:
        return tuple(breach for i, contract in enumerate(self._contracts) for breach in self._judge(i, contract))

    @property
    def faults(self) -> tuple[Fault, ...]:
        _ = self.breaches
        return tuple(self._faults)

    @cached_property
    def unused_allows(self) -> tuple[tuple[Contract, Allow], ...]:
        """Exceptions whose import does not exist (as import-linter's unmatched ignores)."""
        _ = self.breaches
        return tuple(
            (contract, allow)
            for number, contract in enumerate(self._contracts)
            for i, allow in enumerate(contract.allow)
            if (number, i) not in self._used
        )

    @cached_property
    def independent(self) -> tuple[tuple[Contract, str, Module], ...]:
        """The parts that `independence` contracts keep from each other, with the file of each or its first."""
        found = {
            (contract.name, name): (contract, name, graph.file(name))
            for contract in self._contracts
            if contract.kind == "independence"
            for graph in (self._graph(contract),)
            for pattern in contract.modules
            for name in graph.meant(pattern)
            if not any(graph.is_outside(number) for number in graph.exactly(name))
        }
        return tuple(found[key] for key in sorted(found))

    @cached_property
    def governed(self) -> Mapping[str, str]:
        """Names of the modules that a layer of a `layers` contract holds, with the layer's (the first contract's) name."""
        found: dict[str, str] = {}
        for contract in self._contracts:
            if contract.kind != "layers":
                continue
            graph = self._graph(contract)
            for layer, name in (pair for placed in placed_layers(contract, graph) for pair in placed):
                for number in sorted(graph.below(name)):
                    if not graph.is_outside(number):
                        found.setdefault(graph.file(graph.names[number]).name, layer.name)
        return found

    @property
    def kept(self) -> Iterator[Kept]:
        """The direct imports between layers of a `layers` contract that run the right way."""
        for contract in self._contracts:
            if contract.kind == "layers":
                graph = self._graph(contract)
                for placed in placed_layers(contract, graph):
                    level = {number: layer.level for layer, name in placed for number in graph.below(name)}
                    for number in sorted(level):
                        for target in graph.digraph.successors[number]:
                            if level.get(target, -1) > level[number]:
                                yield Kept(contract, graph.link(number, target))

    def _judge(self, number: int, contract: Contract) -> Iterator[Breach]:
        graph = self._graph(contract)
        if contract.linted is not None:
            self._look_at_roots(contract, contract.linted)
        tolerated = set()
        for i, allow in enumerate(contract.allow):
            links = set(graph.tolerated(allow))
            if links:
                self._used.add((number, i))
            tolerated |= links

        def fault(words: str, reason: str) -> None:
            self._faults[Fault(contract, words, reason)] = None

        yield from _JUDGES[contract.kind](Question(contract, graph, frozenset(tolerated), fault))

    def _look_at_roots(self, contract: Contract, linted: Linted) -> None:
        found = self._by_name(linted)
        for root in found.missing:
            self._faults[Fault(contract, root, "is no package of the project")] = None
        if found.unlinked:
            reason = "holds modules that import each other by other names, so that no contract can be broken"
            self._faults[Fault(contract, ", ".join(linted.root_packages), reason)] = None

    def _graph(self, contract: Contract) -> ContractGraph:
        return self._runtime if contract.linted is None else self._by_name(contract.linted).graph

    @cached_property
    def _runtime(self) -> ContractGraph:
        return runtime_graph(self._project)

    def _by_name(self, linted: Linted) -> NamedImports:
        """One graph for all contracts that count alike."""
        key = replace(linted, path="", unmatched="off")
        if key not in self._named:
            self._named[key] = named_imports(self._project, key)
        return self._named[key]
