"""What a pipeline asks of the checklist."""

from __future__ import annotations

import pytest

from archlint.engine.gate import GateError, unmet
from archlint.facts.findings import AnswerStanding, AnswerState, ItemResult, ItemStatus


def item(name: str, status: ItemStatus, section: str = "House", answer: AnswerState | None = None) -> ItemResult:
    return ItemResult(
        id=name, section=section, title="t", question="q", guide="g", status=status, reason="as it is", answer=answer
    )


def said(standing: AnswerStanding, verdict: str = "pass", by_code: ItemStatus = "manual") -> AnswerState:
    return AnswerState(
        standing=standing, verdict=verdict, why="I saw it", by="Ada", date="2026-01-02", until="2026-02-01", by_code=by_code
    )


CUPS = item("house.cups", "pass")
DOOR = item("house.door", "fail")
ROOF = item("house.roof", "not applicable")
BEES = item("garden.bees", "manual", "The garden")
WELL = item("garden.well", "unknown", "The garden")
ALL = (CUPS, DOOR, ROOF, BEES, WELL)


@pytest.mark.parametrize(
    ("required", "lines"),
    [
        (["house.cups", "house.roof"], []),
        (["house.cups,house.door"], ["house.door is required and is fail: as it is"]),
        (["house.*"], ["house.door is required and is fail: as it is"]),
        (
            ["garden.well", "garden.bees"],
            ["garden.bees is required and is manual: as it is", "garden.well is required and is unknown: as it is"],
        ),
        (["*"], ["house.door is", "garden.bees is", "garden.well is"]),
    ],
)
def test_required_items_pass_or_are_not_applicable(required: list[str], lines: list[str]) -> None:
    found = unmet(ALL, required, ())
    assert len(found) == len(lines)
    assert all(line.startswith(start) for line, start in zip(found, lines, strict=True))


def test_an_answer_counts_and_an_accepted_failure_does_not() -> None:
    assert unmet([item("a.b", "pass", answer=said("decides"))], ["a.b"], ()) == []
    assert unmet([item("a.b", "fail", answer=said("accepts", "accept", "fail"))], ["a.b"], ()) == [
        "a.b is required and is fail (accepted by Ada until 2026-02-01): as it is"
    ]
    assert unmet([item("a.b", "fail", answer=said("decides", "fail"))], ["a.b"], ()) == [
        "a.b is required and is fail (answered by Ada, until 2026-02-01): I saw it"
    ]
    assert unmet([item("a.b", "manual", answer=said("stale"))], ["a.b"], ()) == [
        "a.b is required and is manual (answer stale): as it is"
    ]


@pytest.mark.parametrize(
    ("score", "lines"),
    [
        ("50", []),
        ("50%", []),
        ("50.1", ["the score must be 50.1% and is 50% (1 of 2)"]),
        ("House=80", ["the score of House must be 80% and is 50% (1 of 2)"]),
        ("house=80", ["the score of house must be 80% and is 50% (1 of 2)"]),
        ("the garden=0", ["the score of the garden must be 0% and there is none: 2 items are open"]),
        ("garden=10", ["the score of garden must be 10% and there is none: 2 items are open"]),
    ],
)
def test_scores(score: str, lines: list[str]) -> None:
    assert unmet(ALL, (), [score]) == lines


def test_where_nothing_is_applicable_no_score_is_missing() -> None:
    assert unmet([ROOF], (), ["100"]) == []


def test_what_names_nothing_is_an_error() -> None:
    with pytest.raises(GateError) as raised:
        unmet(ALL, ["house.cup", "attic.*"], ["80 %x", "attic=80", "101", "nan"])
    assert list(raised.value.problems) == [
        "--require: no item `house.cup`, did you mean `house.cups`?",
        "--require: no item `attic.*`",
        "--min-score: `80 %x` is no percentage from 0 to 100",
        "--min-score: no section `attic`",
        "--min-score: `101` is no percentage from 0 to 100",
        "--min-score: `nan` is no percentage from 0 to 100",
    ]
