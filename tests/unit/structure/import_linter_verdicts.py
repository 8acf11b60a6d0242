"""What import-linter says of a contract, in a form that ours can be compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grimp
from importlinter.configuration import configure
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.private_modules import PrivateModulesContract
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.contract import InvalidContractOptions
from importlinter.domain.helpers import MissingImport

from archlint.project.layers.contract_question import Breach

Options = dict[str, Any]

configure()


@dataclass(frozen=True)
class Verdict:
    """`ends`: the parties of each breach as the contract names them; `direct`: imports that break it by themselves."""

    ends: frozenset[tuple[str, ...]]
    direct: frozenset[tuple[str, str]]


def theirs(graph: grimp.ImportGraph, session: Options, options: Options) -> Verdict | None:
    """None: the contract is refused. The graph is changed."""
    type_, read = _TYPES[options["type"]]
    try:
        found = type_(name="c", session_options=session, contract_options=options).check(graph, verbose=False)
    except (ValueError, MissingImport, InvalidContractOptions, grimp.exceptions.GrimpException):
        return None
    verdict = read(found.metadata)
    assert found.kept == (not verdict.ends)
    return verdict


def ours(breaches: Sequence[Breach]) -> Verdict:
    lone = [breach.chain[0] for breach in breaches if len(breach.chain) == 1]
    return Verdict(
        frozenset((breach.importer, breach.imported) for breach in breaches),
        frozenset((link.importer, link.imported) for link in lone),
    )


_Reader = Callable[[Mapping[str, Any]], Verdict]


def _chained(key: str, chains: str, importer: str, imported: str) -> _Reader:
    def verdict(metadata: Mapping[str, Any]) -> Verdict:
        broken = metadata[key]
        links = [link["chain"] if isinstance(link, dict) else link for entry in broken for link in entry[chains]]
        ends = {(entry[importer], entry[imported]) for entry in broken}
        ends |= {(name, name.rpartition(".")[0]) for name in metadata.get("undeclared_modules", ())}
        return Verdict(frozenset(ends), _direct(links))

    return verdict


def _direct(chains: Iterable[Sequence[Mapping[str, Any]]]) -> frozenset[tuple[str, str]]:
    return frozenset((chain[0]["importer"], chain[0]["imported"]) for chain in chains if len(chain) == 1)


def _protected(metadata: Mapping[str, Any]) -> Verdict:
    found = [(entry.top_level_module, link) for entry in metadata["illegal_imports"] for link in entry.illegal_links]
    return Verdict(frozenset((link["importer"], top) for top, link in found), _direct([[link] for _, link in found]))


def _private(metadata: Mapping[str, Any]) -> Verdict:
    links = _direct([[link] for link in metadata["illegal_imports"]])
    return Verdict(frozenset(links), links)


def _acyclic(metadata: Mapping[str, Any]) -> Verdict:
    return Verdict(frozenset((package, "") for package in metadata["cycle_breakers_by_package"]), frozenset())


_TYPES: Mapping[str, tuple[type[Any], _Reader]] = {
    "layers": (LayersContract, _chained("invalid_dependencies", "routes", "importer", "imported")),
    "forbidden": (ForbiddenContract, _chained("invalid_chains", "chains", "downstream_module", "upstream_module")),
    "independence": (IndependenceContract, _chained("invalid_chains", "chains", "downstream_module", "upstream_module")),
    "protected": (ProtectedContract, _protected),
    "private_modules": (PrivateModulesContract, _private),
    "acyclic_siblings": (AcyclicSiblingsContract, _acyclic),
}
