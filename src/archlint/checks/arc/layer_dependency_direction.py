"""An inner layer imports an outer one: by a contract of the configuration, else by the layers that were found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Severity, Site, Step
from archlint.project.layers.contract_graph import Link
from archlint.project.layers.contract_question import Breach
from archlint.project.layers.illegal_chains import Chain
from archlint.project.layers.layer_evidence import LayerEvidence
from archlint.project.layers.layer_groups import is_below
from archlint.project.layers.layer_words import LAYERS, Layer
from archlint.project.layers.outward import Outward
from archlint.project.source.annotated_only import AnnotatedOnly
from archlint.project.source.imports import Edge
from archlint.project.source.modules import Module

_FAR = 1
"""Modules between the ends beyond which an inferred chain is only noted; a package that only stands above the next is none."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`ignore`: packages that no finding starts from or ends in, dotted, `*` for any one name."""

    ignore: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """Breaches of contracts (errors), then of inferred or configured layers for modules that no contract governs."""
    for breach in project.contracts.breaches:
        if breach.unlisted is not None:
            words = {"importer": breach.importer, "container": breach.imported, "contract": breach.contract.name}
            yield Hit(breach.unlisted.start, words, "unlisted", severity=Severity.ERROR, fix=breach.contract.guidance)
        elif breach.contract.kind != "acyclic" and not breach.leads_outside:
            yield _contract_hit(breach)
    for kept in project.contracts.kept:
        yield Proof(kept.link.site, f"{kept.link.importer} uses {kept.link.imported}, a layer further in")
    yield from _between_layers(project, params)


def _between_layers(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """Every direct import outwards, and the chains of imports that leave a layer through modules that have none."""
    outward, evidence, annotated = Outward(project, params.ignore), LayerEvidence(project), AnnotatedOnly()
    for layer in LAYERS:
        for other in LAYERS:
            if other in project.layers.may_not_import(layer):
                yield from (
                    _layer_hit(project, evidence, annotated, layer, other, chain) for chain in outward.chains(layer, other)
                )
        for module in outward.asked(layer):
            yield from _proofs(project, module, layer)


def _proofs(project: Project, module: Module, layer: Layer) -> Iterator[Proof]:
    """Imports of another layer that run the right way."""
    for edge in project.imports.edges(module):
        other = project.layers.layer_of(edge.imported)
        if other not in (None, layer) and other not in project.layers.may_not_import(layer):
            yield Proof(edge.step().site, f"{layer} ({module.name}) imports {other} ({edge.imported.name})")


def _layer_hit(  # noqa: PLR0917 - two layers, the chain between them, and what judges it
    project: Project, evidence: LayerEvidence, annotated: AnnotatedOnly, layer: Layer, other: Layer, chain: Chain
) -> Hit:
    edges = project.imports.along(chain.nodes)
    doubt = evidence.doubt_of_import(edges[0].importer, other, edges[-1].imported)
    named = next((edge for edge in edges[:-1] if annotated.serves_annotations(edge)), None)
    if named is not None and not doubt:
        doubt = f"`{named.importer.name}` imports `{named.imported.name}` for annotations alone"
    queued = next((edge.imported for edge in edges[:-1] if evidence.has_tasks(edge.imported)), None)
    if queued is not None and not doubt:
        doubt = f"`{queued.name}` holds what runs when a queue's worker comes to it"
    if not doubt and _is_of_script(edges[0]):
        doubt = f"`{edges[0].importer.name}` imports it only where it is run by itself"
    words = _words(edges, chain.cut) | {"layer": layer, "other": other, "doubt": doubt}
    message = "default" if chain.is_direct else "chain"
    return Hit(
        edges[0].step().site,
        words,
        f"doubtful_{message}" if doubt else message,
        confidence=Confidence.LOW if doubt else _confidence(edges),
        related=_others(edges),
        path=tuple(edge.step() for edge in edges),
        anchor=f"{edges[0].importer.name}>{edges[-1].imported.name}",
    )


def _is_of_script(edge: Edge) -> bool:
    """All its lines stand under `if __name__ == "__main__":`."""
    return all(reference.is_of_script for reference in edge.references if reference.counts("runtime"))


def _confidence(edges: tuple[Edge, ...]) -> Confidence:
    """The further it goes through modules of no layer, the less likely it is that they were meant to be free."""
    between = [edge.imported for edge, after in pairwise(edges) if not is_below(after.imported.name, edge.imported.name)]
    return Confidence.HIGH if len(edges) == 1 else Confidence.MEDIUM if len(between) <= _FAR else Confidence.LOW


def _contract_hit(breach: Breach) -> Hit:
    links, cut = breach.chain, breach.chain[breach.cut]
    words = {
        "importer": links[0].importer,
        "imported": links[-1].imported,
        "through": ", ".join(f"`{link.imported}`" for link in links[:-1]),
        "cut": f"`{cut.importer}` -> `{cut.imported}` ({cut.module.path}:{cut.module.lines.line(cut.site.at)})",
        "contract": breach.contract.name,
        "layer": breach.importer,
        "other": breach.imported,
    }
    return Hit(
        links[0].site,
        words,
        "contract" if len(links) == 1 else "contract_chain",
        related=_other_lines(links[0]),
        path=tuple(link.step() for link in links),
        anchor=f"{breach.contract.name}:{links[0].importer}>{links[-1].imported}",
        severity=Severity.ERROR,
        fix=breach.contract.guidance,
    )


def _words(edges: tuple[Edge, ...], cut: int) -> dict[str, str]:
    """What every message of a chain needs; the edge to cut is told by its line too."""
    step = edges[cut].step()
    module = edges[cut].importer
    return {
        "importer": edges[0].importer.name,
        "imported": edges[-1].imported.name,
        "through": ", ".join(f"`{edge.imported.name}`" for edge in edges[:-1]),
        "cut": f"`{module.name}` -> `{edges[cut].imported.name}` ({module.path}:{module.lines.line(step.site.at)})",
    }


def _others(edges: tuple[Edge, ...]) -> tuple[Step, ...]:
    """Further lines on which the first module imports the second."""
    lines = edges[0].importer.lines
    seen = {lines.line(edges[0].step().site.at)}
    found = []
    for reference in edges[0].references:
        line = lines.line(reference.site.at)
        if reference.counts("runtime") and line not in seen:
            seen.add(line)
            found.append(Step(reference.site, f"also imports `{edges[0].imported.name}`"))
    return tuple(found)


def _other_lines(link: Link) -> tuple[Step, ...]:
    """Further lines on which the first module of a contract's chain imports the second."""
    lines = link.module.lines
    found: dict[int, Step] = {}
    for given in link.imports[1:]:
        found.setdefault(
            lines.line(given.at), Step(Site(link.module.path, given.at, given.end), f"also imports `{link.imported}`")
        )
    found.pop(lines.line(link.site.at), None)
    return tuple(found.values())
