"""Positions, exact to the character: against libcst's own, on all of Django and on what is hard to count.

`ARCHLINT_FULL=1` reads every file of Django, else one in four.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import libcst as cst
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider
from python_sources import HARD

from archlint.facts.syntax import Attribute, FileFacts, Name, String, Template
from archlint.facts.text import LineIndex, decode_python
from archlint.parse import generated
from archlint.parse.python import extract
from archlint.parse.tokens import tokenize

Ranges = set[tuple[int, int]]


def records(root: msgspec.Struct) -> Iterator[msgspec.Struct]:
    """Every record in the facts."""
    stack: list[object] = [root]
    while stack:
        value = stack.pop()
        if isinstance(value, msgspec.Struct):
            yield value
            stack += [getattr(value, name) for name in value.__struct_fields__]
        elif isinstance(value, tuple):
            stack += value


def libcst_ranges(text: str) -> dict[type[cst.CSTNode], Ranges]:
    """The ranges of all nodes by class, as libcst's PositionProvider has them."""
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    starts = [*LineIndex.of(text).starts, len(text)]
    found: dict[type[cst.CSTNode], Ranges] = {}
    for node, place in wrapper.resolve(PositionProvider).items():
        at = starts[place.start.line - 1] + place.start.column
        end = starts[place.end.line - 1] + place.end.column
        found.setdefault(type(node), set()).add((at, end))
    return found


def differences(data: bytes) -> list[str]:
    """What in the facts of a file stands elsewhere than libcst has it."""
    facts = extract(data)
    assert isinstance(facts, FileFacts), facts
    text = decode_python(data)
    theirs = libcst_ranges(text)

    def of(*classes: type[cst.CSTNode]) -> Ranges:
        return set().union(*(theirs.get(node_class, set()) for node_class in classes))

    outline = facts.outline
    pairs: list[tuple[str, Ranges, Ranges]] = [
        ("call", {(c.at, c.end) for c in facts.body.calls}, of(cst.Call)),
        ("function", {(f.at, f.end) for f in outline.functions}, of(cst.FunctionDef, cst.Lambda)),
        ("class", {(c.at, c.end) for c in outline.classes}, of(cst.ClassDef)),
        ("import", {(i.at, i.end) for i in outline.imports if i.name != "*"}, of(cst.ImportAlias)),
    ]
    found = [f"{kind} {sorted(ours ^ wanted)[:3]}" for kind, ours, wanted in pairs if ours != wanted]
    names, attributes = of(cst.Name), of(cst.Attribute)
    named = [(f.name, f.name_at) for f in outline.functions if f.name != "<lambda>"]
    named += [(c.name, c.name_at) for c in outline.classes]
    found += [f"name {name}" for name, at in named if (at, at + len(name)) not in names]
    strings: Ranges = set()
    for record in records(facts):
        if isinstance(record, Name) and (record.at, record.end) not in names:
            found.append(f"name {record}")
        elif isinstance(record, Attribute) and (record.at, record.end) not in attributes:
            found.append(f"attribute {record}")
        elif isinstance(record, String | Template):
            strings.add((record.at, record.end))
        if isinstance(record, String):
            found += [] if is_faithful(record, text) else [f"characters of {record}"]
    # Docstrings and patterns are no expressions; of a concatenation only the whole is kept.
    wholes = of(cst.ConcatenatedString, cst.Expr, cst.MatchValue)
    parts = of(cst.SimpleString, cst.FormattedString, cst.ConcatenatedString) - strings
    lost = [part for part in parts if not any(at <= part[0] and part[1] <= end for at, end in wholes)]
    return found + [f"string {text[at:end]}" for at, end in lost]


def is_faithful(string: String, text: str) -> bool:
    """Whether each run of a value says what stands at its anchor, but for its last character, maybe an escape."""
    anchors = string.anchors
    for index in range(0, len(anchors), 2):
        start = anchors[index]
        end = anchors[index + 2] if index + 2 < len(anchors) else len(string.value)
        run = string.value[start : max(start, end - 1)]
        if not text.startswith(run, anchors[index + 1]):
            return False
    return True


def django_files() -> list[Path]:
    spec = find_spec("django")
    assert spec is not None, "django is in the dev dependency group"
    assert spec.origin is not None
    return sorted(Path(spec.origin).parent.rglob("*.py"))


def test_positions_in_django_are_those_of_libcst() -> None:
    files = django_files()
    assert len(files) > 800
    every = 1 if os.environ.get("ARCHLINT_FULL") else 4
    wrong = {str(path): found for path in files[::every] if (found := differences(path.read_bytes()))}
    assert not wrong


@pytest.mark.parametrize("source", HARD.values(), ids=HARD.keys())
def test_what_is_hard_to_count(source: str) -> None:
    encoding = "latin-1" if "latin-1" in source else "utf-8"
    assert differences(source.encode(encoding)) == []


@pytest.mark.parametrize("source", HARD.values(), ids=HARD.keys())
def test_the_tree_gives_the_same_tokens_as_the_text(source: str) -> None:
    counted = generated.tokens_of(source)
    tokens = tokenize(source)
    assert counted is not None
    assert (counted.texts, counted.starts, counted.ends) == (tokens.texts, tokens.starts, tokens.ends)


def test_a_name_that_the_token_expression_cuts_is_counted_in_the_tree() -> None:
    source = "x·y = f(1)\n℘ = g(2)\n"
    assert tokenize(source).texts[0] == "x"
    assert differences(source.encode()) == []


@pytest.mark.parametrize(
    ("source", "at"),
    [
        ("x = 1\n\x0cdef f(): pass\n", 7),
        ("x = 1\rdef f(): pass\r", 6),
        ("\ufeffdef f(): pass\n", 0),
    ],
    ids=["form feed", "carriage return", "byte order mark"],
)
def test_where_libcst_miscounts_the_text_is_right(source: str, at: int) -> None:
    facts = extract(source.encode())
    assert isinstance(facts, FileFacts)
    assert [function.at for function in facts.outline.functions] == [at]


def test_a_concatenation_that_libcst_refuses_to_rebuild() -> None:
    source = "x = t'a{b()}' f'c{d()}' 'e'\n"
    facts = extract(source.encode())
    assert isinstance(facts, FileFacts)
    assert [source[call.at : call.end] for call in facts.body.calls] == ["b()", "d()"]


def test_such_a_concatenation_beside_a_name_that_the_token_expression_cuts() -> None:
    source = "x·y = t'a{b()}' f'c{d()}' 'e'\n"
    facts = extract(source.encode())
    assert isinstance(facts, FileFacts)
    assert [source[call.at : call.end] for call in facts.body.calls] == ["b()", "d()"]


@given(st.text(alphabet="ab\n\r\x0c\u2028😀"))
def test_lines_start_behind_lf_crlf_and_cr_alone(text: str) -> None:
    ends = [at + 1 for at, char in enumerate(text) if char == "\n" or (char == "\r" and text[at + 1 : at + 2] != "\n")]
    assert list(LineIndex.of(text).starts) == [0, *ends]
