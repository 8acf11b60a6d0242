"""The record that is drawn: each import with its line and text, the layers, and the findings at the imports they are about."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_graphs import project_of_graph

from archlint import app
from archlint.adapters.processes import InProcess
from archlint.adapters.store import HeldStore
from archlint.engine.analyse import analyse, understand
from archlint.engine.config import settings_of, table_of
from archlint.engine.module_graph import module_graph, narrowed, only
from archlint.facts.findings import Completeness, Report
from archlint.facts.module_graph import GraphImport, GraphViolation, ModuleGraph
from archlint.testing import TODAY, MemoryFiles

CONTRACT = """
    [[contracts]]
    name = "Downwards"
    kind = "layers"
    layers = ["api", "service", "model"]
    containers = ["shop"]
    """
SHOP = {
    "archlint.toml": CONTRACT,
    "shop/__init__.py": "",
    "shop/api.py": """
        from __future__ import annotations

        import json
        import shop.service as service
        from shop.model import (
            Item,
            Order as Sold, Line,
        )
        """,
    "shop/service.py": """
        from typing import TYPE_CHECKING

        from . import model

        if TYPE_CHECKING:
            from shop.clock import Clock

        def tick():
            from shop.clock import now
            return now()
        """,
    "shop/model.py": "from shop.api import router\nclass Item: ...\nclass Order: ...\nclass Line: ...\n",
    "shop/clock.py": "class Clock: ...\ndef now(): ...\n",
    "tests/test_shop.py": "from shop.api import service\ndef test_it(): ...\n",
}


def graph_of(files: Mapping[str, str]) -> ModuleGraph:
    tree = MemoryFiles({path: dedent(text) for path, text in files.items()})
    settings = settings_of(table_of("archlint.toml", dedent(files.get("archlint.toml", ""))) or {}, "archlint.toml")
    store = HeldStore()
    report = analyse(tree, store, InProcess(), app.tool(), settings=settings, today=TODAY)
    return module_graph(understand(tree, store, InProcess(), app.tool(), settings=settings), report)


@pytest.fixture(scope="module")
def shop() -> ModuleGraph:
    return graph_of(SHOP)


def imports(graph: ModuleGraph, importer: str, imported: str) -> tuple[GraphImport, ...]:
    names = [module.name for module in graph.modules]
    ends = names.index(importer), names.index(imported)
    return next((edge.imports for edge in graph.edges if (edge.importer, edge.imported) == ends), ())


def pairs(graph: ModuleGraph, violation: GraphViolation) -> list[tuple[str, str]]:
    ends = [graph.edges[i] for i in violation.edges]
    return [(graph.modules[e.importer].name, graph.modules[e.imported].name) for e in ends]


def test_an_import_is_told_by_line_and_text(shop: ModuleGraph) -> None:
    assert imports(shop, "shop.api", "shop.service") == (GraphImport(5, "import shop.service as service", "load"),)
    assert imports(shop, "shop.api", "shop.model") == (
        GraphImport(7, "from shop.model import Item", "load"),
        GraphImport(8, "from shop.model import Order as Sold, Line", "load"),
    )
    assert imports(shop, "shop.service", "shop.model") == (GraphImport(4, "from . import model", "load"),)


def test_when_an_import_runs_is_told(shop: ModuleGraph) -> None:
    assert imports(shop, "shop.service", "shop.clock") == (
        GraphImport(7, "from shop.clock import Clock", "typing"),
        GraphImport(10, "from shop.clock import now", "call"),
    )


def test_modules_have_their_layer_and_role(shop: ModuleGraph) -> None:
    assert {m.name: (m.layer, m.role) for m in shop.modules} == {
        "shop": ("", "production"),
        "shop.api": ("api", "production"),
        "shop.clock": ("", "production"),
        "shop.model": ("model", "production"),
        "shop.service": ("service", "production"),
        "tests.test_shop": ("", "test"),
    }
    assert (shop.layers, shop.layout) == (("api", "service", "model"), "of the contract `Downwards`")


def test_a_broken_contract_and_a_cycle_are_at_their_imports(shop: ModuleGraph) -> None:
    found = {violation.rule: pairs(shop, violation) for violation in shop.violations}
    assert found["ARC001"] == [("shop.model", "shop.api")]
    assert set(found["ARC003"]) >= {("shop.model", "shop.api"), ("shop.api", "shop.model")}


CHAIN = {
    "a/x.py": "import b.y\n",
    "b/y.py": "from c import z\n",
    "c/z.py": "import requests\nimport a.w\n",
    "a/w.py": "",
}
LINTED = "[importlinter]\nroot_packages=\n  a\n  b\n  c\n{more}[importlinter:contract:1]\nname=L\n{contract}"
FIRST, SECOND, THIRD = ("a.x", "b.y"), ("b.y", "c.z"), ("c.z", "a.w")


@pytest.mark.parametrize(
    ("name", "config", "expected"),
    [
        ("archlint.toml", 'kind = "forbidden"\nsource = ["a"]\nforbidden = ["c"]', [[FIRST, SECOND]]),
        ("archlint.toml", 'kind = "independence"\nmodules = ["a", "b"]', [[FIRST], [SECOND, THIRD]]),
        ("archlint.toml", 'kind = "protected"\nmodules = ["c"]\nimporters = ["a"]', [[SECOND]]),
        ("archlint.toml", 'kind = "external"\nsource = ["c"]\nallowed = []', [[]]),
        (".importlinter", LINTED.format(more="", contract="type=layers\nlayers=\n  c\n  b\n  a\n"), [[FIRST], [SECOND]]),
        (
            ".importlinter",
            LINTED.format(
                more="include_external_packages=True\n",
                contract="type=forbidden\nsource_modules=\n  a\nforbidden_modules=\n  requests\n",
            ),
            [[FIRST, SECOND]],
        ),
    ],
    ids=["forbidden", "independence", "protected", "external", "linted layers", "linted package"],
)
def test_contracts_of_every_kind_are_drawn(name: str, config: str, expected: list[list[tuple[str, str]]]) -> None:
    own = f'[[contracts]]\nname = "C"\n{config}\n' if name == "archlint.toml" else config
    packages = {f"{package}/__init__.py": "" for package in "abc"}
    graph = graph_of({**CHAIN, **packages, name: own})
    assert [pairs(graph, violation) for violation in graph.violations] == expected
    assert all(violation.modules for violation in graph.violations)


def test_layers_that_were_found_are_drawn_without_a_contract() -> None:
    graph = graph_of(
        {
            "shop/orders/domain/order.py": "from shop.orders.infrastructure.tables import row\n",
            "shop/orders/application/checkout.py": "from shop.orders.domain.order import row\n",
            "shop/orders/infrastructure/tables.py": "row = 1\n",
        }
    )
    assert graph.layers == ("application", "infrastructure", "domain")
    assert graph.layout == "layered, inferred"
    (violation,) = (v for v in graph.violations if v.rule == "ARC001")
    assert pairs(graph, violation) == [("shop.orders.domain.order", "shop.orders.infrastructure.tables")]


def test_an_import_that_leaves_the_project_is_a_violation_of_its_module() -> None:
    graph = graph_of({"shop/domain/order.py": "import sqlalchemy\n", "shop/application/use.py": "import shop.domain.order\n"})
    (violation,) = (v for v in graph.violations if v.rule == "ARC002")
    assert (violation.edges, [graph.modules[i].name for i in violation.modules]) == ((), ["shop.domain.order"])


def test_a_suppressed_violation_stays_with_its_state() -> None:
    cycle = {"a.py": "import b  # archlint: ignore[ARC003] until the move\n", "b.py": "import a\n"}
    (violation,) = graph_of(cycle).violations
    assert (violation.rule, violation.state) == ("ARC003", "suppressed")


def test_findings_about_anything_else_are_not_drawn() -> None:
    graph = graph_of({"shop/db.py": "def run(c):\n    return c.execute('SELECT * FROM orders')\n", "shop/__init__.py": ""})
    assert graph.violations == ()


def test_a_file_that_cannot_be_read_is_missing() -> None:
    assert graph_of({"good.py": "import bad\n", "bad.py": "def (:\n"}).missing == ("bad.py",)


def test_a_part_keeps_what_lies_in_it(shop: ModuleGraph) -> None:
    part = narrowed(shop, ["shop/api.py", "shop/model.py"])
    assert [m.name for m in part.modules] == ["shop.api", "shop.model"]
    assert len(part.edges) == 2
    assert {v.rule for v in part.violations} == {"ARC001", "ARC003"}
    assert narrowed(shop, ["shop/clock.py"]).violations == ()
    assert narrowed(shop, []) is shop


NAMES = st.sampled_from("abcde")


@given(st.sets(st.tuples(NAMES, NAMES)), st.sets(st.integers(0, 4)))
def test_the_graph_is_the_import_graph(pairs: set[tuple[str, str]], kept: set[int]) -> None:
    project = project_of_graph({name: sorted(b for a, b in pairs if a == name) for name in "abcde"})
    report = Report(version="1", findings=(), completeness=Completeness(), rules=())
    graph = module_graph(project, report)
    found = {(graph.modules[e.importer].name, graph.modules[e.imported].name) for e in graph.edges}
    assert found == {(a, b) for a, b in pairs if a != b}
    part = only(graph, kept)
    names = {graph.modules[i].name for i in kept}
    assert {m.name for m in part.modules} == names
    ends = {(part.modules[e.importer].name, part.modules[e.imported].name) for e in part.edges}
    assert ends == {(a, b) for a, b in found if {a, b} <= names}
