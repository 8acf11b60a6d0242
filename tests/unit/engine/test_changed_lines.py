"""Changed lines: what is new of a text, and which findings touch it."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.engine.diff import Changed, changed_lines
from archlint.facts.findings import Location

texts = st.lists(st.sampled_from(["a", "b", "c", "", "    return x"]), max_size=30)


@given(texts, texts)
def test_lines_that_are_not_marked_are_lines_of_the_old_text(old: list[str], new: list[str]) -> None:
    marked = changed_lines(old, new)
    assert all(1 <= line <= len(new) for line in marked)
    kept = [text for number, text in enumerate(new, 1) if number not in marked]
    rest = iter(old)
    assert all(text in rest for text in kept), "the unmarked lines stand in the old text in that order"


@given(texts, texts)
def test_nothing_is_marked_exactly_when_nothing_changed(old: list[str], new: list[str]) -> None:
    assert (changed_lines(old, new) == frozenset()) == (old == new or not new)


@given(texts, st.integers(0, 30), st.lists(st.just("NEW"), min_size=1, max_size=5))
def test_what_is_put_in_is_marked_and_no_more(old: list[str], at: int, added: list[str]) -> None:
    at = min(at, len(old))
    assert changed_lines(old, [*old[:at], *added, *old[at:]]) == frozenset(range(at + 1, at + 1 + len(added)))


def test_a_long_text_that_was_written_anew_takes_no_long_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*arguments: object) -> SequenceMatcher[str]:
        raise AssertionError("compared line by line")

    monkeypatch.setattr("archlint.engine.diff.SequenceMatcher", never)
    old = [f"INSERT {n}" for n in range(50_000)]
    assert changed_lines(["head", *old, "tail"], ["head", *reversed(old), "tail"]) == frozenset(range(2, 50_002))
    assert changed_lines(["head", *old, "tail"], ["head", "tail"]) == frozenset({1, 2})


def changed(before: dict[str, str], now: dict[str, str]) -> Changed:
    return Changed(before, {path: text for path, text in before.items() if path not in now}, now.get)


def place(path: str, first: int, last: int | None = None, end_column: int = 5) -> Location:
    return Location(path, first, 1, last or first, end_column)


def test_a_place_over_several_lines_is_touched_by_each() -> None:
    found = changed({"a.py": "1\n2\n3\n4\n5\n"}, {"a.py": "1\n2\nthree\n4\n5\n"})
    assert [found.touches(place("a.py", *lines)) for lines in ((1, 2), (2, 3), (1, 5), (4, 5))] == [False, True, True, False]
    assert not found.touches(place("a.py", 1, 3, end_column=1)), "its end is exclusive"


def test_a_renamed_file_is_followed_when_half_of_it_is_the_same() -> None:
    old = "".join(f"line {n}\n" for n in range(20))
    half = "".join(f"line {n}\n" for n in range(11)) + "".join(f"other {n}\n" for n in range(9))
    assert not changed({"a.py": old}, {"b.py": old}).file("b.py")
    renamed = changed({"a.py": old}, {"b.py": half})
    assert [renamed.touches(place("b.py", line)) for line in (1, 11, 12, 20)] == [False, False, True, True]
    unlike = changed({"a.py": old}, {"b.py": "line 1\nnothing else is the same\n"})
    assert unlike.touches(place("b.py", 1))
    assert changed({"a.sql": old}, {"b.py": old}).touches(place("b.py", 1)), "a file of another kind is no source of it"
    assert changed({"a.py": old}, {"a.py": old, "b.py": old}).touches(place("b.py", 1)), "a copy is new"


def test_a_file_that_cannot_be_read_counts_as_changed() -> None:
    assert changed({"a.py": "x\n"}, {}).touches(place("a.py", 1))
