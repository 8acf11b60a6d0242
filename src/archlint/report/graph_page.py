"""What the page of a module graph shows, as plain values: the template lays them out, its script reads `data`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archlint.facts.module_graph import GraphEdge, GraphModule, GraphViolation, ModuleGraph
from archlint.report.escape import visible
from archlint.report.graph_folding import NO_LAYER, View, counts, fold
from archlint.report.summary import count


@dataclass(frozen=True)
class Page:
    """Everything on the page. `violations` and those of `data` are one list; modules and edges in `data` keep their numbers.

    `has_more`: there is code that is no production code."""

    title: str
    version: str
    figures: tuple[str, ...]
    layers: tuple[str, ...]
    layout: str
    violations: tuple[tuple[GraphViolation, str], ...]
    missing: tuple[str, ...]
    has_more: bool
    has_types: bool
    view: View
    data: dict[str, Any]


def page(graph: ModuleGraph, view: View, *, title: str, version: str) -> Page:
    """The page's values. Violations that count come first, of those the most severe."""
    violations = sorted(graph.violations, key=lambda v: (v.state != "new", -v.severity))
    active = sum(map(counts, violations))
    imports = sum(len(edge.imports) for edge in graph.edges)
    return Page(
        title=visible(title) or "project",
        version=version,
        figures=(
            count(len(graph.modules), "module"),
            count(imports, "import"),
            count(active, "violation") if active or not violations else "no new violation",
        ),
        layers=(*graph.layers, NO_LAYER) if graph.layers else (),
        layout=graph.layout,
        violations=tuple((violation, _place(violation)) for violation in violations),
        missing=graph.missing,
        has_more=any(module.role != "production" for module in graph.modules),
        has_types=any(given.when == "typing" for edge in graph.edges for given in edge.imports),
        view=view,
        data={
            "modules": [_module(module) for module in graph.modules],
            "edges": [_edge(edge) for edge in graph.edges],
            "violations": [_violation(violation) for violation in violations],
            "layers": [visible(layer) for layer in graph.layers],
            "view": {
                "depth": fold(graph, view).depth,
                "package": visible(view.package),
                "by_layer": view.by_layer,
                "everything": view.everything,
            },
        },
    )


def _place(violation: GraphViolation) -> str:
    return f"{visible(violation.path)}:{violation.line}"


def _module(module: GraphModule) -> list[Any]:
    return [visible(module.name), visible(module.path), visible(module.layer), module.role, module.is_package]


def _edge(edge: GraphEdge) -> list[Any]:
    return [edge.importer, edge.imported, [[given.line, visible(given.text), given.when] for given in edge.imports]]


def _violation(violation: GraphViolation) -> dict[str, Any]:
    return {
        "rule": violation.rule,
        "name": violation.name,
        "severity": violation.severity.name.lower(),
        "state": violation.state,
        "message": visible(violation.message),
        "place": _place(violation),
        "edges": violation.edges,
        "modules": violation.modules,
    }
