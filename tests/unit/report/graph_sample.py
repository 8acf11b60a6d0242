"""A small module graph for the tests of its drawings, and ones that hypothesis draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from archlint.facts.findings import FindingState, Severity
from archlint.facts.module_graph import GraphEdge, GraphImport, GraphModule, GraphViolation, ModuleGraph, Role

_LETTERS = st.sampled_from("abc")
LAYERS = ("interface", "application", "domain")


def graph_of(
    imports: Mapping[str, Sequence[str]],
    *,
    layers: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    violations: Sequence[GraphViolation] = (),
) -> ModuleGraph:
    """Module name → the modules that it imports, each by one line; a name that others lie below is a package."""
    names = sorted({*imports, *(name for targets in imports.values() for name in targets)})
    number = {name: i for i, name in enumerate(names)}
    pairs = sorted((number[a], number[b]) for a, targets in imports.items() for b in targets)
    return ModuleGraph(
        modules=tuple(
            GraphModule(
                name=name,
                path=f"{name.replace('.', '/')}.py",
                is_package=any(other.startswith(name + ".") for other in names),
                layer=(layers or {}).get(name, ""),
                role=(roles or {}).get(name, "production"),
            )
            for name in names
        ),
        edges=tuple(GraphEdge(a, b, (GraphImport(b + 1, f"import {names[b]}", "load"),)) for a, b in pairs),
        violations=tuple(violations),
        layers=LAYERS if layers else (),
    )


def violation(
    graph: ModuleGraph, importer: str, imported: str, *, rule: str = "ARC001", state: FindingState = "new"
) -> GraphViolation:
    """One about the import of one module by another."""
    names = [module.name for module in graph.modules]
    ends = names.index(importer), names.index(imported)
    (edge,) = (i for i, e in enumerate(graph.edges) if (e.importer, e.imported) == ends)
    return GraphViolation(
        rule=rule,
        name="layer-dependency-direction",
        severity=Severity.ERROR,
        state=state,
        message=f"`{importer}` imports `{imported}`",
        path=graph.modules[ends[0]].path,
        line=1,
        edges=(edge,),
        modules=ends,
    )


@st.composite
def graphs(draw: st.DrawFn, part: st.SearchStrategy[str] = _LETTERS) -> ModuleGraph:
    """Graphs of a few modules in nested packages, some of whose imports are violations."""
    names = draw(st.lists(st.lists(part, min_size=1, max_size=4).map(".".join), min_size=1, max_size=12, unique=True))
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=25))
    imports: dict[str, list[str]] = {name: [] for name in names}
    for a, b in pairs:
        if a != b and b not in imports[a]:
            imports[a].append(b)
    layers = {name: draw(st.sampled_from(("", *LAYERS))) for name in names}
    plain = graph_of(imports, layers=layers)
    wrong = [(a, b) for a, targets in imports.items() for b in targets if draw(st.booleans())]
    return graph_of(imports, layers=layers, violations=[violation(plain, a, b) for a, b in wrong])
