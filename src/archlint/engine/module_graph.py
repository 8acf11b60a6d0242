"""A project's modules and imports as one record, with the findings that are about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from archlint.engine.drawn_layers import DrawnLayers
from archlint.facts.findings import Finding, Location, Report
from archlint.facts.module_graph import GraphEdge, GraphImport, GraphModule, GraphViolation, ImportTime, ModuleGraph, Role
from archlint.project import Project
from archlint.project.source.imports import Edge, Reference
from archlint.project.source.modules import Module

_ABOUT_LAYERS = "ARC"


def module_graph(project: Project, report: Report) -> ModuleGraph:
    """All modules and imports of the project, with those findings of the report that are about an import.

    `report` is one on the same project: a finding belongs to the imports at the places that it names."""
    imports = project.imports
    edges = [
        edge
        for pair in ((a, b) for a in range(len(imports.nodes)) for b in imports.graph("all").successors[a])
        for edge in imports.along(pair)
    ]
    layers = DrawnLayers(project)
    return ModuleGraph(
        modules=tuple(_module(module, layers.layer_of(module)) for module in imports.nodes),
        edges=tuple(
            GraphEdge(imports.number[edge.importer.name], imports.number[edge.imported.name], tuple(_statements(edge)))
            for edge in edges
        ),
        violations=tuple(_Violations(project, edges).of(report.findings)),
        layers=layers.names,
        layout=layers.origin,
        missing=report.completeness.failed,
    )


def narrowed(graph: ModuleGraph, paths: Sequence[str]) -> ModuleGraph:
    """The graph of only the modules in files at or below the paths (none: all), with the imports between them."""
    if not paths:
        return graph
    folders = tuple(f"{path}/" for path in paths)
    return only(graph, {i for i, m in enumerate(graph.modules) if m.path in paths or m.path.startswith(folders)})


def only(graph: ModuleGraph, modules: Collection[int]) -> ModuleGraph:
    """The graph of only those modules; a violation stays if one of its modules does."""
    kept = [i for i in range(len(graph.modules)) if i in modules]
    place = {old: new for new, old in enumerate(kept)}
    edges = [i for i, edge in enumerate(graph.edges) if edge.importer in place and edge.imported in place]
    edge_place = {old: new for new, old in enumerate(edges)}
    violations = (
        replace(
            violation,
            edges=tuple(edge_place[i] for i in violation.edges if i in edge_place),
            modules=tuple(place[i] for i in violation.modules if i in place),
        )
        for violation in graph.violations
    )
    return replace(
        graph,
        modules=tuple(graph.modules[i] for i in kept),
        edges=tuple(
            GraphEdge(place[graph.edges[i].importer], place[graph.edges[i].imported], graph.edges[i].imports) for i in edges
        ),
        violations=tuple(violation for violation in violations if violation.modules),
    )


def _module(module: Module, layer: str) -> GraphModule:
    return GraphModule(name=module.name, path=module.path, is_package=module.is_package, role=_role(module), layer=layer)


def _role(module: Module) -> Role:
    if module.is_test:
        return "test"
    if module.is_migration:
        return "migration"
    if module.is_vendored:
        return "vendored"
    if module.is_example:
        return "example"
    return "script" if module.is_script else "production"


def _statements(edge: Edge) -> Iterator[GraphImport]:
    """The edge's imports, a line each: names that stand in one line are shown together."""
    position = edge.importer.lines.line
    for line, group in groupby(edge.references, lambda reference: position(reference.given.at)):
        for _, taken in groupby(group, lambda reference: (reference.given.name is None, _when(reference))):
            yield _statement(list(taken), line)


def _statement(references: Sequence[Reference], line: int) -> GraphImport:
    first = references[0].given
    start = "" if first.name is None else f"from {'.' * first.level}{first.module} "
    names = (f"{r.given.name or r.given.module}{f' as {r.given.alias}' if r.given.alias else ''}" for r in references)
    return GraphImport(line, f"{start}import {', '.join(names)}", _when(references[0]))


def _when(reference: Reference) -> ImportTime:
    if reference.counts("eager"):
        return "load"
    return "call" if reference.counts("runtime") else "typing"


class _Violations:
    """Finds the imports that a finding names by their places."""

    def __init__(self, project: Project, edges: Sequence[Edge]) -> None:
        self._modules = project.modules.by_path
        self._number = project.imports.number
        self._edges: dict[tuple[str, int, int], int] = {}
        for i, edge in enumerate(edges):
            for reference in edge.references:
                self._edges[_place(reference)] = i
        self._ends = [(self._number[e.importer.name], self._number[e.imported.name]) for e in edges]
        self._outside = {
            _place(reference) for module in project.imports.nodes for reference in project.imports.external(module)
        }

    def of(self, findings: Sequence[Finding]) -> Iterator[GraphViolation]:
        for finding in findings:
            places = [finding.location, *(note.location for note in (*finding.flow, *finding.related))]
            keys = [(place.path, place.line, place.column) for place in places]
            edges = tuple(dict.fromkeys(self._edges[key] for key in keys if key in self._edges))
            is_about_module = finding.whole and finding.rule.startswith(_ABOUT_LAYERS)
            if edges or keys[0] in self._outside or is_about_module:
                yield self._violation(finding, edges, finding.location)

    def _violation(self, finding: Finding, edges: tuple[int, ...], place: Location) -> GraphViolation:
        ends = [end for i in edges for end in self._ends[i]]
        own = [self._number[self._modules[place.path].name]] if place.path in self._modules else []
        return GraphViolation(
            rule=finding.rule,
            name=finding.name,
            severity=finding.severity,
            state=finding.state,
            message=finding.message,
            path=place.path,
            line=place.line,
            edges=edges,
            modules=tuple(dict.fromkeys([*own, *ends])),
        )


def _place(reference: Reference) -> tuple[str, int, int]:
    return (reference.importer.path, *reference.importer.lines.position(reference.given.at))
