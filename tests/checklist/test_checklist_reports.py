"""The checklist as text, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from archlint.facts.findings import (
    Completeness,
    Confidence,
    Evidence,
    Finding,
    ItemResult,
    Location,
    Report,
    Severity,
)
from archlint.report import Layout
from archlint.report.checklist import FORMATS, render

PLACE = Location("shop/cache.py", 9, 1, 9, 9)
PASSED = ItemResult(
    id="caching.ttl",
    section="Caching",
    title="Entries expire",
    question="Does every entry expire?",
    guide="g#caching",
    status="pass",
    reason="1 of 1 writes: each expires",
    subjects=1,
    proven=1,
    evidence=(Evidence(PLACE, "expires after 300 s"),),
    rules=("CCH001",),
)
FAILED = replace(
    PASSED,
    id="sql.columns",
    section="Database",
    status="fail",
    title="Named columns",
    reason="1 finding of SQL001",
    findings=("f" * 16,),
    evidence=(),
)
OTHERS = [
    replace(PASSED, id=f"other.{n}", section="Caching", status=status, title=f"Other {n}", evidence=(), reason="so it is")
    for n, status in enumerate(("not applicable", "manual", "unknown"))
]
FINDING = Finding(
    rule="SQL001",
    name="select-star",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    message="`*` takes every column of `orders`",
    location=Location("shop/orders.py", 3, 5, 3, 6),
    fingerprint="f" * 16,
)
HOSTILE = "[red]x[/red] \x1b[31m\x07 *b* <script>alert(1)</script> | `c` [l](http://e.x)\n# h \u202e"


def report(*items: ItemResult, findings: Sequence[Finding] = (FINDING,)) -> Report:
    looked = Completeness(read=3, rules=("CCH001",), layout="none found")
    return Report(version="0.1.0", findings=tuple(findings), completeness=looked, rules=(), checklist=items)


WHOLE = report(PASSED, *OTHERS, FAILED)


def test_text() -> None:
    shown = render(WHOLE, "text", Layout(width=100))
    assert shown.splitlines()[:12] == [
        "Caching  score 1 of 1 (100%); 1 not applicable, 1 manual, 1 unknown",
        "  ✓ Entries expire  pass  (caching.ttl)",
        "    1 of 1 writes: each expires",
        "      shop/cache.py:9  expires after 300 s",
        "  – Other 0  not applicable  (other.0)",
        "    so it is",
        "  ? Other 1  manual  (other.1)",
        "    so it is",
        "  · Other 2  unknown  (other.2)",
        "    so it is",
        "",
        "Database  score 0 of 1 (0%)",
    ]
    assert "      shop/orders.py:3  SQL001 `*` takes every column of `orders`" in shown
    assert "\nLooked at: 3 files read" in shown


def test_markdown() -> None:
    shown = render(WHOLE, "markdown")
    assert shown.startswith("# Architecture checklist\n\n## Caching\n\nScore 1 of 1 (100%); 1 not applicable")
    assert "- [x] **Entries expire** (`caching.ttl`): **pass**. 1 of 1 writes: each expires.\n" in shown
    assert "- [-] **Other 0** (`other.0`): **not applicable**. so it is.\n" in shown
    assert "- [ ] **Named columns** (`sql.columns`): **fail**." in shown
    assert "  - shop/orders.py:3  SQL001 \\`\\*\\` takes every column of" in shown


def test_json() -> None:
    document = json.loads(render(WHOLE, "json"))
    assert list(document) == ["schema", "tool", "sections", "items", "stray_answers"]
    assert document["sections"][0] == {
        "name": "Caching",
        "score": 1.0,
        "counts": {"pass": 1, "not applicable": 1, "manual": 1, "unknown": 1},
        "answered": 0,
    }
    assert [item["status"] for item in document["items"]] == ["pass", "not applicable", "manual", "unknown", "fail"]
    assert document["items"][0]["evidence"][0]["location"]["line"] == 9
    assert document["items"][-1]["findings"] == ["f" * 16]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_accepted_failures_are_counted(form: str) -> None:
    assert "fail (accepted: 2)" in render(report(replace(FAILED, accepted=2)), form)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_many_places_are_cut_and_the_cut_is_said(form: str) -> None:
    many = tuple(Evidence(replace(PLACE, line=n), "has an expiry") for n in range(1, 51))
    item = replace(PASSED, evidence=many, subjects=70, proven=70)
    shown = render(report(item), form)
    assert shown.count("has an expiry\n") == 5
    assert "and 65 more" in shown
    assert "and 20 more" in render(report(item), form, Layout(verbose=True))


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_many_findings_are_cut_and_the_cut_is_said(form: str) -> None:
    findings = [replace(FINDING, fingerprint=f"{n:016}", location=Location("shop/orders.py", n, 1, n, 2)) for n in range(1, 10)]
    item = replace(FAILED, findings=tuple(f.fingerprint for f in findings))
    shown = render(report(item, findings=findings), form)
    assert shown.count("SQL001 ") == 5
    assert "and 4 more" in shown
    assert "more" not in render(report(item, findings=findings), form, Layout(verbose=True))


@pytest.mark.parametrize("form", FORMATS)
def test_text_of_the_project_commands_nothing(form: str) -> None:
    item = replace(PASSED, reason=HOSTILE, evidence=(Evidence(replace(PLACE, path=HOSTILE), HOSTILE),))
    failed = replace(FAILED, reason=HOSTILE)
    finding = replace(FINDING, message=HOSTILE)
    for color in (False, True):
        shown = render(report(item, failed, findings=[finding]), form, Layout(width=300, color=color))
        assert "\x1b[31m\x07" not in shown
        assert "\x07" not in shown
        assert "\n# h" not in shown
        assert form == "json" or "\u202e" not in shown  # JSON is data: it holds what was there
        if form == "text":
            assert "[red]x[/red]" in shown
        if form == "markdown":
            assert "<script>" not in shown
            assert " *b*" not in shown
            assert "[l](" not in shown


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_checklist_and_lone_surrogates_are_shown(form: str) -> None:
    assert render(report(), form)
    assert render(report(replace(PASSED, reason="\udc80")), form).encode()


def test_another_format_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="text, markdown, json"):
        render(WHOLE, "xml")


@pytest.mark.parametrize("form", FORMATS)
def test_equal_reports_give_equal_bytes(form: str) -> None:
    assert render(WHOLE, form) == render(report(PASSED, *OTHERS, FAILED), form)
