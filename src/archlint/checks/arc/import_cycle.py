"""Modules that import each other while they are loaded, with a small set of imports that opens the circle."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Severity, Step
from archlint.facts.syntax import Attribute, CallRef, Name
from archlint.project.layers.contract_question import Breach
from archlint.project.source.digraph import Digraph
from archlint.project.source.imports import Edge, Reference
from archlint.project.source.modules import Module

_DEAREST = 1000
"""More than any other import takes: a package that collects its own modules does so for its users, and is not cut."""

_MODULE = 0
"""The context of what stands in no function and no class."""

_MOST_SHOWN = 20
"""Imports to cut that a contract's finding lists."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`max_shown`: how many modules of a cycle the message names; the path has all."""

    max_shown: int


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """Breaches of contracts (errors), then one finding for each group of modules that import each other; with the imports
    whose removal opens it."""
    yield from (_contract_hit(breach) for breach in project.contracts.breaches if breach.contract.kind == "acyclic")
    graph, nodes = project.imports.graph("eager"), project.imports.nodes
    production = [i for i, module in enumerate(nodes) if module.is_production]
    groups = graph.components(production)
    tight = {i for group in (_without_registries(project).components(production) if groups else ()) for i in group}
    for group in groups:
        outside = set(range(len(nodes))) - set(group)
        cuts = graph.cuts(group, lambda a, b: _cost(project, a, b))
        source, target = min(cuts, key=lambda cut: (_cost(project, *cut), cut))
        back = graph.chain({target}, {source}, avoid=outside) or (target, source)
        others = [project.imports.along(cut)[0] for cut in cuts if cut != (source, target)]
        confidence = Confidence.LOW if tight.isdisjoint(group) else Confidence.HIGH
        yield _hit(project.imports.along((source, *back)), others, [nodes[i].name for i in group], params, confidence)
    if not groups and any(True for i in production for _ in project.imports.edges(nodes[i], "eager")):
        yield Proof(nodes[production[0]].start, f"no cycle among the imports of {len(production)} modules")


def _without_registries(project: Project) -> Digraph:
    """The imports, but for those by which a module takes from its own package the router, or other register, that the package
    made before it came to the module: the habit in which routes and commands are spread over files."""
    graph, nodes = project.imports.graph("eager"), project.imports.nodes
    routers = {(c.module.path, c.name) for c in project.routes.tree.containers.values() if c.function is None}
    apart = {
        (source, target)
        for target, package in enumerate(nodes)
        if package.is_package
        for source in graph.predecessors[target]
        if _is_below(project, source, target) and _registers_itself(project, nodes[source], package, routers)
    }
    edges = ((source, target) for source, targets in enumerate(graph.successors) for target in targets)
    return Digraph(len(graph), (edge for edge in edges if edge not in apart)) if apart else graph


def _registers_itself(project: Project, module: Module, package: Module, routers: Collection[tuple[str, str]]) -> bool:
    """It takes nothing else of the package, which asks for it later than it makes them."""
    taken = [r for r in project.imports.references[module.path] if r.module is package and r.counts("eager")]
    asked = [r for r in project.imports.references[package.path] if r.module is not None and r.counts("eager")]
    leading = [r.site.at for r in asked if r.module is not None and f"{module.name}.".startswith(f"{r.module.name}.")]
    first = min(leading, default=-1)
    made = {
        s.target.id
        for s in package.statements["assign"]
        if type(s.target) is Name and type(s.value) is CallRef and s.at < first and s.context == _MODULE
    }
    names = {reference.name or "" for reference in taken}
    if not taken or not names <= made:
        return False
    used = _decorating(module)
    return all((package.path, name) in routers or name in used for name in names)


def _decorating(module: Module) -> set[str]:
    """`app` of `@app.command()`."""
    body = module.body
    found = (d for function in module.outline.functions for d in function.decorators)
    callees = (body.calls[d.index].callee if isinstance(d, CallRef) else d for d in found)
    return {c.base.id for c in callees if isinstance(c, Attribute) and isinstance(c.base, Name)}


def _is_below(project: Project, source: int, target: int) -> bool:
    """Does a module import the package that it lies in?"""
    nodes = project.imports.nodes
    return nodes[source].name.startswith(nodes[target].name + ".")


def _cost(project: Project, source: int, target: int) -> int:
    """How much is to change: a module that asks its own package can ask its sibling; else the names taken."""
    if _is_below(project, source, target):
        return 1
    if _is_below(project, target, source):
        return _DEAREST
    edge = project.imports.along((source, target))[0]
    return min(2 * sum(_taken(reference) for reference in edge.references if reference.counts("eager")), _DEAREST - 1)


def _taken(reference: Reference) -> int:
    """How many names an import takes; a star takes what the module defines."""
    if reference.name != "*" or reference.module is None:
        return 1
    outline = reference.module.outline
    names = [d.qualname for group in (outline.functions, outline.classes) for d in group]
    return max(1, sum(not (name.startswith("_") or "." in name) for name in names))


def _hit(edges: tuple[Edge, ...], others: list[Edge], group: list[str], params: Params, confidence: Confidence) -> Hit:
    members = [edge.importer.name for edge in edges]
    shown = members if len(members) <= params.max_shown else [*members[: params.max_shown], "…"]
    words = {
        "importer": members[0],
        "imported": edges[0].imported.name,
        "cycle": " -> ".join([*shown, members[0]]),
        "size": str(len(group)),
        "cuts": f"{len(others) + 1} imports open it" if others else "this import opens it",
    }
    steps = [edge.step("eager") for edge in others]
    return Hit(
        edges[0].step("eager").site,
        words,
        "default" if len(group) == len(members) and not others else "tangle",
        confidence,
        related=tuple(Step(step.site, f"to cut as well: {step.message}") for step in steps),
        path=tuple(edge.step("eager") for edge in edges),
        anchor=" ".join(group),
    )


def _contract_hit(breach: Breach) -> Hit:
    """Siblings below a package, told by the parts of their names that follow the package's."""
    depth = breach.importer.count(".") + 1
    members = [link.importer.split(".")[depth] for link in breach.chain]
    count = len(breach.further) + 1
    words = {
        "importer": breach.chain[0].importer,
        "imported": breach.chain[0].imported,
        "cycle": " -> ".join([*members, members[0]]),
        "package": breach.importer,
        "contract": breach.contract.name,
        "cuts": f"{count} imports to cut" if count > 1 else "this import opens it",
    }
    return Hit(
        breach.chain[0].site,
        words,
        "contract",
        related=tuple(Step(link.site, f"to cut as well: {link.step().message}") for link in breach.further[:_MOST_SHOWN]),
        path=tuple(link.step() for link in breach.chain),
        anchor=f"{breach.contract.name}:{breach.importer}:{' '.join(sorted(members))}",
        severity=Severity.ERROR,
        fix=breach.contract.guidance,
    )
