"""Text in lines of a terminal's width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from archlint.report.escape import visible
from archlint.screens.wrapped import wrapped

TEXT = st.text(st.one_of(st.sampled_from("ab  漢字é"), st.characters(exclude_categories=["Cs"])), max_size=120).map(visible)


@given(TEXT, st.integers(min_value=12, max_value=60))
def test_every_line_fits_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(get_cwidth(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_stay_whole_and_an_indent_is_kept() -> None:
    assert wrapped("  one two three", 12) == ["  one two", "  three"]
    assert wrapped("a " + "x" * 25, 10) == ["a", "x" * 10, "x" * 10, "x" * 5]
    assert wrapped("漢字漢字漢字", 5) == ["漢字", "漢字", "漢字"]
    assert wrapped("", 10) == [""]
