"""A module graph as JSON, for scripts. The format is described in docs/graph.md; `schema` rises when it changes."""

from __future__ import annotations

from typing import Any

from archlint.facts.module_graph import GraphEdge, GraphModule, GraphViolation, ModuleGraph
from archlint.report.escape import json_text

SCHEMA = 1


def render(graph: ModuleGraph, version: str) -> str:
    """All modules, edges and violations of the graph; nothing is folded."""
    return json_text(
        {
            "schema": SCHEMA,
            "archlint": version,
            "layers": list(graph.layers),
            "layers_from": graph.layout,
            "modules": [_module(module) for module in graph.modules],
            "edges": [_edge(edge, graph) for edge in graph.edges],
            "violations": [_violation(violation, graph) for violation in graph.violations],
            "missing": list(graph.missing),
        }
    )


def _module(module: GraphModule) -> dict[str, Any]:
    return {
        "name": module.name,
        "path": module.path,
        "package": module.is_package,
        "role": module.role,
        "layer": module.layer or None,
    }


def _edge(edge: GraphEdge, graph: ModuleGraph) -> dict[str, Any]:
    return {
        "importer": graph.modules[edge.importer].name,
        "imported": graph.modules[edge.imported].name,
        "imports": [{"line": given.line, "text": given.text, "when": given.when} for given in edge.imports],
    }


def _violation(violation: GraphViolation, graph: ModuleGraph) -> dict[str, Any]:
    ends = [(graph.edges[i].importer, graph.edges[i].imported) for i in violation.edges]
    return {
        "rule": violation.rule,
        "name": violation.name,
        "severity": violation.severity.name.lower(),
        "state": violation.state,
        "message": violation.message,
        "path": violation.path,
        "line": violation.line,
        "modules": [graph.modules[i].name for i in violation.modules],
        "edges": [{"importer": graph.modules[a].name, "imported": graph.modules[b].name} for a, b in ends],
    }
