"""The score of a section: what passes of what is decided."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from archlint.checklist.score import ORDER, sections
from archlint.facts.findings import ItemResult, ItemStatus


def results(*states: ItemStatus, section: str = "Kitchen") -> list[ItemResult]:
    return [
        ItemResult(
            id=f"{section}.{number}", section=section, title="t", question="q", guide="g#h", status=status, reason="because"
        )
        for number, status in enumerate(states)
    ]


def test_the_score_is_what_passes_of_what_is_decided() -> None:
    (found,) = sections(results("pass", "pass", "fail", "manual", "unknown", "not applicable"))
    assert found.score == 2 / 3
    assert found.counts == {"pass": 2, "fail": 1, "not applicable": 1, "manual": 1, "unknown": 1}


def test_where_nothing_is_decided_there_is_no_score() -> None:
    assert sections(results("manual", "unknown", "not applicable"))[0].score is None
    assert sections([]) == ()


def test_sections_stand_in_the_order_in_which_they_first_come() -> None:
    found = sections([*results("pass", section="B"), *results("fail", section="A"), *results("fail", section="B")])
    assert [(s.name, s.score) for s in found] == [("B", 0.5), ("A", 0.0)]


@given(st.lists(st.sampled_from(ORDER), min_size=1))
def test_every_item_is_counted_once_and_only_a_pass_raises_the_score(states: Sequence[ItemStatus]) -> None:
    (found,) = sections(results(*states))
    assert sum(found.counts.values()) == len(found.items) == len(states)
    (more,) = sections(results(*states, "unknown"))
    assert more.score == found.score
    (better,) = sections(results(*states, "pass"))
    assert better.score is not None
    assert found.score is None or found.score <= better.score <= 1
