"""What a drawing shows of a graph: nothing is lost when it is folded, and it is folded until it can be read."""

from __future__ import annotations

from graph_sample import graph_of, graphs, violation
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archlint.facts.findings import Severity
from archlint.facts.module_graph import GraphEdge, GraphImport, ModuleGraph
from archlint.report.graph_folding import READABLE, Drawing, View, drawn, fold

SHOP = graph_of(
    {
        "shop": [],
        "shop.orders": ["shop.orders.api"],
        "shop.orders.api": ["shop.orders.model", "shop.money"],
        "shop.orders.model": ["shop.money"],
        "shop.stock.model": ["shop.orders.model"],
        "shop.money": [],
        "tests.test_orders": ["shop.orders.api"],
    },
    layers={"shop.orders.api": "interface", "shop.orders.model": "domain", "shop.stock.model": "domain"},
    roles={"tests.test_orders": "test"},
)


def names(drawing: Drawing) -> list[str]:
    return [box.name for box in drawing.boxes]


def arrows(drawing: Drawing) -> list[tuple[str, str, int]]:
    return [(drawing.boxes[a.source].name, drawing.boxes[a.target].name, a.imports) for a in drawing.arrows]


def test_packages_stand_for_their_modules() -> None:
    drawing = fold(SHOP, View(depth=2))
    assert [(box.name, box.modules, box.layer) for box in drawing.boxes] == [
        ("shop.money", 1, ""),
        ("shop.orders", 3, ""),
        ("shop.stock", 1, "domain"),
    ]
    assert arrows(drawing) == [("shop.orders", "shop.money", 2), ("shop.stock", "shop.orders", 1)]


def test_without_a_depth_all_is_drawn_that_can_be_read() -> None:
    assert names(fold(SHOP, View())) == [
        "shop.money", "shop.orders", "shop.orders.api", "shop.orders.model", "shop.stock.model"
    ]  # fmt: skip
    wide = graph_of({f"app.part{i}.module{j}": ["app.base"] for i in range(10) for j in range(10)})
    assert len(fold(wide, View()).boxes) == 11
    lopsided = graph_of(
        {"wsgi": ["app.part0"], **{f"app.part{i}.module{j}": ["app.part0"] for i in range(60) for j in range(9)}}
    )
    assert len(fold(lopsided, View()).boxes) == 61, "two boxes would say next to nothing"
    flat = graph_of({f"app.module{i}": ["app.base"] for i in range(READABLE + 1)})
    assert len(fold(flat, View()).boxes) == READABLE + 2, "one box would say nothing"


def test_what_is_not_production_code_is_drawn_when_it_is_asked_for() -> None:
    assert not any("tests" in name for name in names(fold(SHOP, View(depth=3))))
    assert "tests.test_orders" in names(fold(SHOP, View(depth=3, everything=True)))


def test_a_package_is_drawn_with_what_it_has_to_do_with() -> None:
    drawing = fold(SHOP, View(package="shop.orders"))
    assert [(box.name, box.label, box.is_outside) for box in drawing.boxes] == [
        ("shop.money", "shop.money", True),
        ("shop.orders", "__init__", False),
        ("shop.orders.api", "api", False),
        ("shop.orders.model", "model", False),
        ("shop.stock", "shop.stock", True),
    ]
    assert ("shop.stock", "shop.orders.model", 1) in arrows(drawing)


def test_imports_between_neighbours_of_the_package_are_not_its_matter() -> None:
    graph = graph_of({"a.x": ["b.y", "c.z"], "b.y": ["c.z"]})
    assert arrows(fold(graph, View(package="a"))) == [("a.x", "b", 1), ("a.x", "c", 1)]


def test_layers_frame_what_is_in_them() -> None:
    drawing = fold(SHOP, View(depth=2, by_layer=True))
    assert [(box.frames, box.name, box.modules) for box in drawing.boxes] == [
        (("domain",), "shop.orders", 1),
        (("domain",), "shop.stock", 1),
        (("in no layer",), "shop.money", 1),
        (("in no layer",), "shop.orders", 1),
        (("interface",), "shop.orders", 1),
    ]


def test_imports_for_types_alone_are_told_apart() -> None:
    for_types = GraphImport(1, "from b import X", "typing")
    graph = graph_of({"a": ["b"]})
    assert not fold(graph, View()).arrows[0].is_for_types
    graph = replace(graph, edges=(GraphEdge(0, 1, (for_types,)),))
    assert fold(graph, View()).arrows[0].is_for_types
    graph = replace(graph, edges=(GraphEdge(0, 1, (for_types, GraphImport(9, "from b import f", "call"))),))
    assert not fold(graph, View()).arrows[0].is_for_types


def test_a_violation_shows_on_its_arrow_and_inside_the_box_that_hides_it() -> None:
    graph = replace(SHOP, violations=(violation(SHOP, "shop.stock.model", "shop.orders.model"),))
    far = fold(graph, View(depth=2))
    assert [a.rules for a in far.arrows] == [(), ("ARC001",)]
    assert [box.rules for box in far.boxes] == [(), (), ()]
    near = fold(graph, View(depth=1))
    assert [(box.name, box.rules) for box in near.boxes] == [("shop", ("ARC001",))]


def test_an_accepted_or_noted_violation_is_not_red() -> None:
    wrong = violation(SHOP, "shop.stock.model", "shop.orders.model")
    for kind in (replace(wrong, state="baselined"), replace(wrong, severity=Severity.NOTE)):
        assert [a.rules for a in fold(replace(SHOP, violations=(kind,)), View(depth=2)).arrows] == [(), ()]


@given(graphs(), st.integers(1, 4), st.booleans(), st.sampled_from(("", "a", "a.b")))
def test_folding_loses_no_import_and_no_violation(graph: ModuleGraph, depth: int, by_layer: bool, package: str) -> None:
    view = View(depth=depth, by_layer=by_layer, package=package)
    drawing, shown = fold(graph, view), drawn(graph, view)
    assert sum(box.modules for box in drawing.boxes) == len(shown.modules)
    assert len(set(drawing.boxes)) == len(drawing.boxes)
    inside = {box.name for box in drawing.boxes if not box.is_outside}
    assert not inside & {box.name for box in drawing.boxes if box.is_outside}
    assert all(a.source != a.target for a in drawing.arrows)
    assert [(a.source, a.target) for a in drawing.arrows] == sorted({(a.source, a.target) for a in drawing.arrows})
    if not package:
        finest = fold(graph, View(depth=9))
        assert sum(a.imports for a in drawing.arrows) <= sum(a.imports for a in finest.arrows) == len(graph.edges)
        seen = any(a.rules for a in drawing.arrows) or any(box.rules for box in drawing.boxes)
        assert seen == bool(graph.violations)


@given(graphs())
def test_a_folded_arrow_has_an_import_behind_it(graph: ModuleGraph) -> None:
    names = [module.name for module in graph.modules]
    pairs = {(names[e.importer], names[e.imported]) for e in graph.edges}
    drawing = fold(graph, View(depth=2))
    for arrow in drawing.arrows:
        ends = drawing.boxes[arrow.source].name, drawing.boxes[arrow.target].name
        assert any(tuple(".".join(name.split(".")[:2]) for name in pair) == ends for pair in pairs)
