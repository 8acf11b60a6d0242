"""The contracts of the configuration, held against the import graph.

The kinds mean what they mean in import-linter: `layers` (a lower layer must not reach a higher one, nor one of two
independent siblings the other, except through a third layer, which is that layer's fault), `forbidden`, and `external`
(which third-party packages may be imported where).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.settings import Allow, Contract
from archlint.project.illegal_chains import Chain, illegal_chains
from archlint.project.imports import Edge, Reference
from archlint.project.modules import Module
from archlint.project.patterns import covers, matches

if TYPE_CHECKING:
    from archlint.project.program import Project


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken contract. `importer`/`imported`: the layers or modules that must not meet (as the contract names them).

    `chain` leads from one to the other, `cut` is the edge to take away; `reference` is the import of a package outside
    the project in which the chain ends, if it does.  `unlisted`: a module of a container that is in no layer.
    """

    contract: Contract
    importer: str
    imported: str
    chain: tuple[Edge, ...] = ()
    cut: int = 0
    reference: Reference | None = None
    unlisted: Module | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """An import that runs in the direction that a contract wants."""

    contract: Contract
    edge: Edge


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a contract: a module and all below it. `level` counts from the outermost; layers of one level are
    siblings."""

    name: str
    level: int
    independent: bool
    optional: bool


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


class Contracts:
    """All contracts of the settings, each judged once.

    `breaches`; `kept` (proofs that a layers contract had something to say); `matches_nothing`: (contract, pattern) of
    patterns that mean no module; `unused_allows`: exceptions that no import of the project needs.
    """

    def __init__(self, project: Project) -> None:
        self._modules = project.modules
        self._imports = project.imports
        self._contracts = project.settings.contracts
        self._nothing: list[tuple[Contract, str]] = []
        self._used: set[tuple[str, int]] = set()

    @cached_property
    def breaches(self) -> tuple[Breach, ...]:
        judge = {"layers": self._judge_layers, "forbidden": self._judge_forbidden, "external": self._judge_external}
        return tuple(breach for contract in self._contracts for breach in judge[contract.kind](contract))

    @property
    def matches_nothing(self) -> tuple[tuple[Contract, str], ...]:
        _ = self.breaches
        return tuple(self._nothing)

    @cached_property
    def unused_allows(self) -> tuple[tuple[Contract, Allow], ...]:
        """Exceptions whose import does not exist (as import-linter's unmatched ignores)."""
        _ = self.breaches
        return tuple(
            (contract, allow)
            for contract in self._contracts
            for i, allow in enumerate(contract.allow)
            if (contract.name, i) not in self._used
        )

    @cached_property
    def governed(self) -> frozenset[str]:
        """Names of the modules that a layer of a `layers` contract holds."""
        return frozenset(
            self._imports.nodes[number].name
            for contract in self._contracts
            if contract.kind == "layers"
            for placed in self._placed(contract)
            for _, name in placed
            for number in self._below(name)
        )

    @property
    def kept(self) -> Iterator[Kept]:
        """The direct imports between layers of a `layers` contract that run the right way."""
        for contract in self._contracts:
            if contract.kind == "layers":
                for placed in self._placed(contract):
                    yield from self._kept_of(contract, placed)

    def _kept_of(self, contract: Contract, placed: list[tuple[Layer, str]]) -> Iterator[Kept]:
        level = {m: layer.level for layer, name in placed for m in self._below(name)}
        for number in sorted(level):
            for target in self._imports.graph().successors[number]:
                if level.get(target, -1) > level[number]:
                    yield Kept(contract, self._imports.along((number, target))[0])

    # -- what is meant -----------------------------------------------------------------------------------------

    def _below(self, pattern: str) -> frozenset[int]:
        """The numbers of the modules that a pattern means, tests and migrations left out."""
        return frozenset(
            self._imports.number[module.name] for module in self._modules.production if covers(pattern, module.name)
        )

    def _required(self, contract: Contract, pattern: str) -> frozenset[int]:
        found = self._below(pattern)
        if not found:
            self._nothing.append((contract, pattern))
        return found

    def _keep(self, contract: Contract) -> frozenset[tuple[int, int]]:
        """The edges that the contract tolerates."""
        tolerated = set()
        for source, targets in enumerate(self._imports.graph().successors):
            for target in targets:
                importer, imported = self._imports.nodes[source].name, self._imports.nodes[target].name
                for i, allow in enumerate(contract.allow):
                    if matches(allow.importer, importer) and matches(allow.imported, imported):
                        self._used.add((contract.name, i))
                        tolerated.add((source, target))
        return frozenset(tolerated)

    @cached_property
    def _closed(self) -> frozenset[int]:
        """Modules that no chain may pass: tests, migrations, scripts. A composition root may be passed: what is written
        down is meant as it is written, and an exception is one more line."""
        return frozenset(self._imports.number[module.name] for module in self._modules.all if not module.is_production)

    def _breach(self, contract: Contract, importer: str, imported: str, chain: Chain) -> Breach:
        return Breach(contract, importer, imported, self._imports.along(chain.nodes), chain.cut)

    # -- kinds -------------------------------------------------------------------------------------------------

    def _placed(self, contract: Contract) -> list[list[tuple[Layer, str]]]:
        """For each container, its layers with their full names."""
        layers = parse_layers(contract.layers)
        if not contract.containers:
            return [[(layer, layer.name) for layer in layers]]
        containers = sorted(
            {module.name for pattern in contract.containers for module in self._modules.all if matches(pattern, module.name)}
            | {pattern for pattern in contract.containers if "*" not in pattern}
        )
        return [[(layer, f"{container}.{layer.name}") for layer in layers] for container in containers]

    def _judge_layers(self, contract: Contract) -> Iterator[Breach]:
        tolerated = self._keep(contract)
        for placed in self._placed(contract):
            members = [
                (layer, name, self._below(name) if layer.optional else self._required(contract, name)) for layer, name in placed
            ]
            everyone = frozenset(number for *_, numbers in members for number in numbers)
            for layer, name, inner in members:
                for other, other_name, outer in members:
                    if layer is other or not (inner and outer) or not _is_forbidden(layer, other):
                        continue
                    avoid = (everyone - inner - outer) | self._closed
                    for chain in illegal_chains(
                        self._imports.graph(), inner, outer, avoid=avoid, keep=lambda a, b: (a, b) not in tolerated
                    ):
                        yield self._breach(contract, name, other_name, chain)
        if contract.exhaustive:
            yield from self._unlisted(contract)

    def _unlisted(self, contract: Contract) -> Iterator[Breach]:
        names = [layer.name for layer in parse_layers(contract.layers)]
        for container in contract.containers:
            for module in self._modules.production:
                above, _, last = module.name.rpartition(".")
                if above and matches(container, above) and not any(matches(name, last) for name in names):
                    yield Breach(contract, module.name, container, unlisted=module)

    def _judge_forbidden(self, contract: Contract) -> Iterator[Breach]:
        tolerated = self._keep(contract)
        for source in contract.source:
            inner = self._required(contract, source)
            for target in contract.forbidden:
                outer = self._below(target)
                if not outer:
                    yield from self._forbidden_package(contract, source, inner, target)
                    continue
                chains = illegal_chains(
                    self._imports.graph(), inner, outer, avoid=self._closed, keep=lambda a, b: (a, b) not in tolerated
                )
                yield from (
                    self._breach(contract, source, target, chain) for chain in chains if contract.indirect or chain.is_direct
                )

    def _forbidden_package(self, contract: Contract, source: str, inner: frozenset[int], package: str) -> Iterator[Breach]:
        """A forbidden name that is no module of the project is a package outside of it."""
        importers = {
            self._imports.number[path_module.name]: reference
            for path_module in reversed(self._modules.production)
            for reference in reversed(self._imports.external(path_module))
            if covers(package, reference.external) and not reference.given.type_checking
        }
        if not importers and not any(covers(package, r.external) for m in self._modules.all for r in self._imports.external(m)):
            self._nothing.append((contract, package))
        for number in sorted(inner & importers.keys()):
            if not self._tolerates(contract, self._imports.nodes[number], package):
                yield Breach(contract, source, package, reference=importers[number])
        if contract.indirect:
            outer = frozenset(importers) - inner
            for chain in illegal_chains(self._imports.graph(), inner, outer, avoid=self._closed - outer):
                edges = self._imports.along(chain.nodes)
                yield Breach(contract, source, package, edges, len(edges), importers[chain.nodes[-1]])

    def _judge_external(self, contract: Contract) -> Iterator[Breach]:
        for source in contract.source:
            for number in sorted(self._required(contract, source)):
                module = self._imports.nodes[number]
                for reference in self._imports.external(module):
                    if self._is_barred(contract, reference) and not self._tolerates(contract, module, reference.external):
                        yield Breach(contract, source, reference.external, reference=reference)

    @staticmethod
    def _is_barred(contract: Contract, reference: Reference) -> bool:
        name = reference.external
        if reference.given.type_checking or name.partition(".")[0] in sys.stdlib_module_names:
            return False
        if contract.packages and not any(covers(pattern, name) for pattern in contract.packages):
            return False
        return not any(covers(pattern, name) for pattern in contract.allowed)

    def _tolerates(self, contract: Contract, module: Module, package: str) -> bool:
        found = False
        for i, allow in enumerate(contract.allow):
            if matches(allow.importer, module.name) and covers(allow.imported, package):
                self._used.add((contract.name, i))
                found = True
        return found


def _is_forbidden(layer: Layer, other: Layer) -> bool:
    """Must `layer` not reach `other`? A higher one never; an independent sibling neither."""
    return other.level < layer.level or (other.level == layer.level and layer.independent)
