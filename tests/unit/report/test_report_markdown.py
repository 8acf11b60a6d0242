"""The Markdown summary: what it holds, and that it stays within bounds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from report_sample import CACHE, COMPLETENESS, LOOP, SILENCED, report

from archlint.facts.findings import Location
from archlint.report import Layout, render


def test_the_summary_counts_names_and_links() -> None:
    text = render(report(CACHE, LOOP, SILENCED), "markdown", Layout(folder="backend/"))
    lines = text.splitlines()
    assert lines[0] == "## archlint: Found 1 error, 1 warning, 1 suppressed."
    assert "| PRF001 `n-plus-one-query` | The offence of n\\-plus\\-one\\-query | 1 |  |  |" in lines
    rows = [line for line in lines if re.match(r"\| (error|warning|note) ", line)]
    assert rows == [
        "| error | PRF001 | <code>load</code> queries the database on every turn _(medium confidence)_ "
        "| [shop/orders.py:3](<backend/shop/orders.py#L3>) |",
        "| warning | CCH001 | <code>r.set</code> writes <code>shop:product:1</code> to redis with no expiry "
        "| [shop/cache.py:2](<backend/shop/cache.py#L2>) |",
    ]
    assert "| Caching | 0% |  | 1 |  |  |  |" in lines
    assert lines[-1].startswith("Looked at: 2 files read")


def test_links_lead_to_the_revision_where_its_address_is_known() -> None:
    text = render(report(CACHE), "markdown", Layout(links="https://code.example/shop/blob/abc/", folder="backend/"))
    assert "](<https://code.example/shop/blob/abc/backend/shop/cache.py#L2>)" in text


def test_nothing_found_says_so() -> None:
    text = render(report(), "markdown")
    assert text.startswith("## archlint: No findings.\n")
    assert "### Findings" not in text
    assert "### Checklist" in text


def test_more_than_twenty_are_folded_away() -> None:
    text = render(report(*[CACHE] * 25), "markdown")
    shown, _, folded = text.partition("<details><summary>5 more findings</summary>")
    assert (shown.count("| warning |"), folded.count("| warning |")) == (20, 5)


@pytest.mark.parametrize("limit", [3000, 65_000, 1_000_000])
def test_a_report_of_any_size_stays_within_the_bound_and_counts_what_it_leaves_out(limit: int) -> None:
    place = Location("a" * 300 + "/ü.py", 1, 1, 1, 2)
    findings = [replace(CACHE, message="`𝄞` " * 400, location=place)] * 5000
    text = render(report(*findings), "markdown", Layout(limit=limit))
    assert len(text.encode()) <= limit
    left = re.search(r"([\d,]+) findings more, for which there is no room here", text)
    assert left is not None
    assert int(left[1].replace(",", "")) + text.count("| warning |") == 5000


def test_a_long_list_of_services_does_not_burst_it() -> None:
    crowd = replace(COMPLETENESS, services=tuple(f"service*{n}" for n in range(30_000)))
    assert len(render(report(CACHE, completeness=crowd), "markdown").encode()) <= 65_000


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_text_of_the_project_ends_a_row_or_makes_a_link(hostile: str) -> None:
    text = render(report(replace(CACHE, message=hostile, location=Location(hostile or "a", 1, 1, 1, 2))), "markdown")
    (row,) = (line for line in text.split("\n") if line.startswith("| warning |"))
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 5
    bare = re.sub(r"\\.", "", row)
    assert set(re.findall(r"<[^>]*>?", bare.partition("](")[0])) <= {"<code>", "</code>"}
    assert bare.count("](") == 1
    assert not re.search(r"@\w", row)
