"""The file of a review: read back as it was written, refused where it is none; filters; names of findings."""

from __future__ import annotations

import json

import pytest
from bad_calls import report_on
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archlint.engine.review_queue import FilterError, filter_of, named
from archlint.engine.review_session import VERDICTS, Edit, Session, SessionError, decision, decode, encode, splice_between
from archlint.facts.findings import Finding

FINDINGS = report_on({"shop/a.py": "bad(); worse()\nbad()\n", "shop/b.py": "bad()\n"}).findings


def test_a_session_is_read_back_as_it_was_written() -> None:
    edit = Edit.of("shop/a.py", splice_between(b"a", b"ab"), b"ab", moved_from=3)
    made = [decision(f, v, "warum\u202e\ud800", "2027-01-31", batch=2) for f, v in zip(FINDINGS, VERDICTS, strict=False)]
    made[0] = replace(made[0], edit=edit)
    session = Session(rule="TST001", position=made[0].fingerprint, filter="is:open", decisions=tuple(made))
    assert decode(encode(session), "s") == session
    assert encode(session).isascii()
    assert decode(encode(Session()), "s") == Session()


ENTRY = {"fingerprint": "a:1", "rule": "A", "path": "a.py", "line": 1, "message": "m", "verdict": "skipped"}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no review session of archlint"),
        (b'{"schema": true}', "no review session"),
        (b'{"schema": 2}', "its schema is 2; this version of archlint reads 1"),
        (b'{"schema": 1, "decision": []}', "unknown field `decision`"),
        (json.dumps({"schema": 1, "decisions": [{**ENTRY, "verdict": "deleted"}]}).encode(), "Invalid enum value 'deleted'"),
        (json.dumps({"schema": 1, "decisions": [ENTRY, ENTRY]}).encode(), "a:1 is decided twice"),
    ],
)
def test_what_is_no_session_is_refused(document: bytes, words: str) -> None:
    with pytest.raises(SessionError, match=words) as raised:
        decode(document, "archlint-review.json")
    assert raised.value.problems[0].startswith("archlint-review.json: ")


@given(st.binary(max_size=12), st.binary(max_size=12))
def test_a_change_of_bytes_is_done_and_undone(before: bytes, after: bytes) -> None:
    splice = splice_between(before, after)
    assert splice.of(before) == after
    assert splice.undone().of(after) == before
    assert Edit.of("x", splice, after).undone(after) == before
    assert Edit.of("x", splice, after).undone(after + b"!") is None


def test_an_edit_that_somebody_has_meddled_with_undoes_nothing() -> None:
    edit = Edit(path="x", at=0, old="?", new="?", sha256=Edit.of("x", splice_between(b"", b"a"), b"a").sha256)
    assert edit.undone(b"a") is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ["a:1 TST001", "a:1 TST002", "a:2 TST001", "b:1 TST001"]),
        ("rule:TST002", ["a:1 TST002"]),
        ("rule:bad-call path:b.py", ["b:1 TST001"]),
        ("rule:tst001,TST002 path:shop/a*", ["a:1 TST001", "a:1 TST002", "a:2 TST001"]),
        ("severity:error", []),
        ("severity:error,warning WORSE", ["a:1 TST002"]),
        ("is:open", ["a:1 TST001", "a:1 TST002", "a:2 TST001", "b:1 TST001"]),
        ("is:skipped", []),
        ("call of bad", ["a:1 TST001", "a:2 TST001", "b:1 TST001"]),
        ("http://x", []),
    ],
)
def test_filters(text: str, kept: list[str]) -> None:
    chosen = filter_of(text)
    shown = [f for f in FINDINGS if chosen.keeps(f, frozenset({"open"}))]
    assert [f"{f.location.path[5]}:{f.location.line} {f.rule}" for f in shown] == kept


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("severity:fatal", "`fatal` is no severity; there are error, warning and note"),
        ("is:done", "`done` is no state"),
        ("rule:", "says nothing behind the colon"),
    ],
)
def test_a_filter_that_is_not_understood_is_said(text: str, words: str) -> None:
    with pytest.raises(FilterError, match=words):
        filter_of(text)


def test_findings_are_named_by_place_or_fingerprint() -> None:
    def places(word: str, rule: str = "") -> list[tuple[str, int]]:
        return [(f.rule, f.location.line) for f in named(FINDINGS, word, rule)]

    first: Finding = FINDINGS[0]
    assert places(first.fingerprint) == [("TST001", 1)]
    assert places("shop/a.py:2") == [("TST001", 2)]
    assert places("shop/a.py:1", "TST002") == [("TST002", 1)]
    for word, rule, said in (
        ("shop/a.py:1", "", "has findings of TST001, TST002: say which with --rule"),
        ("shop/a.py:2", "TST002", "names no finding of TST002"),
        ("shop/a.py", "", "names no finding"),
        ("zzz", "", "see `archlint review list`"),
    ):
        with pytest.raises(FilterError, match=said):
            named(FINDINGS, word, rule)
