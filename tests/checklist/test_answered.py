"""What an answer makes of the state that the code gives: every pair of the two, and every reason not to count."""

from __future__ import annotations

import pytest
from test_judge import CLEAN, ITEM, finding, judged

from archlint.checklist.answered import stray_answers, with_answers
from archlint.checklist.answers import Answer, Entry, Given, lapse_of, problems_of
from archlint.checklist.items import Checklist, Item
from archlint.facts.findings import Confidence, ItemResult, ItemStatus

ANSWER = Answer(verdict="pass", why="I washed them.", by="Ada", date="2026-01-02", until="2026-03-31")


def by_code(status: ItemStatus) -> ItemResult:
    """The item in a state that the code alone gives."""
    result = {
        "fail": lambda: judged(ITEM, findings=[finding()]),
        "pass": lambda: judged(ITEM, proofs=[CLEAN]),
        "not applicable": lambda: judged(ITEM),
        "manual": lambda: judged(ITEM, proofs=[CLEAN], findings=[finding(Confidence.LOW)]),
        "unknown": lambda: judged(ITEM, proofs=[CLEAN], ran=()),
    }[status]()
    assert result.status == status
    return result


def answered(status: ItemStatus, given: Given) -> ItemResult:
    return with_answers(Checklist((ITEM,)), [by_code(status)], {ITEM.id: given})[0]


@pytest.mark.parametrize(
    ("status", "verdict", "then", "standing"),
    [
        ("fail", "pass", "fail", "overruled"),
        ("fail", "not-applicable", "fail", "overruled"),
        ("fail", "fail", "fail", "redundant"),
        ("fail", "accept", "fail", "accepts"),
        ("pass", "pass", "pass", "redundant"),
        ("pass", "not-applicable", "pass", "overruled"),
        ("pass", "fail", "fail", "decides"),
        ("pass", "accept", "pass", "redundant"),
        ("not applicable", "pass", "not applicable", "overruled"),
        ("not applicable", "not-applicable", "not applicable", "redundant"),
        ("not applicable", "fail", "fail", "decides"),
        ("not applicable", "accept", "not applicable", "redundant"),
        ("manual", "pass", "pass", "decides"),
        ("manual", "not-applicable", "not applicable", "decides"),
        ("manual", "fail", "fail", "decides"),
        ("manual", "accept", "manual", "redundant"),
        ("unknown", "pass", "pass", "decides"),
        ("unknown", "not-applicable", "not applicable", "decides"),
        ("unknown", "fail", "fail", "decides"),
        ("unknown", "accept", "unknown", "redundant"),
    ],
)
def test_what_counts(status: ItemStatus, verdict: str, then: ItemStatus, standing: str) -> None:
    given = Given(Answer(verdict=verdict, why="Seen.", by="Ada", date="2026-01-02", until="2026-03-31"))
    result = answered(status, given)
    assert result.answer is not None
    assert (result.status, result.answer.standing, result.answer.by_code) == (then, standing, status)
    assert result.reason == by_code(status).reason, "what the code shows is said all the same"


@pytest.mark.parametrize("lapse", ["expired", "stale", "invalid"])
@pytest.mark.parametrize("verdict", ["pass", "fail", "not-applicable", "accept", "perhaps"])
@pytest.mark.parametrize("status", ["fail", "pass", "not applicable", "manual", "unknown"])
def test_an_answer_that_lapsed_changes_nothing_and_is_shown(status: ItemStatus, verdict: str, lapse: str) -> None:
    given = Given(Answer(verdict=verdict, why="Seen.", by="Ada", date="2026-01-02"), lapse, "for a reason")  # type: ignore[arg-type]
    result = answered(status, given)
    assert result.answer is not None
    assert (result.status, result.answer.standing, result.answer.problem) == (status, lapse, "for a reason")


def test_items_with_one_computation_share_an_answer() -> None:
    other = Item(id="plates.washed", section="Kitchen", title="Plates", question="?", guide="g", same_as=ITEM.id)
    checklist = Checklist((ITEM, other))
    results = [by_code("unknown"), by_code("unknown")]
    for name in (ITEM.id, other.id):
        taken = with_answers(checklist, results, {name: Given(ANSWER)})
        assert [result.status for result in taken] == ["pass", "pass"]
    both = with_answers(checklist, results, {ITEM.id: Given(ANSWER), other.id: Given(ANSWER)})
    assert [result.status for result in both] == ["unknown", "unknown"]
    assert {result.answer.problem for result in both if result.answer} == {
        "cups.washed, plates.washed: one question, answered twice"
    }


def test_an_answer_to_no_item_is_said() -> None:
    stray = stray_answers(Checklist((ITEM,)), {"cups.wahsed": Given(ANSWER), ITEM.id: Given(ANSWER)})
    assert [(s.id, s.problem) for s in stray] == [("cups.wahsed", "no such item, did you mean `cups.washed`?")]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"verdict": ""}, "verdict is missing"),
        ({"verdict": "yes"}, "verdict: `yes` is none of pass, fail, not-applicable, accept"),
        ({"why": " \n"}, "why is missing"),
        ({"why": "x" * 20_001}, "why is longer than 20,000 characters"),
        ({"by": ""}, "by is missing"),
        ({"date": ""}, "date is missing"),
        ({"date": "yesterday"}, "date: `yesterday` is no day (YYYY-MM-DD)"),
        ({"until": "2026-02-30"}, "until: `2026-02-30` is no day (YYYY-MM-DD)"),
        ({"until": "2026-1-3"}, "until: `2026-1-3` is no day (YYYY-MM-DD)"),
        ({"until": "٢٠٢٦-٠١-٠٣"}, "until: `٢٠٢٦-٠١-٠٣` is no day (YYYY-MM-DD)"),
        ({"verdict": "accept", "until": ""}, "until is missing: a failure is accepted up to a day"),
        ({"link": "javascript:alert(1)"}, "link: no http or https address"),
        ({"link": "https://"}, "link: no http or https address"),
        ({"link": "https://a b"}, "link: no http or https address"),
        ({"link": "https://[x"}, "link: no address"),
        ({"link": "https://ada:secret@example.com/"}, "link: holds a user name or password"),
        ({"watch": ("a.py",)}, "watch and watched do not belong together: answer again"),
        ({"watch": ("a.py",), "watched": {"a.py": "none"}}, "watched: not the digest of a file"),
        ({"watch": ("a\n.py",), "watched": {"a.py": "0" * 32}}, "watch: a pattern or path is empty, too long or not printable"),
    ],
)
def test_what_makes_an_answer_invalid(changes: dict[str, object], problem: str) -> None:
    fields = {name: getattr(ANSWER, name) for name in ANSWER.__struct_fields__}
    assert problems_of(Answer(**{**fields, **changes})) == (problem,)


def test_a_whole_answer_has_no_problem() -> None:
    watched = Answer(
        verdict="accept", why="w", by="b", date="2026-01-02", until="2026-01-03", link="https://x.example/?q=1#y",
        watch=("*.py",), watched={"a.py": "0" * 32},
    )  # fmt: skip
    assert problems_of(ANSWER) == problems_of(watched) == ()


@pytest.mark.parametrize(
    ("now", "problem"),
    [
        ({"a": "1", "b": "2"}, ""),
        ({"a": "9", "b": "2"}, "a changed"),
        ({"a": "1"}, "b is gone"),
        ({"a": "1", "b": "2", "c": "3"}, "c is new"),
        ({"b": "9", "c": "3", "d": "4"}, "b changed, a is gone, c is new (and 1 more)"),
        ({}, "a is gone (and 1 more)"),
    ],
)
def test_an_answer_is_stale_once_a_watched_file_is_another(now: dict[str, str], problem: str) -> None:
    answer = Answer(verdict="pass", why="w", by="b", date="2026-01-02", watch=("*",), watched={"a": "1", "b": "2"})
    given = lapse_of(Entry(answer), "2026-01-15", now)
    assert (given.lapse, given.problem) == ("stale" if problem else "", problem)


def test_the_last_day_is_included_and_what_is_invalid_is_said_first() -> None:
    assert lapse_of(Entry(ANSWER), "2026-03-31").lapse == ""
    assert lapse_of(Entry(ANSWER), "2026-04-01") == Given(ANSWER, "expired", "it held until 2026-03-31")
    assert lapse_of(Entry(ANSWER, ("no", "never")), "2026-04-01") == Given(ANSWER, "invalid", "no; never")
