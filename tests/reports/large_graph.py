"""A module graph of thousands of modules, made from numbers: what a large backend looks like to the page."""

from __future__ import annotations

from archlint.facts.findings import Severity
from archlint.facts.module_graph import GraphEdge, GraphImport, GraphModule, GraphViolation, ModuleGraph

LAYERS = ("interface", "application", "infrastructure", "domain")


def large_graph(contexts: int = 50, per_layer: int = 25) -> ModuleGraph:
    """`contexts` packages of four layers with `per_layer` modules each (5,000 by default), imports downwards, and one up.

    Module `app.context00.domain.module00` imports `app.context00.interface.module01`, which is a violation."""
    layer_of = {
        f"app.context{context:02}.{layer}.module{module:02}": layer
        for context in range(contexts)
        for layer in LAYERS
        for module in range(per_layer)
    }
    names = [*sorted(layer_of), "tests.test_all"]
    number = {name: i for i, name in enumerate(names)}
    pairs = set(_pairs(contexts, per_layer, number))
    up = number["app.context00.domain.module00"], number["app.context00.interface.module01"]
    pairs |= {up, (number["tests.test_all"], number[names[0]])}
    edges = tuple(GraphEdge(a, b, (GraphImport(1 + (a + b) % 40, _statement(names[b]), "load"),)) for a, b in sorted(pairs))
    wrong = next(i for i, edge in enumerate(edges) if (edge.importer, edge.imported) == up)
    return ModuleGraph(
        modules=tuple(
            GraphModule(
                name=name,
                path=f"src/{name.replace('.', '/')}.py",
                layer=layer_of.get(name, ""),
                role="production" if name in layer_of else "test",
            )
            for name in names
        ),
        edges=edges,
        violations=(_violation(wrong, up),),
        layers=LAYERS,
        layout="layered, inferred",
    )


def _statement(name: str) -> str:
    package, _, module = name.rpartition(".")
    return f"from {package} import {module}"


def _pairs(contexts: int, per_layer: int, number: dict[str, int]) -> list[tuple[int, int]]:
    """Each module imports three of the layer below it, one of its own, and now and then one of the context before."""
    found = []
    for context in range(contexts):
        for at, layer in enumerate(LAYERS):
            for module in range(per_layer):
                own = number[f"app.context{context:02}.{layer}.module{module:02}"]
                if module:
                    found.append((own, number[f"app.context{context:02}.{layer}.module{module - 1:02}"]))
                if at + 1 < len(LAYERS):
                    found += [
                        (own, number[f"app.context{context:02}.{LAYERS[at + 1]}.module{(module * 7 + i * 3) % per_layer:02}"])
                        for i in range(3)
                    ]
                if context and module % 5 == 0:
                    found.append((own, number[f"app.context{context * 3 // 4:02}.domain.module{module:02}"]))
    return found


def _violation(edge: int, ends: tuple[int, int]) -> GraphViolation:
    return GraphViolation(
        rule="ARC001",
        name="layer-dependency-direction",
        severity=Severity.ERROR,
        state="new",
        message="`app.context00.domain.module00` imports `app.context00.interface.module01`",
        path="src/app/context00/domain/module00.py",
        line=7,
        edges=(edge,),
        modules=ends,
    )
