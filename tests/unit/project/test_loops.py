"""Loops: which of them are open, what in them runs per item, and what is written in the code."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project_builder import project_of

from archlint.project.loops.loops import Loops
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import UNSAID, shorten, spell
from archlint.project.values.written import Written


def excuse_of(code: str) -> str | None:
    """Why the call of `ask` does not run per item of the innermost loop around it."""
    project = project_of({"example.py": code})
    module = project.modules.by_path["example.py"]
    loops = Loops(project)
    for call in module.body.calls:
        if spell(module.body, call.callee) == "ask":
            loop = next(loops.around(module, call.context))
            return loops.excuse(loop, call.context, call.at)
    raise AssertionError("no call of ask")


def wrapped(head: str, body: str) -> str:
    return f"def f(rows, session):\n    {head}\n" + "".join(f"        {line}\n" for line in dedent(body).strip().splitlines())


@pytest.mark.parametrize(
    "head",
    [
        "for row in rows:",
        "async for row in rows:",
        "for i, row in enumerate(rows):",
        "for row in sorted(rows):",
        "for row in range(len(rows)):",
        "for row in rows[:1000]:",
        "for row in rows.values():",
        "for row in session.find(limit=500):",
    ],
)
def test_a_loop_over_data_is_open(head: str) -> None:
    code = wrapped(head, "ask(row)")
    assert excuse_of(code.replace("def f", "async def f") if head.startswith("async") else code) is None


@pytest.mark.parametrize(
    "head",
    [
        "for row in (1, 2):",
        "for row in ['a', *('b', 'c')]:",
        "for row in {'a': 1}.items():",
        "for i, row in enumerate(('a', 'b')):",
        "for row, other in zip(rows, ('a', 'b')):",
        "for row in range(12):",
        "for row in rows[:8]:",
        "for row in KINDS:",
        "for row in settings.LANGUAGES:",
        "for row in (x for x in ('a', 'b')):",
        "for row in ('a', 'b') + ('c',):",
        "for row in session.query().limit(5).all():",
        "for row in session.find(limit=5):",
    ],
)
def test_items_that_the_code_lists_are_few(head: str) -> None:
    assert excuse_of(wrapped(head, "ask(row)")) == "its items are written in the code"


@pytest.mark.parametrize("head", ["for chunk in split(rows):", "for row in batched(rows):", "for i in range(0, 10 * n, n):"])
def test_chunks(head: str) -> None:
    assert excuse_of(wrapped(head, "ask(1)")) == "it goes over chunks"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("for attempt in range(limit):", "ask(attempt)"),
        ("for _ in range(max_retries):", "ask(1)"),
        ("for _ in range(limit):", "if ask(1):\n    break"),
    ],
)
def test_attempts(head: str, body: str) -> None:
    assert excuse_of(wrapped(head, body)) == "it counts attempts"


def test_a_counter_that_is_used_is_no_attempt() -> None:
    assert excuse_of(wrapped("for i in range(limit):", "if ask(rows[i]):\n    return i")) is None


@pytest.mark.parametrize("head", ["while True:", "while ask(1):", "while not done:"])
def test_a_while_loop_waits_or_pages(head: str) -> None:
    assert excuse_of(wrapped(head, "ask(1)")) == "it waits, pages or retries"


def test_a_work_list_is_data() -> None:
    assert excuse_of(wrapped("while rows:", "ask(rows.pop())")) is None


@pytest.mark.parametrize(
    "body",
    [
        "return ask(row)",
        "ask(row)\nbreak",
        "if row:\n    ask(row)\n    return 1",
        "try:\n    ask(row)\nexcept KeyError:\n    continue\nbreak",
    ],
)
def test_left_behind_the_question(body: str) -> None:
    assert excuse_of(wrapped("for row in rows:", body)) == "it ends behind this"


def test_leaving_an_inner_loop_or_another_branch_leaves_nothing() -> None:
    assert excuse_of(wrapped("for row in rows:", "ask(row)\nfor x in row:\n    break")) is None
    assert excuse_of(wrapped("for row in rows:", "ask(row)\nif row:\n    return 1")) is None


@pytest.mark.parametrize(
    "body",
    [
        "if row not in known:\n    known[row] = ask(row)",
        "if row in known:\n    continue\nknown[row] = ask(row)",
        "found = known.get(row)\nif found is None:\n    found = ask(row)\n    known[row] = found",
    ],
)
def test_memory(body: str) -> None:
    assert excuse_of(wrapped("for row in rows:", body)) == "it remembers what it has asked for"


@pytest.mark.parametrize(
    "body",
    [
        "known[row] = ask(row)",
        "if row not in known:\n    known[row] = []\nknown[row].append(ask(row))",
        "if row.ready:\n    known[row] = ask(row)",
    ],
)
def test_a_result_or_a_grouping_is_no_memory(body: str) -> None:
    assert excuse_of(wrapped("for row in rows:", body)) is None


def test_filled_once_and_every_so_often() -> None:
    once = "if first is None:\n    first = ask(row)"
    assert excuse_of(wrapped("for row in rows:", once)) == "it asks only as long as it has nothing"
    assert excuse_of(wrapped("for row in rows:", f"first = None\n{once}")) is None
    assert excuse_of(wrapped("for row in rows:", "if row % 100 == 0:\n    ask(row)")) == "it asks every so many items"
    full = "if len(buffer) >= 100:\n    ask(buffer)"
    assert excuse_of(wrapped("for row in rows:", full)) == "it asks when a buffer is full or time is up"


def test_a_function_inside_a_loop_is_a_place_of_its_own() -> None:
    project = project_of({"a.py": "for row in rows:\n    def f():\n        ask(row)\n"})
    module = project.modules.by_path["a.py"]
    assert list(Loops(project).around(module, module.body.calls[0].context)) == []


def test_names_derived_from_the_loop_variable() -> None:
    code = wrapped("for row in rows:", "key = row.key\nother = make(key)\nfixed = 1\nfor part in other:\n    ask(part)")
    project = project_of({"example.py": code})
    module = project.modules.by_path["example.py"]
    call = next(c for c in module.body.calls if spell(module.body, c.callee) == "ask")
    outer = list(Loops(project).around(module, call.context))[-1]
    assert outer.derived == {"row", "key", "other", "part"}
    assert outer.text == "for row in rows"


def test_a_class_that_is_iterated_is_an_enumeration() -> None:
    project = project_of({"a.py": "from enum import Enum\nclass Kind(Enum):\n    A = 1\nfor kind in Kind:\n    pass\n"})
    module = project.modules.by_path["a.py"]
    place = next(c for c in module.body.contexts if c.kind == "for")
    assert place.subject is not None
    assert Written(project).is_written(module, place.subject, place.parent)


@pytest.mark.parametrize(
    "text",
    [
        "a.b(c, *d, e=f, **g)[1:2]",
        'f"x{a}y{b.c}"',
        "a and not b or c",
        "a < b in c",
        "(x if y else z)",
        "[a, (b, c), {d}]",
        '{"a": 1, **b}',
    ],
)
def test_spelling_is_pythons(text: str) -> None:
    project = project_of({"a.py": f"value = {text}\n"})
    body = project.modules.by_path["a.py"].body
    said = spell(body, body.statements[0].value)
    assert said.replace("(", "").replace(")", "") == text.replace("(", "").replace(")", "")
    assert UNSAID not in said


names = st.sampled_from(["a", "b", "c"])
expressions = st.recursive(
    names | st.integers(0, 3).map(str) | st.sampled_from(['"x"', '"y"', "None"]),
    lambda inner: st.one_of(
        st.tuples(names, names).map(lambda t: f"{t[0]}.{t[1]}"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} + {t[1]})"),
        st.tuples(names, inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(names, inner).map(lambda t: f"{t[0]}[{t[1]}]"),
        st.lists(inner, max_size=2).map(lambda items: "[" + ", ".join(items) + "]"),
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(expressions)
def test_an_expression_is_spelled_alike_wherever_it_stands(text: str) -> None:
    project = project_of({"a.py": f"x = {text}\ny =   {text}\n"})
    body = project.modules.by_path["a.py"].body
    first, second = (statement.value for statement in body.statements)
    assert spell(body, first) == spell(body, second)
    assert sorted(names_in(body, first)) == sorted(names_in(body, second))
    assert len(list(parts_of(body, first))) == len(list(parts_of(body, second)))


@settings(max_examples=50)
@given(st.text(max_size=200), st.integers(2, 80))
def test_shortened_text_is_one_short_line(text: str, width: int) -> None:
    said = shorten(text, width)
    assert len(said) <= width
    assert "\n" not in said
