"""GitLab's code quality report against its documented form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from msgspec.structs import replace
from report_sample import CACHE, LOOP, SILENCED, UNPARSED, report

from archlint.facts.findings import Confidence, Finding, Severity
from archlint.report import Layout, render
from archlint.testing import analyse_files

SCHEMA = json.loads((Path(__file__).parents[2] / "data/gitlab-code-quality.json").read_text("utf-8"))


def issues(*findings: Finding, layout: Layout | None = None) -> Any:
    found = json.loads(render(report(*findings), "gitlab", layout))
    Draft202012Validator(SCHEMA).validate(found)
    return found


def test_an_issue_says_what_where_and_how_bad() -> None:
    (found,) = issues(CACHE, layout=Layout(folder="backend/"))
    assert found == {
        "description": "CCH001 `r.set` writes `shop:product:1` to redis with no expiry",
        "check_name": "cache-write-without-ttl",
        "fingerprint": "a" * 16,
        "severity": "major",
        "location": {"path": "backend/shop/cache.py", "lines": {"begin": 2}},
    }


def test_severities() -> None:
    unsure = replace(CACHE, confidence=Confidence.MEDIUM)
    note = replace(CACHE, severity=Severity.NOTE)
    assert [i["severity"] for i in issues(LOOP, CACHE, unsure, note, UNPARSED)] == [
        "critical",
        "major",
        "minor",
        "info",
        "blocker",
    ]


def test_accepted_findings_are_left_out_and_nothing_found_is_an_empty_array() -> None:
    assert issues(SILENCED) == []


def test_fingerprints_hold_no_line_and_no_two_are_equal() -> None:
    query = 'rows = session.execute(text("SELECT * FROM sales"))\n'
    head = "from sqlalchemy import text\nfrom sqlalchemy.orm import Session\n\n\ndef f(session: Session):\n"
    body = "".join(f"    {query}" for _ in range(3))
    sql = "SELECT * FROM sales;\nSELECT * FROM sales;\n"

    def fingerprints(gap: str) -> list[str]:
        files = {"a.py": head + gap + body, "b.py": head + gap + body, "a.sql": gap + sql, "b.sql": gap + sql}
        return [i["fingerprint"] for i in json.loads(render(analyse_files(files), "gitlab"))]

    found = fingerprints("")
    assert len(found) >= 8
    assert len(set(found)) == len(found)
    assert fingerprints("\n\n\n") == found
