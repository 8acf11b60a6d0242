"""A table of hostile texts against every format: each format's own reader finds its structure whole and the text in it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from hostile_inputs import HOSTILE
from hostile_project import RULE, analysed, layout, made
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from rich.cells import cell_len

from archlint.engine.here import Here, Variant
from archlint.facts.findings import Finding, Report
from archlint.report import FORMATS, checklist, render, rule_page
from archlint.report.escape import visible

sys.path.insert(0, str(Path(__file__).parents[1] / "unit/report"))
from runner_log import command, commands, lines_of

DATA = Path(__file__).parents[1] / "data"
HARMLESS = "harmless"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
MADE = [pytest.param(analysed, id="analysed"), pytest.param(made, id="made")]
Make = Callable[[str], Report]


def needles(text: str) -> set[str]:
    """What of the text must be found: its beginning, as far as every format shows it, on one line or with its line ends;
    what is no character may be gone."""
    forms = [text, " ".join(text.split()), text.replace("\r\n", "\n"), text.encode("utf-8", "replace").decode()]
    forms.append(re.sub("[\ud800-\udfff]", "\ufffd", text))
    return {squeezed(visible(form)[:50]) for form in forms}


def squeezed(text: str) -> str:
    """Without what a format may add: blanks, where lines are broken; backslashes, which escape; what keeps build servers
    from reading commands, and GitHub from reading names."""
    plain = text.replace("\\x3a:", "::").replace("\\x23#", "##").replace("\ufffe", "ufffe").replace("\uffff", "uffff")
    return re.sub(r'[\s\\"\u200b]+', "", plain)


def is_in(text: str, where: str) -> bool:
    shown = squeezed(where), squeezed(visible(where))
    return any(needle in place for needle in needles(text) for place in shown)


def about(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule == "CCH001"]


def check_plain(report: Report, shown: str, text: str, width: int | None) -> None:
    assert not CONTROL.search(shown)
    assert commands(shown) == []
    assert is_in(text, re.sub(r"[│|^]", "", shown)) or is_in(text, shown)
    if width is not None:
        before = shown.replace("\\x23#", "##").replace("\\x3a:", "::")  # as it was laid out
        unbroken = (line for line in before.splitlines() if cell_len(line) > width)
        assert [line for line in unbroken if " " in line.strip() and not re.match(r" +\d* \| ", line)] == []


def check_text(report: Report, shown: str, text: str) -> None:
    check_plain(report, shown, text, 80)


def check_concise(report: Report, shown: str, text: str) -> None:
    check_plain(report, shown, text, None)
    assert len(lines_of(shown)) == len(report.findings) + len({f.rule for f in report.active}) + 3


def check_json(report: Report, shown: str, text: str) -> None:
    document = json.loads(shown)
    assert len(document["findings"]) == len(report.findings)
    found = [f for f in document["findings"] if f["rule"] == "CCH001"]
    assert is_in(text, found[0]["message"])
    assert commands(shown) == []


def check_sarif(report: Report, shown: str, text: str) -> None:
    (run,) = json.loads(shown)["runs"]
    found = [r for r in run["results"] if r["ruleId"] == "CCH001"]
    assert len(found) == len(about(report))
    assert is_in(text, re.sub(r"\\([\\\[\]])", r"\1", found[0]["message"]["text"]))
    assert all(re.fullmatch(r"[\w./~%-]*", r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for r in found)
    assert commands(shown) == []


class Elements(HTMLParser):
    """The elements of a page with the names of their attributes, the text outside of scripts, and the data."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []
        self.data = ""
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "code":
            self.elements.append((tag, tuple(name for name, _ in attrs)))
        self._inside.append(dict(attrs).get("id") or tag)

    def handle_endtag(self, tag: str) -> None:
        self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] == "data":
            self.data += data
        elif not self._inside or self._inside[-1] not in ("script", "style"):
            self.text.append(data)


def check_html(report: Report, shown: str, text: str, make: Make) -> None:
    page, plain = Elements(), Elements()
    for parser, source in ((page, shown), (plain, render(make(HARMLESS), "html", layout(HARMLESS)))):
        parser._inside = ["start"] * 50
        parser.feed(source)
    assert sorted(set(page.elements)) == sorted(set(plain.elements))
    if make is made:
        assert page.elements == plain.elements
    assert is_in(text, "".join(page.text))
    data: Any = json.loads(page.data)
    assert len(data["findings"]) == len(report.findings)
    assert not CONTROL.search(shown)
    assert not CONTROL.search(json.dumps(data, ensure_ascii=False).replace("\\n", ""))
    assert commands(shown) == []


def check_markdown(report: Report, shown: str, text: str) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(shown)
    inline = [child for token in tokens if token.type == "inline" for child in token.children or ()]
    assert {t.content for t in inline if t.type == "html_inline"} <= {"<code>", "</code>"}
    assert [t.content for t in tokens if t.type == "html_block"] == []
    assert {t.type for t in inline} <= {"text", "html_inline", "link_open", "link_close", "em_open", "em_close", "code_inline"}
    links = [str(t.attrs["href"]) for t in inline if t.type == "link_open"]
    assert len(links) == len(report.findings)
    assert all(re.fullmatch(r"[\w./~%-]*#L\d+", link) for link in links)
    assert sum(t.type == "tr_open" for t in tokens) == shown.count("\n| ") - shown.count("\n| ---")
    assert is_in(text, "".join(t.content for t in inline if t.type == "text"))
    assert not re.search(r"@\w", shown)
    assert not re.search(r"(https?|ftp)://|www\.", re.sub(r"\]\(<[^>]*>\)", "", shown))
    assert len(shown) <= 65_000
    assert commands(shown) == []


def check_github(report: Report, shown: str, text: str) -> None:
    lines = lines_of(shown)
    found = [command(line) for line in lines[: len(report.active)]]
    mine = [c for c, f in zip(found, sorted(report.active, key=lambda f: (-f.severity, -f.confidence)), strict=True) if c]
    assert len(mine) == len(report.active)
    by_path = {f.location.path: f for f in report.active}
    for c in mine:
        assert c.properties["file"].encode("utf-8", "replace") in {visible_path(path) for path in by_path}
        assert set(c.properties) == {"file", "line", "col", "endColumn", "endLine", "title"}
    assert any(is_in(text, c.data) for c in mine)
    assert commands("\n".join(lines[len(report.active) :])) == []
    assert not CONTROL.search(shown)


def visible_path(path: str) -> bytes:
    """A path as a property carries it: line ends and percent signs come back, other controls are written out."""
    return "".join(c if c in "\r\n" else visible(c) for c in path).encode("utf-8", "replace")


def check_gitlab(report: Report, shown: str, text: str) -> None:
    found = json.loads(shown)
    Draft202012Validator(json.loads((DATA / "gitlab-code-quality.json").read_text("utf-8"))).validate(found)
    assert any(is_in(text, issue["description"]) for issue in found)
    assert commands(shown) == []


def check_junit(report: Report, shown: str, text: str) -> None:
    xmlschema.XMLSchema(str(DATA / "junit-10.xsd")).validate(shown)
    root = ElementTree.fromstring(shown)
    assert len([case for case in root.iter("testcase") if case.get("classname") == "archlint.CCH001"]) == len(about(report))
    assert any(is_in(text, failure.get("message") or "") for failure in root.iter("failure"))
    assert commands(shown) == []


@pytest.mark.parametrize("make", MADE)
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_of_the_project_breaks_a_format(text: str, form: str, make: Make) -> None:
    report = make(text)
    shown = render(report, form, layout(text))
    assert shown.encode("utf-8")
    assert shown.endswith("\n")
    if form == "html":
        check_html(report, shown, text, make)
    else:
        globals()[f"check_{form}"](report, shown, text)


@pytest.mark.parametrize("form", checklist.FORMATS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_of_the_project_breaks_the_checklist(text: str, form: str) -> None:
    shown = checklist.render(made(text), form, layout(text))
    shown.encode("utf-8")
    if form == "json":
        assert json.loads(shown)["items"]
    elif form == "markdown":
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(shown)
        kinds = {child.type for token in tokens if token.type == "inline" for child in token.children or ()}
        assert kinds & {"html_inline", "image", "link_open"} == set()
        assert [t.content for t in tokens if t.type in ("html_block", "fence", "table_open")] == []
    elif form == "html":
        assert shown == render(made(text), "html", layout(text))
    assert not CONTROL.search(shown) or form == "json"
    assert commands(shown) == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_of_the_project_breaks_the_page_of_a_rule(text: str) -> None:
    report = made(text)
    variants = (
        Variant((text,), {"ignore_keys": [text]}, frozenset({"ignore_keys"}), text),
        Variant(("",), {}, frozenset(), ""),
    )
    here = Here(text, variants, "fires once here", report.findings)
    shown = rule_page.render(RULE, {"ignore_keys": [text]}, here, layout(text))
    shown.encode("utf-8")
    assert not CONTROL.search(shown)
    assert commands(shown) == []
    assert is_in(text, shown)


def test_the_table_is_long_enough() -> None:
    assert len(HOSTILE) >= 40
    assert len(set(HOSTILE.values())) == len(HOSTILE)
