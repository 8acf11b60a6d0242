"""Values of literals, and where each of their characters stands."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from archlint.parse.strings import join, literal, template_text


@pytest.mark.parametrize(
    ("token", "value", "anchors"),
    [
        ("'abc'", "abc", (0, 11)),
        ("''", "", (0, 11)),
        ("'''a'b'''", "a'b", (0, 13)),
        ("r'a\\n'", "a\\n", (0, 12)),
        ("'a\\nb'", "a\nb", (0, 11, 2, 14)),
        ("'\\x41\\u0042c'", "ABc", (0, 11, 1, 15, 2, 21)),
        ("'\\\nab'", "ab", (0, 13)),
        ("'\\N{EM DASH}x'", "\u2014x", (0, 11, 1, 22)),
        ("'\\N{no such name}'", "\ufffd", (0, 11)),
        ("'\\ud800'", "\ufffd", (0, 11)),
        ("'\\U99999999'", "\ufffd", (0, 11)),
        ("'\\101\\7'", "A\a", (0, 11, 1, 15)),
        ("'\\d'", "\\d", (0, 11)),
        ("'''a\r\nb\rc'''", "a\nb\nc", (0, 13, 2, 16, 4, 18)),
        ("b'\\u0041\\xff'", "\\u0041\xff", (0, 12)),
        ("b'\\777'", "\xff", (0, 12)),
        ("Rb'\\x'", "\\x", (0, 13)),
        ("'\\''", "'", (0, 11)),
    ],
)
def test_values_and_anchors(token: str, value: str, anchors: tuple[int, ...]) -> None:
    found = literal(token, 10)
    assert (found.value, found.anchors) == (value, anchors)


@pytest.mark.parametrize(
    ("content", "raw", "value"),
    [
        ("a{{b}}", False, "a{b}"),
        ("\\n{{", False, "\n{"),
        ("\\n{{", True, "\\n{"),
        ("\\N{EM DASH}", False, "\u2014"),
        ("\\", False, "\\"),
    ],
)
def test_text_between_holes(content: str, raw: bool, value: str) -> None:
    assert template_text(content, 0, raw).value == value


def test_pieces_keep_their_places_when_joined() -> None:
    pieces = [literal("'ab'", 0), literal("''", 5), literal("'c\\nd'", 10)]
    joined = join(pieces)
    assert joined.value == "abc\nd"
    assert joined.anchors == (0, 1, 2, 11, 4, 14)


@given(st.text(alphabet="ab\\nxuN{}'\"01\n\r\u00e9\U0001f600"), st.sampled_from(["", "r", "b", "rb", "u"]))
def test_values_are_those_of_python(content: str, prefix: str) -> None:
    token = f'{prefix}"""{content}"""'
    assume('""' not in content and not content.endswith('"'))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes that mean nothing
        try:
            expected = ast.literal_eval(token)
        except (SyntaxError, ValueError):
            reject()
    found = literal(token, 0)
    value = expected.decode("latin-1") if isinstance(expected, bytes) else expected
    assert found.value == value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for index in range(0, len(found.anchors), 2):
        assert found.anchors[index] <= len(found.value)
        assert found.anchors[index + 1] <= len(token)
