"""One contract held against one import graph: what its patterns mean there, and how a breach of it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from archlint.facts.settings import Contract
from archlint.project.layers.contract_graph import ContractGraph, Link
from archlint.project.layers.illegal_chains import Chain, direct_chains, illegal_chains
from archlint.project.source.digraph import Reached
from archlint.project.source.modules import Module

NO_MODULE = "matches no module"

_THOROUGH = 200
"""Chains of one contract after which each further pair of its parties is shown by its direct imports, else by one chain: by
then it is the contract that has to be looked at, and to find what to cut costs a search for each pair."""


End = tuple[str, frozenset[int]]
"""One party of a contract: how it is called, and its nodes."""


class Breach(Struct, frozen=True):
    """A broken contract. `importer`/`imported`: the layers or modules that must not meet (as the contract names them).

    `chain` leads from one to the other, `cut` is the link to take away.  `further`: links that have to go as well.
    `unlisted`: a module (or the first of a package) in no layer.  Of a circle `importer` is the package whose children
    import each other, `imported` is empty, and the chain runs round them.
    """

    contract: Contract
    importer: str
    imported: str
    chain: tuple[Link, ...] = ()
    cut: int = 0
    further: tuple[Link, ...] = ()
    unlisted: Module | None = None

    @property
    def leads_outside(self) -> bool:
        """Does the chain end in a package outside the project?"""
        return bool(self.chain) and self.chain[-1].outside


class Question(Struct, frozen=True):
    """`tolerated`: the links that the contract's exceptions take away.  `fault` is told (words of the contract, what is
    wrong with them)."""

    contract: Contract
    graph: ContractGraph
    tolerated: frozenset[tuple[int, int]]
    fault: Callable[[str, str], None]

    def keep(self, source: int, target: int) -> bool:
        """Does the link count?"""
        return (source, target) not in self.tolerated

    def required(self, pattern: str) -> frozenset[int]:
        """The modules that a pattern stands for; it is a fault if there is none."""
        found = self.nodes(pattern)
        if not found:
            self.fault(pattern, NO_MODULE)
        return found

    def names(self, patterns: Iterable[str]) -> list[str]:
        """The modules that the patterns mean, one by one. A fault: a plain name that there is not; a contract whose
        patterns together mean nothing."""
        found: dict[str, None] = {}
        given = list(patterns)
        for pattern in given:
            meant = self.graph.meant(pattern)
            if not meant and "*" not in pattern:
                self.fault(pattern, NO_MODULE)
            found |= dict.fromkeys(meant)
        if not found and all("*" in pattern for pattern in given):
            for pattern in given:
                self.fault(pattern, NO_MODULE)
        return sorted(found)

    def ends(self, patterns: Iterable[str]) -> Iterator[End]:
        """The parties of a contract about pairs: each pattern with all that it stands for; where another linter's rules
        hold, each module that is meant."""
        if self.contract.linted is None:
            yield from ((pattern, self.required(pattern)) for pattern in patterns)
        else:
            yield from ((name, self.nodes(name)) for name in self.names(patterns))

    def nodes(self, pattern: str) -> frozenset[int]:
        """The nodes of a pattern, all below them too if the contract takes modules as packages."""
        return self.graph.below(pattern) if self.contract.as_packages else self.graph.exactly(pattern) - self.graph.closed

    def breach(self, importer: str, imported: str, chain: Chain) -> Breach:
        return Breach(self.contract, importer, imported, self.graph.along(chain.nodes), chain.cut)

    def direct(self, source: int, target: int, imported: str) -> Breach:
        """A breach by one import."""
        return Breach(self.contract, self.graph.names[source], imported, (self.graph.link(source, target),))


class Chains:
    """The chains by which a contract is broken, pair by pair."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._count = 0

    def between(self, inner: End, outer: End, reached: Reached, avoid: frozenset[int]) -> Iterator[Breach]:
        """The breaches by which one party gets to the other, past none of `avoid`; `reached`: what the first gets to."""
        digraph, keep = self._question.graph.digraph, self._question.keep
        if self._count < _THOROUGH or inner[1] & outer[1]:
            found = illegal_chains(digraph, inner[1], outer[1], avoid=avoid, keep=keep)
        else:
            found = direct_chains(digraph, inner[1], outer[1], keep) or [Chain(reached.chain_to(outer[1]), 0)]
        self._count += len(found)
        yield from (self._question.breach(inner[0], outer[0], chain) for chain in found)
