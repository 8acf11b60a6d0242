"""Mermaid, DOT and JSON: valid whatever the names are, and as much in them as in the drawing."""

from __future__ import annotations

import json
import re

import pytest
from graph_sample import graph_of, graphs, violation
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archlint.facts.module_graph import GraphEdge, GraphImport, GraphModule, ModuleGraph
from archlint.report.graph_folding import Drawing, View, fold
from archlint.report.graph_formats import render

STEERING = st.text(st.sampled_from('ab"\\#;&<>`{}[]()|%\n\t\u202e\ud800é🙂 -=$:end'), min_size=1, max_size=8).map(
    lambda text: text.replace(".", "")
)
SHOP = graph_of(
    {"shop.api": ["shop.model"], "shop.model": ["shop.money"], "shop.money": []},
    layers={"shop.api": "interface", "shop.model": "domain"},
)
TEXT = r'"(?:[^"\n#&<>`\\]|#\d+;|<br/>)*"'
MERMAID = (
    r"flowchart TD",
    rf" +subgraph f\d+\[{TEXT}\]",
    r" +end",
    rf" +n\d+\[{TEXT}\]:::\w+",
    rf"  n\d+ (?:-->|==>|-\.->)(?:\|{TEXT}\|)? n\d+",
    r"  classDef \w+ fill:#[0-9a-f]{6}(?:,[a-z-]+:[#\w ]+)+",
    r"  linkStyle \d+(?:,\d+)* stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}",
)
STRING = r'"(?:[^"\\\n]|\\["\\n])*"'
DOT = (
    r"digraph archlint \{",
    rf"  (?:graph|node|edge) \[(?:\w+=(?:\w+|{STRING})(?:, )?)+\];",
    r" +subgraph cluster_\d+ \{",
    rf" +label={STRING};",
    r" *\}",
    rf" +n\d+(?: -> n\d+)? \[(?:\w+=(?:\w+|{STRING})(?:, )?)+\];",
)


def made(graph: ModuleGraph, form: str, view: View | None = None) -> str:
    return render(graph, form, view or View(), title="shop", version="1")[0]


def check_mermaid(text: str, drawing: Drawing) -> None:
    """The part of Mermaid's grammar that is used, and that each id is declared once, before it is used."""
    lines = text.rstrip("\n").split("\n")
    for line in lines:
        assert any(re.fullmatch(form, line) for form in MERMAID), line
    declared = re.findall(r"^ +(n\d+)\[", text, re.M)
    assert sorted(declared, key=lambda n: int(n[1:])) == [f"n{i}" for i in range(len(drawing.boxes))]
    ends = re.findall(r"^  (n\d+) [-=.>]+(?:\|.*\|)? (n\d+)$", text, re.M)
    assert ends == [(f"n{a.source}", f"n{a.target}") for a in drawing.arrows]
    used = set(re.findall(r":::(\w+)$", text, re.M))
    assert used == set(re.findall(r"^  classDef (\w+)", text, re.M))
    red = re.findall(r"^  linkStyle ([\d,]+)", text, re.M)
    assert [int(i) for group in red for i in group.split(",")] == [i for i, a in enumerate(drawing.arrows) if a.rules]
    assert lines.count("  end") == len(re.findall(r"^  subgraph", text, re.M))


def check_dot(text: str, drawing: Drawing) -> None:
    """The part of Graphviz's grammar that is used: a statement a line, text in quotes alone."""
    lines = text.rstrip("\n").split("\n")
    for line in lines:
        assert any(re.fullmatch(form, line) for form in DOT), line
    declared = re.findall(r"^ +n(\d+) \[", text, re.M)
    assert sorted(map(int, declared)) == list(range(len(drawing.boxes)))
    ends = re.findall(r"^  n(\d+) -> n(\d+) \[", text, re.M)
    assert [(int(a), int(b)) for a, b in ends] == [(a.source, a.target) for a in drawing.arrows]
    assert sum(line.endswith("{") for line in lines) == sum(line.endswith("}") for line in lines)


def arrows(text: str) -> list[dict[str, str]]:
    """The attributes of each arrow of a digraph."""
    return [
        {key: value.strip('"') for key, value in re.findall(rf"(\w+)=({STRING}|\w+)", line)}
        for line in text.splitlines()
        if " -> " in line
    ]


@given(graphs(STEERING), st.booleans())
def test_mermaid_is_valid_whatever_the_names_are(graph: ModuleGraph, by_layer: bool) -> None:
    view = View(by_layer=by_layer)
    check_mermaid(made(graph, "mermaid", view), fold(graph, view))


@given(graphs(STEERING), st.booleans())
def test_dot_is_valid_whatever_the_names_are(graph: ModuleGraph, by_layer: bool) -> None:
    view = View(by_layer=by_layer)
    check_dot(made(graph, "dot", view), fold(graph, view))


def test_mermaid_as_it_looks() -> None:
    graph = replace(SHOP, violations=(violation(SHOP, "shop.api", "shop.model"),))
    assert made(graph, "mermaid") == (
        "flowchart TD\n"
        '  subgraph f0["shop"]\n'
        '    n0["api"]:::l0\n'
        '    n1["model"]:::l2\n'
        '    n2["money"]:::plain\n'
        "  end\n"
        '  n0 ==>|"ARC001"| n1\n'
        "  n1 --> n2\n"
        "  classDef l0 fill:#d7e6fb,stroke:#82878d,color:#1d2023\n"
        "  classDef l2 fill:#fbe4c8,stroke:#82878d,color:#1d2023\n"
        "  classDef plain fill:#ffffff,stroke:#82878d,color:#1d2023\n"
        "  linkStyle 0 stroke:#a8231b,color:#a8231b\n"
    )


def test_dot_tells_the_lines_of_an_import() -> None:
    graph = replace(SHOP, violations=(violation(SHOP, "shop.api", "shop.model"),))
    wrong = {"label": "ARC001", "color": "#a8231b", "fontcolor": "#a8231b", "penwidth": "2"}
    assert arrows(made(graph, "dot")) == [
        {"tooltip": "shop/api.py:2 import shop.model", **wrong},
        {"tooltip": "shop/model.py:3 import shop.money"},
    ]


def test_an_import_for_types_is_dashed() -> None:
    graph = replace(SHOP, edges=(GraphEdge(0, 1, (GraphImport(3, "from shop.model import Order", "typing"),)),))
    assert arrows(made(graph, "dot"))[0]["style"] == "dashed"
    assert "n0 -.-> n1" in made(graph, "mermaid")


def test_more_than_mermaid_draws_is_said() -> None:
    dense = graph_of({f"m{i}": [f"m{j}" for j in range(30) if j != i] for i in range(30)})
    _, remarks = render(dense, "mermaid", View(), title="shop", version="1")
    assert remarks == (
        "Mermaid draws no more than 500 arrows, and these are 870: take a smaller --depth, a --package, or --format html",
    )
    assert render(dense, "dot", View(), title="shop", version="1")[1] == ()
    assert render(SHOP, "mermaid", View(), title="shop", version="1")[1] == ()


def test_json_has_every_module_import_and_violation() -> None:
    graph = replace(SHOP, violations=(violation(SHOP, "shop.api", "shop.model"),), layout="inferred", missing=("bad.py",))
    document = json.loads(made(graph, "json"))
    assert list(document) == ["schema", "archlint", "layers", "layers_from", "modules", "edges", "violations", "missing"]
    assert document["modules"][0] == {
        "name": "shop.api", "path": "shop/api.py", "package": False, "role": "production", "layer": "interface"
    }  # fmt: skip
    assert document["edges"][0] == {
        "importer": "shop.api",
        "imported": "shop.model",
        "imports": [{"line": 2, "text": "import shop.model", "when": "load"}],
    }
    (wrong,) = document["violations"]
    assert wrong["edges"] == [{"importer": "shop.api", "imported": "shop.model"}]
    assert wrong["modules"] == ["shop.api", "shop.model"]
    assert document["missing"] == ["bad.py"]


@pytest.mark.parametrize("form", ["mermaid", "dot", "json"])
def test_lone_surrogates_and_controls_do_not_come_through(form: str) -> None:
    name = "a\ud800\u202e\x1b[31m"
    graph = ModuleGraph(modules=(GraphModule(name=name, path=f"{name}.py"),), edges=())
    text = made(graph, form)
    assert text.encode("utf-8")
    assert form == "json" or not re.search("[\x1b\u202e]", text)
