"""Whatever the bytes are: facts or a failure, that survive encoding and do not depend on the caller."""

from __future__ import annotations

import gc
import subprocess
import sys
from importlib.metadata import version

import libcst as cst
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_sources import PROGRAMS, SOURCES

from archlint.facts.syntax import Failure, FileFacts
from archlint.parse.python import extract


def survives(data: bytes) -> None:
    found = extract(data)
    if isinstance(found, Failure):
        assert found.reason
        assert min(found.line, found.column) >= 1
        return
    assert isinstance(found, FileFacts)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=FileFacts) == found


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    survives(data)


@given(st.text(max_size=100))
def test_any_text(text: str) -> None:
    survives(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=400)
@given(SOURCES)
def test_anything_like_python(source: str) -> None:
    survives(source.encode())


@given(PROGRAMS, st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16", "cp1252"]))
def test_any_encoding(source: str, encoding: str) -> None:
    survives(f"# coding: {encoding}\n{source}".encode(encoding))


def shifted(value: object, by: int, fields: tuple[str, ...] = ("at", "end", "name_at")) -> object:
    """`value` with all its positions moved."""
    if isinstance(value, tuple):
        return tuple(shifted(item, by) for item in value)
    if not isinstance(value, msgspec.Struct):
        return value
    changes: dict[str, object] = {}
    for name in value.__struct_fields__:
        old = getattr(value, name)
        if name in fields:
            changes[name] = old + by
        elif name == "runs":
            changes[name] = tuple(part + by if index % 2 else part for index, part in enumerate(old))
        else:
            changes[name] = shifted(old, by)
    return msgspec.structs.replace(value, **changes)


@given(PROGRAMS, st.integers(1, 5))
def test_blank_lines_above_only_move_what_is_below(source: str, lines: int) -> None:
    plain, moved = extract(source.encode()), extract(("\n" * lines + source).encode())
    assert isinstance(plain, FileFacts)
    assert isinstance(moved, FileFacts)
    assert shifted(plain.body.statements, lines) == moved.body.statements
    assert shifted(plain.body.calls, lines) == moved.body.calls
    assert shifted(plain.body.texts, lines) == moved.body.texts
    assert shifted(plain.body.contexts[1:], lines) == moved.body.contexts[1:]
    for table in ("imports", "classes", "functions", "comments"):
        assert shifted(getattr(plain.outline, table), lines) == getattr(moved.outline, table)


@given(PROGRAMS)
def test_contexts_and_references_hold(source: str) -> None:
    facts = extract(source.encode())
    assert isinstance(facts, FileFacts)
    contexts = facts.body.contexts
    assert contexts[0].parent == -1
    assert all(0 <= context.parent < index for index, context in enumerate(contexts) if index)
    places = [s.context for s in facts.body.statements] + [c.context for c in facts.body.calls]
    assert all(0 <= place < len(contexts) for place in places)
    assert all(contexts[function.context].function == index for index, function in enumerate(facts.outline.functions))
    assert all(contexts[found.context].klass == index for index, found in enumerate(facts.outline.classes))


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"x = 1\0", "unreadable", "NUL"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "unreadable", ""),
        (b"# coding: no-such-codec\n", "unreadable", "no-such-codec"),
        (b"# coding: rot13\n", "unreadable", ""),
        (b"\xef\xbb\xbf# coding: latin-1\n", "unreadable", ""),
        ("x = 'é'".encode("latin-1"), "unreadable", "utf-8"),
        ("x = 1".encode("utf-16"), "unreadable", "NUL"),
        (b'print "hello"\n', "unparsed", "Python 2"),
        (b"exec 'x'\n", "unparsed", "Python 2"),
        (b"raise E, 'x'\n", "unparsed", "Python 2"),
        (b"def f(:\n", "unparsed", ""),
        (b"{% if x %}\n", "unparsed", ""),
        (b"(x): int = 1\n", "unparsed", ""),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, kind: str, words: str) -> None:
    found = extract(data)
    assert isinstance(found, Failure)
    assert found.kind == kind
    assert words in found.reason
    assert "\n" not in found.reason


def test_a_syntax_error_says_where() -> None:
    assert extract(b"x = 1\ny = = 2\n") == Failure("unparsed", "invalid syntax near '='", 2, 5)
    assert extract(b"def f(:\n  pass\n") == Failure("unparsed", "invalid syntax near ':'", 1, 7)
    assert extract(b"x = 'a\n") == Failure("unparsed", "unterminated string literal", 1, 1)


@given(SOURCES)
def test_the_callers_interpreter_is_left_as_it_was(source: str) -> None:
    before = gc.isenabled(), sys.getrecursionlimit(), cst.CSTNode.__post_init__, dict(vars(cst))
    extract(source.encode())
    assert (gc.isenabled(), sys.getrecursionlimit(), cst.CSTNode.__post_init__, vars(cst)) == before


def test_how_deep_the_caller_stands_makes_no_difference() -> None:
    data = b"x = a" + b".b" * 190 + b"\n" + b"y = " + b"(a, " * 90 + b")" * 90

    def below(frames: int) -> object:
        return extract(data) if not frames else below(frames - 1)

    shallow = extract(data)
    assert isinstance(shallow, FileFacts)
    assert below(700) == shallow


def test_versions_are_known_without_the_parsers() -> None:
    program = (
        "import sys; from archlint.adapters.installed import installed_version as known;"
        "print(known('libcst'), {'libcst', 'sqlglot'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.split() == [f"libcst-{version('libcst')}.dist-info", "set()"]


def test_the_same_bytes_give_the_same_facts_whatever_the_hash_seed() -> None:
    program = (
        "import sys, msgspec; from archlint.parse.python import extract;"
        "sys.stdout.buffer.write(msgspec.msgpack.encode(extract(sys.stdin.buffer.read())))"
    )
    source = b"".join(b"def f%d(a, b='select 1'): return g(a)\n__all__ = ['x', 'y']\n" % n for n in range(20))

    def run(seed: str) -> bytes:
        environment = {"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed}
        return subprocess.run(
            [sys.executable, "-c", program], input=source, capture_output=True, check=True, env=environment
        ).stdout

    assert run("0") == run("1")
