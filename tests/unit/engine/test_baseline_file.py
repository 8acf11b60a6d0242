"""The baseline's file: what is written is read again, is fit for a review, and whatever else lies there is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.engine.baseline import BaselineError, decode, encode, offset
from archlint.facts.baseline import Baseline, Entry, Increase

words = st.text(min_size=1, max_size=12)
entries = st.builds(
    Entry,
    path=words,
    rule=st.sampled_from(["SQL001", "PRF001", "ARC003"]),
    symbol=st.text(max_size=8),
    subject=st.text(max_size=8),
    fingerprint=st.text("0123456789abcdef", min_size=16, max_size=16),
    count=st.integers(1, 900),
    message=st.text(max_size=20),
)
increases = st.builds(Increase, date=st.just("2026-01-15"), rule=st.just("SQL001"), by=st.integers(1, 9), why=words)


@st.composite
def baselines(draw: st.DrawFn) -> Baseline:
    drawn = draw(st.lists(entries, max_size=6, unique_by=lambda e: (e.path, e.rule, e.fingerprint)))
    return Baseline(entries=tuple(sorted(drawn)), increases=tuple(sorted(draw(st.lists(increases, max_size=3)))))


@given(baselines())
def test_what_is_written_is_read_again(baseline: Baseline) -> None:
    assert decode(encode(baseline), "b.json") == baseline
    assert decode(encode(baseline).replace(b"\n", b"\r\n"), "b.json") == baseline, "as a checkout with other line ends has it"


@given(baselines())
def test_an_entry_a_line_and_nothing_that_steers_a_terminal(baseline: Baseline) -> None:
    text = encode(baseline).decode()
    assert sum('"fingerprint":' in line for line in text.split("\n")) == len(baseline.entries)
    assert not [
        c for c in text if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029\u202e\u2066\ufeff")
    ]


@given(baselines().filter(lambda baseline: bool(baseline.entries)))
def test_an_entry_is_found_in_the_text(baseline: Baseline) -> None:
    text = encode(baseline).decode()
    for entry in baseline.entries:
        at, end = offset(text, entry)
        assert json.loads(text[at:end]) == entry.fingerprint


ENTRY = '{"rule": "SQL001", "fingerprint": "ab", "count": 1, "symbol": "", "subject": "", "message": ""}'
START = '{"schema": 1, "files": {"a.py": ['


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "b.json:1: not JSON"),
        ("{\n\n  oops}", "b.json:3: not JSON"),
        ('{\n<<<<<<< HEAD\n"schema": 1,\n=======\n>>>>>>> theirs\n', "b.json:2: a merge conflict"),
        ("[]", "no baseline of archlint"),
        ("{}", "no baseline of archlint"),
        ('{"schema": true, "files": {}}', "no baseline of archlint"),
        ('{"schema": 2, "files": {}}', "its schema is 2; this version of archlint reads 1"),
        ('{"schema": 1}', "missing required field `files`"),
        ('{"schema": 1, "files": {}, "filez": {}}', "unknown field `filez`"),
        (START + ENTRY.replace('"count": 1', '"count": 0') + "]}}", ">= 1"),
        (START + ENTRY.replace('"count": 1', '"count": "1"') + "]}}", "Expected `int`"),
        (START + ENTRY.replace("SQL001", "RUN002") + "]}}", "RUN002 cannot be baselined"),
        (START + f"{ENTRY}, {ENTRY}]}}}}", "`a.py`: SQL001 ab is listed twice"),
        (START + ENTRY + '], "a.py": []}}', "`a.py` stands twice"),
        ("[" * 100_000, "b.json: "),
        ('{"schema": 1, "files": {}, "increases": [{"rule": "SQL001", "by": 1, "why": "", "date": "d"}]}', "length >= 1"),
    ],
)  # fmt: skip
def test_what_is_no_baseline_is_refused_in_one_clear_line(text: str, said: str) -> None:
    with pytest.raises(BaselineError) as raised:
        decode(text.encode(), "b.json")
    assert len(raised.value.problems) == 1
    assert said in raised.value.problems[0]
    assert "\n" not in raised.value.problems[0]


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BaselineError, match="not UTF-8"):
        decode(b"\xff\xfe{", "b.json")
