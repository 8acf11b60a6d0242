"""JSON: versioned, complete, and the same bytes for the same report."""

from __future__ import annotations

import json

import pytest
from report_sample import CACHE, LOOP, SILENCED, report

from archlint.report import FORMATS, Layout, render


def test_every_key_is_there_and_documented() -> None:
    document = json.loads(render(report(CACHE, LOOP, SILENCED), "json"))
    assert list(document) == [
        "schema", "tool", "findings", "suppressed", "baselined", "baseline", "diff", "completeness", "rules", "checklist",
        "stray_answers",
    ]  # fmt: skip
    assert document["schema"] == 1
    assert document["suppressed"] == 1
    assert [f["rule"] for f in document["findings"]] == ["CCH001", "PRF001"]
    assert document["findings"][1]["path"][1]["location"]["path"] == "shop/store.py"
    assert document["completeness"]["rules"]["idle"] == ["SQL001"]
    assert document["checklist"][0]["status"] == "fail"


def test_suppressed_findings_can_be_had() -> None:
    document = json.loads(render(report(SILENCED), "json", Layout(show_suppressed=True)))
    assert document["findings"][0]["state"] == "suppressed"
    assert document["findings"][0]["justification"] == "flags live for ever"


def test_lone_surrogates_do_not_stop_it() -> None:
    odd = CACHE.__class__(**{f: getattr(CACHE, f) for f in CACHE.__struct_fields__} | {"message": "\udc80"})
    assert json.loads(render(report(odd), "json"))["findings"][0]["message"] == "?"


@pytest.mark.parametrize("form", FORMATS)
def test_equal_reports_give_equal_bytes(form: str) -> None:
    assert render(report(CACHE, LOOP), form) == render(report(CACHE, LOOP), form)


def test_an_unknown_format_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="text, concise, json, sarif"):
        render(report(), "xml")
