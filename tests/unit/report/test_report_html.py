"""The HTML page as a file: its policy, its data, its colours. What it does in a browser stands in tests/reports."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from report_sample import CACHE, COMPLETENESS, LOOP, SILENCED, SOURCES, report

from archlint.facts.findings import AnswerState, Finding, Location, Report
from archlint.report import Layout, render
from archlint.report.self_contained import codes, script_json

PAGES = Path(__file__).parents[3] / "src/archlint/report/pages"
CSS = "".join((PAGES / name).read_text("utf-8") for name in ("page.css", "report.css"))


class Parts(HTMLParser):
    """The text of each element with an id, and of script and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = dict(attrs).get("id") or tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.found[self._inside] = self.found.get(self._inside, "") + data


def shown(*findings: Finding, layout: Layout | None = None, made: Report | None = None) -> str:
    return render(made or report(*findings), "html", layout or Layout(source=SOURCES.get, title="shop"))


def data(page: str) -> Any:
    return json.loads(Parts(page).found["data"])


def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else() -> None:
    parts = Parts(shown(CACHE, LOOP))
    (policy,) = (a["content"] for tag, a in parts.tags if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy")
    hashes = {
        name: "sha256-" + base64.b64encode(hashlib.sha256(parts.found[name].encode()).digest()).decode()
        for name in ("script", "style")
    }
    assert (policy or "").split("; ") == [
        "default-src 'none'",
        f"script-src '{hashes['script']}'",
        f"style-src '{hashes['style']}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_the_page_needs_no_other_file_and_no_network() -> None:
    page = shown(CACHE, LOOP)
    assert not re.search(r"\b(src|action|srcset|poster|data|ping)=", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))
    assert all((a["href"] or "").startswith("#") for tag, a in Parts(page).tags if "href" in a)
    assert not re.search(r"https?:", page)
    assert not re.search(r"@import|url\(", CSS)
    assert not any(name.startswith("on") or name == "style" for _, attributes in Parts(page).tags for name in attributes)


def test_a_finding_carries_its_code_its_path_and_what_is_around() -> None:
    (loop, cache) = data(shown(CACHE, LOOP))["findings"]
    assert loop["code"] == [
        [1, "def report(ids):", "", ""],
        [2, "    for order_id in ids:", "", ""],
        [3, "        ", "load(order_id)", ""],
        [4, "", "", ""],
    ]
    assert [step["place"] for step in loop["flow"]] == ["shop/orders.py:3", "shop/store.py:9"]
    assert loop["flow"][1]["code"] == [], "there is no source of it"
    assert cache["code"][1] == [2, "    ", 'r.set("shop:product:1", body)', ""]


def test_a_long_line_is_cut_around_the_span() -> None:
    line = "a" * 5000 + "HERE" + "b" * 5000
    finding = replace(CACHE, location=Location("l.py", 1, 5001, 1, 5005))
    ((_, before, marked, after),) = data(shown(finding, layout=Layout(source={"l.py": line}.get)))["findings"][0]["code"]
    assert marked == "HERE"
    assert before.startswith("…")
    assert after.endswith("…")
    assert len(before + after) < 400


def test_a_span_of_many_lines_is_marked_on_each_and_cut() -> None:
    source = "".join(f"    line {n}\n" for n in range(1, 60))
    finding = replace(CACHE, location=Location("m.py", 3, 5, 50, 9))
    code = data(shown(finding, layout=Layout(source={"m.py": source}.get)))["findings"][0]["code"]
    assert [number for number, _, marked, _ in code if marked] == list(range(3, 18))
    assert code[2] == [3, "", "line 3", ""]
    assert len(code) < 20


def test_accepted_findings_are_in_the_page_but_not_in_its_counts() -> None:
    page = shown(CACHE, SILENCED)
    states = [a.get("class") for tag, a in Parts(page).tags if tag == "details" and "hidden" in a]
    assert states == ["finding warning"]
    assert data(page)["findings"][1]["accepted"] == "suppressed: flags live for ever"
    assert "Found 1 warning, 1 suppressed." in page


def test_an_answer_is_shown_with_who_gave_it_and_what_is_wrong_with_it() -> None:
    made = report(CACHE)
    answer = AnswerState(
        standing="stale", verdict="pass", why="seen <it>", by="ann", date="2026-01-02", problem="it changed", by_code="manual"
    )
    item = replace(made.checklist[0], answer=answer)
    page = shown(made=replace(made, checklist=(item,)))
    assert '<p class="answer">answer: pass (ann, 2026-01-02): seen &lt;it&gt;</p>' in page
    assert '<p class="answer">the answer is stale: it changed</p>' in page
    assert '<span class="status">fail (answer stale)</span>' in page


def test_an_incomplete_run_says_what_failed() -> None:
    looked = replace(COMPLETENESS, failed=("shop/<b>.py",), crashed=("PRF001",))
    page = shown(made=report(completeness=looked))
    assert "The run is incomplete." in page
    assert '<dd class="bad">shop/&lt;b&gt;.py</dd>' in page


def test_equal_reports_give_equal_bytes() -> None:
    assert shown(CACHE, LOOP) == shown(CACHE, LOOP)


@given(st.text(st.characters(codec=None)))
def test_data_cannot_end_its_script_element(value: str) -> None:
    text = script_json({value: [value]})
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text.encode()) == {value.encode("utf-8", "replace").decode(): [value.encode("utf-8", "replace").decode()]}


@given(st.text(st.characters(codec="utf-8")))
def test_data_that_is_text_is_read_back_as_it_is(value: str) -> None:
    assert json.loads(script_json({"x": [value]})) == {"x": [value]}


@given(st.text(max_size=80))
def test_names_in_backticks_become_code_and_nothing_becomes_markup(text: str) -> None:
    assert set(re.findall(r"<[^>]*>", codes(text))) <= {"<code>", "</code>"}
    assert codes("a `b<c` d") == "a <code>b&lt;c</code> d"


def color(name: str, theme: int) -> tuple[float, float, float]:
    match = re.search(rf"--{name}: light-dark\(#(\w{{6}}), #(\w{{6}})\)", CSS)
    assert match is not None, name
    digits = match[theme + 1]
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def luminance(color: tuple[float, float, float]) -> float:
    """WCAG 2.2, relative luminance."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, theme: int) -> float:
    light, dark = sorted((luminance(color(one, theme)), luminance(color(other, theme))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("text", ["text", "quiet", "link", "error", "warning", "note", "pass"])
@pytest.mark.parametrize("ground", ["page", "sheet", "code"])
def test_text_has_contrast(text: str, ground: str, theme: int) -> None:
    assert contrast(text, ground, theme) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_marks_and_edges_have_contrast(theme: int) -> None:
    assert contrast("marked-text", "marked", theme) >= 4.5
    assert contrast("edge", "page", theme) >= 3
    assert contrast("edge", "sheet", theme) >= 3
    assert contrast("pass", "line", theme) >= 3


def test_every_colour_of_the_page_is_one_of_these() -> None:
    rules = CSS.partition("color-scheme: light; }")[2]
    assert re.findall(r"#[0-9a-f]{3,8}\b(?!\s*\{)", re.sub(r"#\w+[ {.:]", "", rules)) == []
