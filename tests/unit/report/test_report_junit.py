"""JUnit XML: valid, and with the counts that its readers show."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import xmlschema
from msgspec.structs import replace
from report_sample import CACHE, COMPLETENESS, LOOP, SILENCED, UNPARSED, report

from archlint.facts.findings import Finding, Severity
from archlint.report import Layout, render

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parents[2] / "data/junit-10.xsd"))


def suites(*findings: Finding, layout: Layout | None = None, crashed: tuple[str, ...] = ()) -> dict[str, ElementTree.Element]:
    made = report(*findings, completeness=replace(COMPLETENESS, rules=("CCH001", "PRF001"), idle=("PRF001",), crashed=crashed))
    text = render(made, "junit", layout)
    SCHEMA.validate(text)
    root = ElementTree.fromstring(text)
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert int(element.get("tests", "")) == len(cases)
        for attribute, tag in (("failures", "failure"), ("errors", "error")):
            assert int(element.get(attribute, "")) == sum(c.find(tag) is not None for c in cases)
    return {(suite.get("name") or "").partition(" ")[0]: suite for suite in root}


def outcome(suite: ElementTree.Element) -> list[str]:
    """What each test case came to."""
    return [next((child.tag for child in case if child.tag != "system-out"), "passed") for case in suite.iter("testcase")]


def test_each_rule_is_a_suite_and_each_finding_a_failure() -> None:
    found = suites(CACHE, replace(CACHE, message="another"), LOOP)
    assert {rule: outcome(suite) for rule, suite in found.items()} == {
        "CCH001": ["failure", "failure"],
        "PRF001": ["failure"],
        "RUN002": ["passed"],
        "SEC004": ["skipped"],
    }
    failure = found["PRF001"].find("testcase/failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("error", "`load` queries the database on every turn")
    assert (failure.text or "").splitlines() == [
        "shop/orders.py:3:9",
        "`load` queries the database on every turn",
        "1. shop/orders.py:3  calls `load`",
        "2. shop/store.py:9  queries `orders`",
        "How to fix: Ask once for all ids.",
    ]


def test_a_clean_rule_passes_and_one_with_nothing_to_look_at_or_that_did_not_run_is_skipped() -> None:
    found = suites()
    assert {rule: outcome(suite)[0] for rule, suite in found.items()} == {
        "CCH001": "passed",
        "PRF001": "skipped",
        "RUN002": "passed",
        "SEC004": "skipped",
    }
    assert [case.get("message") for s in found.values() for case in s.iter("skipped")] == ["nothing to look at", "not run"]


def test_what_kept_the_run_from_seeing_everything_is_an_error() -> None:
    found = suites(UNPARSED, crashed=("CCH001",))
    assert (outcome(found["RUN002"]), outcome(found["CCH001"])) == (["error"], ["error"])


def test_a_finding_below_the_fail_level_passes_and_is_told() -> None:
    found = suites(replace(CACHE, severity=Severity.NOTE))
    assert outcome(found["CCH001"]) == ["passed"]
    assert "writes `shop:product:1`" in (found["CCH001"].findtext("testcase/system-out") or "")


def test_an_accepted_finding_is_skipped_if_it_is_shown() -> None:
    assert outcome(suites(SILENCED)["CCH001"]) == ["passed"]
    found = suites(SILENCED, layout=Layout(show_suppressed=True))["CCH001"]
    assert outcome(found) == ["skipped"]
    assert [s.get("message") for s in found.iter("skipped")] == ["suppressed: flags live for ever"]


def test_no_two_test_cases_of_a_rule_have_one_name() -> None:
    names = [case.get("name") for case in suites(CACHE, CACHE, CACHE)["CCH001"].iter("testcase")]
    assert len(set(names)) == 3


def test_characters_that_xml_does_not_have_are_written_out() -> None:
    text = "a\x00b\x08c\x1bd\ufffe\uffff\ud800]]><![CDATA[&amp;"
    found = suites(replace(CACHE, message=text))["CCH001"].find("testcase/failure")
    assert found is not None
    assert found.get("message") == r"a\x00b\x08c\x1bd\ufffe\uffff\ud800]]><![CDATA[&amp;"
