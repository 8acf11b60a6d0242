"""import-linter's verdicts on random graphs and contracts are ours: what is broken, and between which modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import grimp
from hypothesis import given, settings
from hypothesis import strategies as st
from import_graphs import project_of_graph
from import_linter_verdicts import Options, Verdict, ours, theirs

from archlint.engine.linted_options import contract_from
from archlint.facts.settings import Contract, Linted, Misread, Settings
from archlint.project.layers.contracts import Contracts

TOPS = ["p.a", "p.b", "p.c", "p.d", "p._e"]
MODULES = ["p", *TOPS, *(f"{top}.{name}" for top in TOPS for name in ("x", "y", "_z")), "p.a.x.m", "p.a.x.n", "p.b.x.m"]
CIRCLES = [("p.a.x", "p.a.y"), ("p.b._z", "p.b.x"), ("p.a.x.m", "p.a.x.n"), ("p.c", "p.d.x")]
OUTSIDE = ["lib", "tool"]
EXPRESSIONS = [*MODULES, "p.*", "p.*.x", "p.a.*", "p.**", "p.**.m", "p.a.**", "p.b.*", "p.*.*", "p.c.gone", "p.gone.*"]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    left_out = draw(st.sets(st.sampled_from(MODULES[1:]), max_size=6))
    names = [n for n in MODULES if not any(n == out or n.startswith(f"{out}.") for out in left_out)]
    edges: dict[str, list[str]] = {name: [] for name in names}
    ends = st.tuples(st.sampled_from(names), st.sampled_from([*names, *names, *OUTSIDE]))
    circles = [pair for pair in CIRCLES if pair[0] in edges and pair[1] in edges]
    both = [end for a, b in draw(st.lists(st.sampled_from(circles), max_size=2)) for end in ((a, b), (b, a))] if circles else []
    for importer, imported in (*both, *draw(st.lists(ends, max_size=24))):
        if importer != imported and imported not in edges[importer]:
            edges[importer].append(imported)
    return edges


def some(*words: str, least: int = 1, most: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=least, max_size=most, unique=True)


modules = some(*EXPRESSIONS)
switches = st.sampled_from(["true", "false"])
ignored = st.lists(
    st.tuples(st.sampled_from([*EXPRESSIONS, "**"]), st.sampled_from([*EXPRESSIONS, "lib", "*"])).map(" -> ".join), max_size=2
)


@st.composite
def layers(draw: st.DrawFn) -> Options:
    contained = draw(st.booleans())
    names = draw(some("a", "b", "c", "d", "_e", "x", "y", least=2, most=5) if contained else some(*TOPS, least=2, most=5))
    lines = [[names[0]]]
    for name in names[1:]:
        word = f"({name})" if draw(st.booleans()) else name
        if draw(st.booleans()):
            lines.append([word])
        else:
            lines[-1].append(word)
    options: Options = {"layers": [draw(st.sampled_from([" | ", " : "])).join(line) for line in lines]}
    if contained:
        options["containers"] = draw(some("p", "p", "p.a", "p.b", "p.*", "p.c", "p.*.x"))
        options["exhaustive"] = draw(switches)
        options["exhaustive_ignores"] = draw(some("x", "y", "_z", "c", "d", least=0))
    return options


KINDS: Mapping[str, st.SearchStrategy[Options]] = {
    "layers": layers(),
    "forbidden": st.fixed_dictionaries(
        {
            "source_modules": modules,
            "forbidden_modules": some(*EXPRESSIONS, *OUTSIDE, "nowhere", "lib.sub", most=4),
            "allow_indirect_imports": switches,
            "as_packages": switches,
        }
    ),
    "independence": st.fixed_dictionaries({"modules": modules}),
    "protected": st.fixed_dictionaries({"protected_modules": modules, "allowed_importers": modules, "as_packages": switches}),
    "private_modules": st.one_of(
        st.just({}), st.fixed_dictionaries({"packages_with_private_modules": some("p", "p.a", "p.b", "p.c.x", "p.gone")})
    ),
    "acyclic_siblings": st.fixed_dictionaries(
        {"ancestors": some("p", "p.a", "p.*", "p.b", "p.gone"), "depth": st.sampled_from(["0", "1", "2", "10"])},
        optional={"skip_descendants": some("p.a", "p.b", "p.b.*", "p.a.x", most=2)},
    ),
}


@st.composite
def contracts(draw: st.DrawFn, kind: str) -> Options:
    options = {"type": kind, "name": "c", **draw(KINDS[kind])}
    if draw(st.integers(0, 3)) == 0:
        options["ignore_imports"] = draw(ignored)
        options["unmatched_ignore_imports_alerting"] = draw(st.sampled_from(["none", "warn", "error"]))
    return options


def graph_of(edges: Mapping[str, Sequence[str]], linted: Linted) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for name in edges:
        graph.add_module(name)
    for importer, targets in edges.items():
        for imported in targets:
            if imported in edges or linted.external:
                graph.add_module(imported, is_squashed=imported not in edges)
                graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    return graph


def judged(edges: Mapping[str, Sequence[str]], options: Options, linted: Linted) -> tuple[Verdict, list[str]]:
    """Our verdict, and what is wrong with the contract's words."""
    read = list(contract_from(options, linted, set()))
    held = tuple(contract for contract in read if isinstance(contract, Contract))
    found: Contracts = project_of_graph(edges, Settings(contracts=held)).contracts
    faults = [one.reason for one in read if isinstance(one, Misread) and one.bad]
    faults += [fault.words for fault in found.faults]
    faults += [allow.importer for c, allow in found.unused_allows if c.linted and c.linted.unmatched == "error"]
    return ours(found.breaches), faults


def compare(edges: Mapping[str, Sequence[str]], options: Options, *, external: bool) -> None:
    linted = Linted(path=".importlinter", folder="", root_packages=("p",), external=external)
    session = {"root_packages": ["p"], "include_external_packages": str(external)}
    expected = theirs(graph_of(edges, linted), session, options)
    found, faults = judged(edges, options, linted)
    if expected is None:
        assert faults
        return
    assert found == expected
    assert all("*" in fault for fault in faults), "only a pattern that matches nothing is refused by us alone"


def against(kind: str) -> Any:
    @settings(max_examples=150)
    @given(graphs(), contracts(kind), st.booleans())
    def test(edges: dict[str, list[str]], options: Options, external: bool) -> None:
        compare(edges, options, external=external)

    return test


test_layers = against("layers")
test_forbidden = against("forbidden")
test_independence = against("independence")
test_protected = against("protected")
test_private_modules = against("private_modules")
test_acyclic_siblings = against("acyclic_siblings")
