"""The light tree is libcst's own, class by class and field by field, white space included."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import libcst as cst
import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from libcst._exceptions import CSTLogicError
from python_sources import HARD, PROGRAMS, SOURCES

from archlint.parse import light

OURS = sorted(Path(light.__file__).parent.glob("*.py"))


def heavy(value: Any) -> object:
    """Nested tuples of what libcst's nodes hold."""
    if isinstance(value, cst.CSTNode):
        held = [(field.name, heavy(getattr(value, field.name))) for field in fields(value) if field.init]
        return type(value).__name__, dict(held)
    return tuple(map(heavy, value)) if isinstance(value, (tuple, list)) else value


def plain(value: Any) -> object:
    """The same of records."""
    if isinstance(value, msgspec.Struct):
        return type(value).__name__, {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    return tuple(map(plain, value)) if isinstance(value, (tuple, list)) else value


def assert_same(text: str) -> None:
    try:
        expected = heavy(cst.parse_module(text))
    except cst.ParserSyntaxError as error:
        with pytest.raises(cst.ParserSyntaxError) as caught:
            light.parse_module(text)
        assert (caught.value.message, caught.value.raw_line, caught.value.raw_column) == (
            error.message,
            error.raw_line,
            error.raw_column,
        )
    except (
        cst.CSTValidationError,
        CSTLogicError,
    ):  # its parser took it, its nodes refuse: ours validate nothing
        assert light.parse_module(text).body
    else:
        assert plain(light.parse_module(text)) == expected


@pytest.mark.parametrize("source", HARD.values(), ids=HARD.keys())
def test_what_is_hard_to_count(source: str) -> None:
    assert_same(source)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_a_whole_file(path: Path) -> None:
    assert_same(path.read_text("utf-8"))


@given(st.one_of(PROGRAMS, SOURCES))
@example("\"\"t''")
@example("\"\"rb''")
def test_any_program_and_any_error(source: str) -> None:
    assert_same(source)


def test_every_class_that_the_parser_may_call_has_a_record() -> None:
    ours = {name for name, value in vars(light.nodes).items() if isinstance(value, type) and issubclass(value, msgspec.Struct)}
    theirs = {
        name
        for name, value in vars(cst).items()
        if isinstance(value, type) and issubclass(value, cst.CSTNode) and not name.startswith(("Base", "MatchPattern"))
    }
    assert theirs <= ours | {"MatchSequence"}


def test_libcst_is_itself_again_after_an_error() -> None:
    with pytest.raises(cst.ParserSyntaxError):
        light.parse_module("x = = 1\n")
    assert isinstance(cst.parse_module("x = 1\n").body[0], cst.SimpleStatementLine)
