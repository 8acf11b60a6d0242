"""`archlint-checklist.yaml`: what is written is read again as it was, and what people wrote around it stays."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archlint.checklist.answers import Answer, AnswersError
from archlint.checklist.answers_file import MAX_BYTES, read_answers
from archlint.checklist.answers_text import with_answer

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
HARD = st.text("# \n:-'\"\\{|>%@&*!\t\r~=é\x85ab", min_size=1, max_size=30)
WORD = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cf", "Cn", "Co"]), min_size=1, max_size=40)
ANSWER = st.builds(
    Answer,
    verdict=st.sampled_from(["pass", "fail", "not-applicable"]),
    why=st.one_of(TEXT, HARD).filter(str.strip),
    by=TEXT.filter(str.strip),
    date=st.just("2026-01-02"),
    until=st.sampled_from(["", "2026-03-31"]),
    link=st.sampled_from(["", "https://example.com/a?b=c#d"]),
)


def signed(why: str, by: str) -> Answer:
    return Answer(verdict="pass", why=why, by=by, date="2026-01-02")


def plain(answer: Answer) -> dict[str, object]:
    return {name: getattr(answer, name) for name in ("verdict", "why", "by", "date", "until", "link") if getattr(answer, name)}


@settings(max_examples=400)
@given(ANSWER, ANSWER)
@example(signed("- a: *b\n#c", "yes"), signed("1e3", "~"))
@example(signed("\u202egnp.exe <script>", "\x00"), signed("x" * 10_000, "0x1"))
@example(signed("word " * 1999 + "end", "a\U000e0001"), signed("<<<<<<< HEAD\n=======", "\ufeff"))
def test_any_text_is_read_as_it_was_written(one: Answer, other: Answer) -> None:
    text = with_answer(with_answer("", "b.item", one), "a.item", other)
    found = read_answers(text.encode())
    assert {name: entry.answer for name, entry in found.items()} == {"a.item": other, "b.item": one}
    for loader in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        document = yaml.load(text, Loader=loader)
        assert document["answers"] == {"a.item": plain(other), "b.item": plain(one)}
    assert all(line.isprintable() for line in text.split("\n")), "nothing that could deceive a reviewer"


@settings(max_examples=100)
@given(
    st.dictionaries(WORD, st.just("0123456789abcdef0123456789abcdef"), min_size=1, max_size=4),
    st.lists(WORD, min_size=1, max_size=3),
)
def test_watched_paths_are_read_as_they_were_written(watched: dict[str, str], watch: list[str]) -> None:
    answer = Answer(verdict="pass", why="w", by="b", date="2026-01-02", watch=tuple(watch), watched=watched)
    text = with_answer("", "a.item", answer)
    assert read_answers(text.encode())["a.item"].answer == answer
    assert yaml.safe_load(text)["answers"]["a.item"]["watched"] == watched


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.one_of(st.none(), ANSWER)), max_size=8))
def test_the_order_of_answering_does_not_matter(steps: list[tuple[str, Answer | None]]) -> None:
    text, kept = "", dict[str, Answer]()
    for name, answer in steps:
        text = with_answer(text, name, answer)
        kept.pop(name, None)
        if answer is not None:
            kept[name] = answer
    found = read_answers(text.encode())
    assert {name: entry.answer for name, entry in found.items()} == kept
    assert list(found) == sorted(kept)


BY_HAND = """\
# Our answers. Ask Ada.
version: 1

answers:
    # the gateway is in another repository
    architecture.gateway:   # see the wiki
        verdict: pass
        why: |
            # not a comment
            It is Kong.

        by: Ada
        date: 2026-01-02

    # half of it is done
    caching.ttl:
        verdict: no idea
        mood: bad
    # this is the last
    sql.columns: {verdict: pass, why: Seen., by: Ada, date: 2026-01-02}
# the end
"""
MISSPELT = ("unknown key `vedict`, did you mean `verdict`?", "verdict is missing")
NEW = Answer(verdict="fail", why="Two\nlines", by="Bo", date="2026-02-03")


def test_what_people_wrote_around_an_answer_stays() -> None:
    assert with_answer(BY_HAND, "architecture.gateway", NEW) == BY_HAND.replace(
        BY_HAND[BY_HAND.index("    architecture.gateway") : BY_HAND.index("\n    # half")],
        "    architecture.gateway:\n      verdict: fail\n      why: |-\n        Two\n        lines\n      by: Bo\n"
        '      date: "2026-02-03"\n',
    )
    assert with_answer(BY_HAND, "caching.ttl", None) == BY_HAND.replace(
        "    caching.ttl:\n        verdict: no idea\n        mood: bad\n", ""
    )
    put_in = with_answer(BY_HAND, "health.liveness", NEW)
    head, tail = BY_HAND.split("    # this is the last")
    assert put_in.startswith(f"{head}    health.liveness:\n      verdict: fail\n")
    assert put_in.endswith(f'      date: "2026-02-03"\n    # this is the last{tail}')
    assert with_answer(BY_HAND, "zebra", NEW).endswith('      date: "2026-02-03"\n# the end\n')


def test_dos_line_ends_stay() -> None:
    text = with_answer(BY_HAND.replace("\n", "\r\n"), "caching.ttl", NEW)
    assert "\n" not in text.replace("\r\n", "")
    assert read_answers(text.encode())["caching.ttl"].answer == NEW


def test_a_form_that_cannot_be_changed_in_place_is_written_anew_unless_something_would_be_lost() -> None:
    flow = "version: 1\nanswers: {a.item: {verdict: pass, why: Seen., by: Ada, date: 2026-01-02}}\n"
    found = read_answers(with_answer(flow, "b.item", NEW).encode())
    assert [entry.answer.verdict for entry in found.values()] == ["pass", "fail"]
    with pytest.raises(AnswersError, match="mend them first"):
        with_answer("version: 1\nanswers: {a.item: {verdict: perhaps}}\n", "b.item", NEW)


def test_the_last_answer_leaves_an_empty_file_that_is_read_again() -> None:
    text = with_answer(with_answer("", "a.item", NEW), "a.item", None)
    assert read_answers(text.encode()) == {}
    assert "answers: {}" in text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version: 1\nanswers:\n<<<<<<< HEAD\n  a: {}\n=======\n  b: {}\n>>>>>>> x\n", ":3: a merge conflict is not resolved"),
        ("version: 1\nanswers:\n  a: {why: x}\n  a: {why: y}\n", ":4: `answers.a` stands twice"),
        ("version: 1\nanswers:\n  a:\n    why: x\n    why: y\n", ":5: `answers.a.why` stands twice"),
        ("version: 1\nanswers: &a {x: *a}\n", ":2: anchors and aliases are not allowed"),
        ("a: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n", ":1: anchors and aliases are not allowed"),
        ("version: 1\nanswers: !!python/object/apply:os.system [id]\n", ":2: tags are not allowed"),
        ("version: 1\nanswers: " + "[" * 50, ":2: nested too deep"),
        ("version: 1\nanswers: {a: {b: {c: {d: {e: {f: g}}}}}}\n", ":2: nested too deep"),
        ("version: 2\nanswers: {}\n", ": `version` is not 1: the file is of another version of archlint"),
        ("answers: {}\n", ": `version` is not 1: the file is of another version of archlint"),
        ("version: 1\nanswer: {}\n", ": unknown key `answer`"),
        ("version: 1\nanswers: [a]\n", ": `answers` is no mapping of item ids"),
        ("just text\n", ": no mapping with `version` and `answers`"),
        ("version: 1\n---\nversion: 1\n", ":2: but found another document"),
        ("version: 1\nanswers:\n\t- x\n", ":3: found character that cannot start any token"),
        ("version: 1\nanswers: {\x00}\n", ": no YAML: "),
        ("version: 1\nanswers:\n  ? [a, b]\n  : c\n", ":3: a key is no text"),
        ("#" * (MAX_BYTES + 1), ": larger than 1,000,000 bytes"),
    ],
)
def test_what_is_refused_as_a_whole(text: str, problem: str) -> None:
    with pytest.raises(AnswersError) as raised:
        read_answers(text.encode())
    assert len(raised.value.problems) == 1
    assert raised.value.problems[0].startswith(f"archlint-checklist.yaml{problem}")


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(AnswersError, match="no UTF-8 text: invalid start byte at byte 0"):
        read_answers(b"\xff\xfe\x00")


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing yet\n", "version: 1\n", "version: 1\nanswers:\n", "\ufeffversion: 1\nanswers: {}\n"]
)
def test_no_answers_is_fine(text: str) -> None:
    assert read_answers(text.encode()) == {}


@pytest.mark.parametrize(
    ("entry", "problems"),
    [
        ("pass", ("no mapping with a verdict and a why",)),
        ("{vedict: pass, why: x, by: y, date: 2026-01-02}", MISSPELT),
        ("{verdict: [pass], why: x, by: y, date: 2026-01-02}", ("verdict: no text", "verdict is missing")),
        ("{verdict: pass, why: x, by: y, date: 2026-02-30}", ("date: `2026-02-30` is no day (YYYY-MM-DD)",)),
        ("{verdict: pass, why: x, by: y, date: 2026-01-02, watch: a.py}", ("watch: no list of patterns",)),
        ("{verdict: pass, why: x, by: y, date: 2026-01-02, watched: [a.py]}", ("watched: no mapping of paths",)),
    ],
)  # fmt: skip
def test_what_is_wrong_with_one_answer_makes_that_one_invalid(entry: str, problems: tuple[str, ...]) -> None:
    good = "  b: {verdict: pass, why: yes, by: no, date: 2026-01-02}\n"
    found = read_answers(f"version: 1\nanswers:\n  a: {entry}\n{good}".encode())
    assert found["a"].problems == problems
    assert (found["b"].problems, found["b"].answer.why, found["b"].answer.by) == ((), "yes", "no")
