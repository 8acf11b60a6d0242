"""The page of a module graph as a file: its policy, its data, its colours. In a browser it is tried in tests/reports."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from graph_sample import graph_of, violation
from msgspec.structs import replace

from archlint.facts.module_graph import ModuleGraph
from archlint.report.graph_folding import View
from archlint.report.graph_formats import render

PAGES = Path(__file__).parents[3] / "src/archlint/report/pages"
CSS = "".join((PAGES / name).read_text("utf-8") for name in ("page.css", "graph.css"))
SHOP = graph_of(
    {"shop.api": ["shop.model"], "shop.model": ["shop.money"], "shop.money": ["shop.model"]},
    layers={"shop.api": "interface", "shop.model": "domain"},
)


def page(graph: ModuleGraph = SHOP, view: View | None = None) -> str:
    return render(graph, "html", view or View(), title="shop", version="1")[0]


def part(text: str, tag: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    assert found is not None
    return found[1]


def data(text: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else() -> None:
    text = page()
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert found is not None
    hashes = [
        "sha256-" + base64.b64encode(hashlib.sha256(part(text, tag).encode()).digest()).decode() for tag in ("script", "style")
    ]
    assert found[1] == (
        f"default-src 'none'; script-src '{hashes[0]}'; style-src '{hashes[1]}'; base-uri 'none'; form-action 'none'"
    )


def test_the_page_needs_no_other_file_and_no_network() -> None:
    text = page()
    outside = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"\b(src|action|srcset|poster|ping)=", outside)
    assert set(re.findall(r'href="([^"]*)"', outside)) == {"#details"}
    assert re.findall(r"https?:[^\"]*", text) == ["http://www.w3.org/2000/svg"], "the name of SVG, which nothing fetches"
    assert not re.search(r"@import|url\(", CSS)
    assert not re.search(
        r"\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|innerHTML|eval|Function)\b", part(text, "script")
    )


def test_violations_that_count_come_first() -> None:
    old, new = violation(SHOP, "shop.api", "shop.model", state="baselined"), violation(SHOP, "shop.model", "shop.money")
    text = page(replace(SHOP, violations=(old, new)))
    assert [v["state"] for v in data(text)["violations"]] == ["new", "baselined"]
    assert re.findall(r'data-violation="(\d)"', text) == ["0", "1"]
    assert "1 violation<" in text
    assert "no new violation<" in page(replace(SHOP, violations=(old,)))
    assert "0 violations<" in page()


def test_what_is_missing_is_said() -> None:
    assert "1 file could not be read and is not drawn" in page(replace(SHOP, missing=("a<b.py",)))
    assert "a&lt;b.py" in page(replace(SHOP, missing=("a<b.py",)))
    assert "could not be read" not in page()


def test_controls_are_there_for_what_there_is() -> None:
    plain = graph_of({"a": ["b"]})
    assert 'id="frames"' in page() and 'id="frames"' not in page(plain)
    assert 'id="everything"' not in page(plain)
    assert 'id="everything" checked' in page(graph_of({"a": ["b"]}, roles={"a": "test"}), View(everything=True))
    assert '<option value="layers" selected>' in page(view=View(by_layer=True))


def test_the_same_graph_makes_the_same_page() -> None:
    assert page() == page()


def color(name: str, theme: int) -> tuple[float, ...]:
    found = re.search(rf"--{name}: light-dark\(#(\w{{6}}), #(\w{{6}})\)", CSS)
    assert found is not None, name
    return tuple(int(found[theme + 1][i : i + 2], 16) / 255 for i in (0, 2, 4))


def luminance(color: tuple[float, ...]) -> float:
    """WCAG 2.2, relative luminance."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("layer", range(8))
def test_text_on_a_layers_colour_has_contrast(layer: int, theme: int) -> None:
    dark, light = sorted((luminance(color(f"l{layer}", theme)), luminance(color("text", theme))))
    assert (light + 0.05) / (dark + 0.05) >= 7


def test_every_colour_of_the_page_is_named_once() -> None:
    rules = CSS.partition("color-scheme: light; }")[2].replace("--l", "")
    assert re.findall(r"#[0-9a-f]{3,8}\b(?!\s*\{)", re.sub(r"#\w+[ {.:>]|light-dark\(.*?\)", "", rules)) == []
