"""import-linter's verdicts on random graphs and contracts are ours: what is broken, and between which modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grimp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from import_graphs import project_of_graph
from importlinter.configuration import configure
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.private_modules import PrivateModulesContract
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.contract import InvalidContractOptions
from importlinter.domain.helpers import MissingImport

from archlint.engine.linted_options import contract_from
from archlint.facts.settings import Contract, Linted, Misread, Settings
from archlint.project.contract_question import Breach
from archlint.project.contracts import Contracts

Options = dict[str, Any]

configure()

TOPS = ["p.a", "p.b", "p.c", "p.d", "p._e"]
MODULES = ["p", *TOPS, *(f"{top}.{name}" for top in TOPS for name in ("x", "y", "_z")), "p.a.x.m", "p.a.x.n", "p.b.x.m"]
OUTSIDE = ["lib", "tool"]
EXPRESSIONS = [*MODULES, "p.*", "p.*.x", "p.a.*", "p.**", "p.**.m", "p.a.**", "p.b.*", "p.*.*", "p.c.gone", "p.gone.*"]
TYPES: Mapping[str, type[Any]] = {
    "layers": LayersContract,
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "protected": ProtectedContract,
    "private_modules": PrivateModulesContract,
    "acyclic_siblings": AcyclicSiblingsContract,
}


@dataclass(frozen=True)
class Verdict:
    """`ends`: the parties of each breach as the contract names them; `direct`: imports that break it by themselves."""

    ends: frozenset[tuple[str, ...]]
    direct: frozenset[tuple[str, str]]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    left_out = draw(st.sets(st.sampled_from(MODULES[1:]), max_size=6))
    names = [n for n in MODULES if not any(n == out or n.startswith(f"{out}.") for out in left_out)]
    edges: dict[str, list[str]] = {name: [] for name in names}
    ends = st.tuples(st.sampled_from(names), st.sampled_from([*names, *names, *OUTSIDE]))
    for importer, imported in draw(st.lists(ends, max_size=24)):
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


def theirs(edges: Mapping[str, Sequence[str]], options: Options, linted: Linted) -> Verdict | None:
    """None: the contract is refused."""
    graph = grimp.ImportGraph()
    for name in edges:
        graph.add_module(name)
    for importer, targets in edges.items():
        for imported in targets:
            if imported in edges or linted.external:
                graph.add_module(imported, is_squashed=imported not in edges)
                graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    session = {"root_packages": list(linted.root_packages), "include_external_packages": str(linted.external)}
    try:
        found = TYPES[options["type"]](name="c", session_options=session, contract_options=options).check(graph, verbose=False)
    except (ValueError, MissingImport, InvalidContractOptions, grimp.exceptions.GrimpException):
        return None
    verdict: Verdict = VERDICTS[options["type"]](found.metadata)
    assert found.kept == (not verdict.ends)
    return verdict


def chained(key: str, chains: str, importer: str, imported: str) -> Any:
    def verdict(metadata: Mapping[str, Any]) -> Verdict:
        broken = metadata[key]
        links = [link["chain"] if isinstance(link, dict) else link for entry in broken for link in entry[chains]]
        ends = {(entry[importer], entry[imported]) for entry in broken}
        ends |= {(name, name.rpartition(".")[0]) for name in metadata.get("undeclared_modules", ())}
        return Verdict(frozenset(ends), direct(links))

    return verdict


def direct(chains: Iterable[Sequence[Mapping[str, Any]]]) -> frozenset[tuple[str, str]]:
    return frozenset((chain[0]["importer"], chain[0]["imported"]) for chain in chains if len(chain) == 1)


def protected(metadata: Mapping[str, Any]) -> Verdict:
    found = [(entry.top_level_module, link) for entry in metadata["illegal_imports"] for link in entry.illegal_links]
    return Verdict(frozenset((link["importer"], top) for top, link in found), direct([[link] for _, link in found]))


def private(metadata: Mapping[str, Any]) -> Verdict:
    links = direct([[link] for link in metadata["illegal_imports"]])
    return Verdict(frozenset(links), links)


VERDICTS: Mapping[str, Any] = {
    "layers": chained("invalid_dependencies", "routes", "importer", "imported"),
    "forbidden": chained("invalid_chains", "chains", "downstream_module", "upstream_module"),
    "independence": chained("invalid_chains", "chains", "downstream_module", "upstream_module"),
    "protected": protected,
    "private_modules": private,
    "acyclic_siblings": lambda metadata: Verdict(
        frozenset((package, "") for package in metadata["cycle_breakers_by_package"]), frozenset()
    ),
}


def ours(edges: Mapping[str, Sequence[str]], options: Options, linted: Linted) -> tuple[Verdict, list[str]]:
    """And what is wrong with the contract's words."""
    read = list(contract_from(options, linted, set()))
    held = tuple(contract for contract in read if isinstance(contract, Contract))
    judged: Contracts = project_of_graph(edges, Settings(contracts=held)).contracts
    faults = [one.reason for one in read if isinstance(one, Misread) and one.bad]
    faults += [fault.words for fault in judged.faults]
    faults += [allow.importer for c, allow in judged.unused_allows if c.linted and c.linted.unmatched == "error"]
    return verdict_of(judged.breaches), faults


def verdict_of(breaches: Sequence[Breach]) -> Verdict:
    lone = [b.chain[0] for b in breaches if len(b.chain) == 1]
    return Verdict(
        frozenset((b.importer, b.imported) for b in breaches), frozenset((link.importer, link.imported) for link in lone)
    )


def compare(edges: Mapping[str, Sequence[str]], options: Options, *, external: bool) -> None:
    linted = Linted(path=".importlinter", folder="", root_packages=("p",), external=external)
    expected = theirs(edges, options, linted)
    found, faults = ours(edges, options, linted)
    if expected is None:
        assert faults
        return
    assert found == expected
    assert all("*" in fault for fault in faults), "only a pattern that matches nothing is refused by us alone"


def against(kind: str) -> Any:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
