"""The text and concise formats: what a person reads."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from report_sample import CACHE, LOOP, SILENCED, SOURCES, UNPARSED, report

from archlint.facts.findings import Completeness, Finding, Location, Note
from archlint.report import Layout, render


def changed(finding: Finding, **values: object) -> Finding:
    return Finding(**{f: getattr(finding, f) for f in finding.__struct_fields__} | values)


def text(*findings: Finding, width: int = 100, color: bool = False, statistics: bool = False, verbose: bool = False) -> str:
    layout = Layout(source=SOURCES.get, width=width, color=color, statistics=statistics, verbose=verbose)
    return render(report(*findings), "text", layout)


def test_a_finding_shows_its_code_its_path_why_and_how_to_fix_it() -> None:
    assert text(LOOP, width=120).split("\nFound")[0] == (
        "shop/orders.py\n"
        "  3:9  error  PRF001 (n-plus-one-query) `load` queries the database on every turn  [medium confidence]\n"
        "    3 |     load(order_id)\n"
        "      |     ^^^^^^^^^^^^^^\n"
        "      path 1. shop/orders.py:3  calls `load`\n"
        "           2. shop/store.py:9  queries `orders`\n"
        "      see  shop/orders.py:2  the loop\n"
        "      why  Because n-plus-one-query hurts.\n"
        "      fix  Ask once for all ids.\n"
    )


def test_why_and_how_to_fix_it_are_told_once_a_rule_unless_verbose() -> None:
    twice = (CACHE, changed(CACHE, location=Location("shop/cache.py", 1, 1, 1, 4)))
    assert text(*twice).count("why  ") == 1
    assert text(*twice).count("fix  ") == 1
    assert text(*twice, verbose=True).count("And there is more") == 2


def test_a_place_that_the_path_passes_is_not_shown_once_more() -> None:
    passed = changed(LOOP, related=(Note(LOOP.flow[0].location, "the loop"),))
    assert "the loop" not in text(passed)


def test_a_tab_and_a_wide_character_keep_the_underline_under_the_code() -> None:
    finding = changed(CACHE, location=Location("w.py", 1, 6, 1, 9))
    shown = render(report(finding), "text", Layout(source={"w.py": "x = 漢f()\n"}.get))
    code, under = re.findall(r"^ +(?:1)? \| (.*)$", shown, re.M)[:2]
    assert code == "x = 漢f()"
    assert under == "      ^^^", "the wide character takes two columns"


def test_a_long_line_is_cut_around_the_span() -> None:
    line = "a" * 300 + "HERE" + "b" * 300
    finding = changed(CACHE, location=Location("l.py", 1, 301, 1, 305))
    shown = render(report(finding), "text", Layout(source={"l.py": line}.get, width=80))
    frame = next(row for row in shown.splitlines() if "HERE" in row)
    assert len(frame) <= 80
    assert frame.count("…") == 2


def test_a_run_that_read_nothing_does_not_say_that_all_is_well() -> None:
    empty = render(report(completeness=Completeness()), "concise")
    assert "Nothing was looked at" in empty


def test_an_incomplete_run_says_so() -> None:
    partial = render(report(completeness=Completeness(read=3, failed=("a.py",))), "concise")
    assert "The run is incomplete." in partial
    assert "1 failed" in partial


def test_the_line_of_completeness_names_all_that_was_looked_at() -> None:
    last = render(report(), "concise").splitlines()[-1]
    assert last == (
        "Looked at: 2 files read; 3 skipped (3 ignored); 0 failed; 4 SQL statements parsed, 1 not; 5 import edges; "
        "6 of 10 calls resolved (60%); 7 routes; layers: domain: shop.domain (inferred); "
        "2 rules ran, 1 with nothing to look at (SQL001)."
    )


def test_concise_is_a_line_a_finding() -> None:
    lines = render(report(CACHE, SILENCED, UNPARSED), "concise").splitlines()
    assert lines[0] == "shop/cache.py:2:2: CCH001 `r.set` writes `shop:product:1` to redis with no expiry"
    assert lines[1] == "shop/old.py:1:7: RUN002 not parsed: Python 2 syntax"


def test_statistics_count_by_rule() -> None:
    assert "     1  PRF001   n-plus-one-query" in text(CACHE, LOOP, statistics=True)


def test_no_colour_means_no_escape_and_colour_means_some() -> None:
    assert "\x1b" not in text(CACHE, LOOP)
    assert "\x1b[" in text(CACHE, LOOP, color=True)


CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@given(st.text(st.characters(codec=None), max_size=60), st.sampled_from(["text", "concise"]))
def test_nothing_of_the_project_steers_the_terminal(hostile: str, form: str) -> None:
    place = Location(f"a/{hostile}.py", 1, 1, 1, 3)
    finding = changed(CACHE, message=hostile, location=place, flow=(Note(place, hostile),), justification=hostile)
    shown = render(report(finding), form, Layout(source=lambda _: hostile))
    assert not CONTROL.search(shown)
    shown.encode("utf-8")
