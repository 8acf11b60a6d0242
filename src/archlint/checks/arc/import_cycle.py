"""Modules that import each other while they are loaded, with a small set of imports that opens the circle."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.api import Hit, Project, Proof
from archlint.project.imports import Edge


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`max_shown`: how many modules of a cycle the message names; the path has all."""

    max_shown: int


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """One finding for each import to cut; each comes with a shortest circle through it."""
    graph, nodes = project.imports.graph("eager"), project.imports.nodes
    production = [i for i, module in enumerate(nodes) if module.is_production]
    groups = graph.components(production)
    for group in groups:
        inside = set(group)
        closed = set(range(len(nodes))) - inside
        for source, target in graph.cuts(group, lambda a, b: _statements(project, a, b)):
            back = graph.chain({target}, {source}, avoid=closed)
            if back is not None:
                yield _hit(project.imports.along((source, *back)), len(group), params)
    if len(production) > 1 and not groups:
        yield Proof(nodes[production[0]].start, f"no cycle among the imports of {len(production)} modules")


def _statements(project: Project, source: int, target: int) -> int:
    edge = project.imports.along((source, target))[0]
    return sum(reference.counts("eager") for reference in edge.references)


def _hit(edges: tuple[Edge, ...], size: int, params: Params) -> Hit:
    members = [edge.importer.name for edge in edges]
    shown = members if len(members) <= params.max_shown else [*members[: params.max_shown], "…"]
    words = {
        "importer": members[0],
        "imported": edges[0].imported.name,
        "cycle": " -> ".join([*shown, members[0]]),
        "size": str(size),
    }
    return Hit(
        edges[0].step("eager").site,
        words,
        "default" if size == len(members) else "tangle",
        path=tuple(edge.step("eager") for edge in edges),
        anchor=" ".join(sorted(members)),
    )
