"""Styled lines are wrapped and painted as rich does it."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console
from rich.style import Style
from rich.text import Text

from archlint.report.escape import visible
from archlint.report.styled import Line, columns, painted, wrapped

STYLES = {
    "1;31": Style(color="red", bold=True),
    "2": Style(dim=True),
    "34": Style(color="blue"),
    "1;4": Style(bold=True, underline=True),
    "": Style(),
}
TEXTS = st.text(st.sampled_from("ab  /.…漢字é\u0301\u200b🙂") | st.characters(), max_size=40).map(visible)
LINES = st.lists(st.tuples(TEXTS.filter(bool), st.sampled_from(sorted(STYLES))), min_size=1, max_size=5)


def by_rich(line: Line, width: int, indent: int, *, color: bool) -> list[str]:
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        color_system="truecolor" if color else None,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    (first, codes), *rest = line
    text = Text(first, style=STYLES[codes])
    for piece, style in rest:
        text.append(piece, style=STYLES[style])
    lines = list(text.wrap(console, max(width - indent, 1)))
    for part in lines:
        part.pad_left(indent)
    console.print(Text("\n").join(lines), no_wrap=True, overflow="ignore", crop=False)
    return [part.rstrip() for part in out.getvalue().split("\n")[:-1]]


@given(LINES, st.integers(2, 60), st.sampled_from([0, 6]))
@example([("a" * 80, "")], 20, 0)
@example([("see  ", "2"), ("漢" * 30, ""), (" ü", "34")], 21, 6)
def test_lines_break_where_rich_breaks_them(line: Line, width: int, indent: int) -> None:
    ours = [painted(part, color=False).rstrip() for part in wrapped(line, width + indent, indent)]
    assert ours == by_rich(line, width + indent, indent, color=False)


@pytest.mark.parametrize("width", [20, 47, 120])
@pytest.mark.parametrize("indent", [0, 6])
def test_lines_are_coloured_as_rich_colours_them(width: int, indent: int) -> None:
    line = [("path ", ""), ("shop/orders.py:3", "1;31"), (" calls `load`", "2"), (" of the shop, which asks " * 3, "34")]
    ours = [painted(part, color=True).rstrip() for part in wrapped(line, width, indent)]
    assert ours == by_rich(line, width, indent, color=True)


@given(TEXTS)
def test_text_keeps_its_columns(text: str) -> None:
    assert columns(text) == Text(text).cell_len


def test_a_plain_report_is_shown_without_rich() -> None:
    shown = (
        "import sys; from archlint.report import render; from archlint.facts.findings import *\n"
        "place = Location('a.py', 1, 1, 1, 2)\n"
        "finding = Finding(rule='A1', name='a', severity=Severity.ERROR, confidence=Confidence.LOW, message='m ' * 99,"
        " location=place)\n"
        "render(Report(version='1', findings=(finding,), completeness=Completeness(), rules=()), 'text')\n"
        "print([name for name in sys.modules if name.startswith('rich')])"
    )
    out = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
