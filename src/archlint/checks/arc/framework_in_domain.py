"""A module of the domain imports a framework, a driver or a client library; or any package that a contract bars."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Severity
from archlint.project.layers.contract_question import Breach
from archlint.project.layers.layer_evidence import LayerEvidence
from archlint.project.source.imports import Reference
from archlint.project.source.modules import Module


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`kinds`: what the domain must not know, by the knowledge's words; `allowed`: packages it may know nevertheless."""

    kinds: tuple[str, ...]
    allowed: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """One finding for each statement; a domain module without any is a proof."""
    governed = set()
    for breach in project.contracts.breaches:
        if breach.leads_outside:
            links = (breach.chain[-1], *breach.further)
            governed |= {(link.module.path, given.at) for link in links for given in link.imports}
            yield _contract_hit(breach)
    domain = project.layers.members("domain")
    barred = sum(any(_barred_kind(project, params, r) for r in project.imports.external(module)) for module in domain)
    evidence = LayerEvidence(project)
    doubt = evidence.doubt_of_domain(barred) if barred else ""
    for module in domain:
        of_feature = "the routes of a feature lie beside its tables" if evidence.is_of_feature(module) else ""
        yield from _domain_module(project, params, module, governed, doubt or of_feature)


def _contract_hit(breach: Breach) -> Hit:
    words = {
        "module": breach.importer,
        "package": breach.imported,
        "importer": breach.chain[-1].importer,
        "contract": breach.contract.name,
    }
    return Hit(
        breach.chain[0].site,
        words,
        "contract" if len(breach.chain) == 1 else "contract_chain",
        path=tuple(link.step() for link in breach.chain) if len(breach.chain) > 1 else (),
        severity=Severity.ERROR,
        fix=breach.contract.guidance,
    )


def _domain_module(
    project: Project, params: Params, module: Module, governed: set[tuple[str, int]], doubt: str
) -> Iterator[Hit | Proof]:
    found = False
    last: tuple[str, int] | None = None
    for reference in project.imports.external(module):
        kind = _barred_kind(project, params, reference)
        if kind is None:
            last = None
            continue
        found = True
        statement = reference.given.module, reference.given.context
        if statement != last and (module.path, reference.given.at) not in governed:
            words = {"module": module.name, "package": reference.given.module, "kind": kind.replace("-", " "), "doubt": doubt}
            message = "doubtful" if doubt else "local" if reference.is_local else "default"
            yield Hit(reference.site, words, message, Confidence.LOW if doubt else Confidence.HIGH)
        last = statement
    if not found and not module.is_package:
        yield Proof(module.start, f"{module.name} imports no framework")


def _barred_kind(project: Project, params: Params, reference: Reference) -> str | None:
    if reference.given.type_checking:
        return None
    name = reference.external
    if any(name == package or name.startswith(package + ".") for package in params.allowed):
        return None
    kinds = project.knowledge.package_kinds(name)
    if "standard-library" in kinds:
        return None
    return next((kind for kind in params.kinds if kind in kinds), None)
