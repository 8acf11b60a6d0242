"""Every rule's document and cases, run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archlint import app, testing
from archlint.rulebook import Rule

HERE = Path(__file__).parent
RULES = app.rulebook().rules
WITH_CHECK = [rule for rule in RULES if rule.has_check]


def case_files() -> dict[str, Path]:
    return {path.relative_to(HERE).with_suffix("").as_posix(): path for path in sorted(HERE.glob("*/*.md"))}


def written(rule: Rule) -> list[testing.Case]:
    path = HERE / f"{rule.stem}.md"
    return testing.cases(path.read_text(encoding="utf-8")) if path.is_file() else []


CASES = [pytest.param(rule, case, id=f"{rule.id}: {case.title}") for rule in RULES for case in written(rule)]
BAD = [
    pytest.param(rule, testing.example(given, f"bad {i}"), id=f"{rule.id} {rule.name} bad {i}")
    for rule in RULES
    for i, given in enumerate(rule.document.bad, 1)
]
GOOD = [
    pytest.param(rule, testing.example(given, f"good {i}"), id=f"{rule.id} {rule.name} good {i}")
    for rule in RULES
    for i, given in enumerate(rule.document.good, 1)
]


def test_every_document_and_check_can_be_used() -> None:
    assert [str(problem) for problem in app.rulebook().problems] == []


@pytest.mark.parametrize("rule", WITH_CHECK, ids=lambda rule: rule.id)
def test_the_parameters_of_document_and_check_are_the_same(rule: Rule) -> None:
    rule.bind({})


@pytest.mark.parametrize("rule", WITH_CHECK, ids=lambda rule: rule.id)
def test_every_rule_has_cases(rule: Rule) -> None:
    assert written(rule), f"tests/rules/{rule.stem}.md holds no case"


def test_every_case_file_belongs_to_a_rule() -> None:
    assert sorted(set(case_files()) - {rule.stem for rule in RULES}) == []


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case(rule: Rule, case: testing.Case) -> None:
    assert testing.mismatches(rule.id, case) == []


@pytest.mark.parametrize(("rule", "case"), BAD)
def test_bad_example_is_found(rule: Rule, case: testing.Case) -> None:
    assert case.marks, "a bad example marks its lines with `# error`"
    assert testing.mismatches(rule.id, case) == []


@pytest.mark.parametrize(("rule", "case"), GOOD)
def test_good_example_is_silent(rule: Rule, case: testing.Case) -> None:
    assert not case.marks
    assert testing.mismatches(rule.id, case) == []


@pytest.mark.parametrize("rule", WITH_CHECK, ids=lambda rule: rule.id)
def test_every_message_is_used_by_an_example_or_a_case(rule: Rule) -> None:
    shapes = {key: shape(rule.document.message(key).text) for key in rule.document.messages}
    projects = [testing.example(given, "bad") for given in rule.document.bad] + written(rule)
    said = [f.message for case in projects if case.marks for f in testing.run_rule(rule.id, case.files)]
    unused = [key for key, pattern in shapes.items() if not any(pattern.fullmatch(message) for message in said)]
    assert unused == []


def shape(template: str) -> re.Pattern[str]:
    """What a message of this template looks like, whatever its words."""
    return re.compile("(.*)".join(re.escape(part) for part in re.split(r"\{\w+\}", " ".join(template.split()))))
