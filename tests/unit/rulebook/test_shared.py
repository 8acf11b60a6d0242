"""Parameters that several rules take from one document below `rules/shared/`."""

from __future__ import annotations

import pytest

from archlint.rulebook import Rulebook, load_rulebook

DOCUMENT = """
id: RUN901
name: {name}
title: A rule
severity: warning
status: stable
since: "0.1"
why: Because.
fix: Do not.
when_not: Never.
guides: []
messages: {{default: here}}
shared: {shared}
parameters: {parameters}
bad: [x]
good: [y]
"""


def book(shared: dict[str, str], taken: str = "[loops]", parameters: str = "{own: 1}") -> Rulebook:
    """A book of one rule that takes the shared documents named so."""
    documents = {f"shared/{name}.yaml": text.encode() for name, text in shared.items()}
    text = DOCUMENT.format(name="some-rule", shared=taken, parameters=parameters)
    return load_rulebook({**documents, "run/some_rule.yaml": text.encode()}, [])


def test_a_rule_has_its_own_parameters_and_the_shared_ones() -> None:
    loaded = book({"loops": "ids: [id, pk]\ndeep: {a: [b]}\n", "others": "more: [x]\n"})
    assert loaded.problems == ()
    (rule,) = loaded.rules
    assert rule.document.parameters == {"own": 1, "ids": ["id", "pk"], "deep": {"a": ["b"]}}


def test_several_documents_may_be_taken() -> None:
    (rule,) = book({"loops": "ids: [id]\n", "others": "more: [x]\n"}, "[loops, others]").rules
    assert rule.document.parameters == {"own": 1, "ids": ["id"], "more": ["x"]}


@pytest.mark.parametrize(
    ("shared", "taken", "words"),
    [
        ({"loops": "ids: [id]\n"}, "[loop]", "`shared`: there is no rules/shared/loop.yaml, did you mean `loops`?"),
        ({"loops": "own: 2\n"}, "[loops]", "parameter `own` stands in run/some_rule.yaml and in shared/loops.yaml"),
        (
            {"loops": "a: 2\n", "more": "a: 3\n"},
            "[loops, more]",
            "parameter `a` stands in shared/loops.yaml and in shared/more.yaml",
        ),
    ],
)
def test_what_does_not_fit_keeps_the_rule_out(shared: dict[str, str], taken: str, words: str) -> None:
    loaded = book(shared, taken)
    assert loaded.rules == ()
    assert [str(problem) for problem in loaded.problems] == [f"rules/run/some_rule.yaml: {words}"]


@pytest.mark.parametrize(("text", "words"), [("[a]", "must be a mapping of parameters"), ("a: [", "not YAML: ")])
def test_a_shared_document_that_is_none_is_said(text: str, words: str) -> None:
    problems = [str(problem) for problem in book({"loops": text}).problems]
    assert problems[0].startswith(f"rules/shared/loops.yaml: {words}")
