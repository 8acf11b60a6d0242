"""Source code in a terminal's width: some lines around a place, the place itself marked. A line is never wrapped."""

from __future__ import annotations

from collections.abc import Sequence

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from archlint.facts.findings import Location
from archlint.report.escape import visible

AROUND = 3
_TAB = "    "
_LONGEST_SPAN = 30
"""Lines of a place that are shown at most."""


def lines_of(source: str) -> list[str]:
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def frame(lines: Sequence[str], place: Location, width: int) -> list[StyleAndTextTuples]:
    """The lines of a place and a few around them, each cut to the width; nothing where the file has no such line."""
    if not 1 <= place.line <= len(lines):
        return []
    last = min(max(place.end_line, place.line), place.line + _LONGEST_SPAN, len(lines))
    shown: list[StyleAndTextTuples] = []
    for number in range(max(place.line - AROUND, 1), min(last + AROUND, len(lines)) + 1):
        if number == place.line == last:
            shown += _marked(lines[number - 1], place, width)
        else:
            inside = place.line <= number <= last
            text = cut(_printable(lines[number - 1][: width * 2]), width - 9)
            shown.append([("class:gutter", _gutter(number, inside=inside)), ("class:code" if inside else "class:around", text)])
    return shown


def _gutter(number: int, *, inside: bool) -> str:
    return f"{'>' if inside else ' '}{number:>5} | "


def _marked(line: str, place: Location, width: int) -> list[StyleAndTextTuples]:
    """The line with its place underlined; of a long one the part around the place."""
    room = max(width - 9, 10)
    start = min(place.column - 1, len(line))
    stop = max(min(place.end_column - 1, len(line)) if place.end_line == place.line else len(line), min(start + 1, len(line)))
    before = _printable(line[max(start - room, 0) : start])
    fits = len(line) <= room and get_cwidth(_printable(line)) <= room
    if not fits and (start > room or get_cwidth(before) > room // 2):
        while get_cwidth(before) > room // 2 - 1:
            before = before[1:]
        before = f"…{before}"
    mark = cut(_printable(line[start : min(stop, start + room)]), room - get_cwidth(before))
    after = cut(_printable(line[stop : stop + room]), room - get_cwidth(before) - get_cwidth(mark))
    under = " " * get_cwidth(before) + "^" * max(get_cwidth(mark), 1)
    return [
        [
            ("class:gutter", _gutter(place.line, inside=True)),
            ("class:code", before),
            ("class:mark", mark),
            ("class:code", after),
        ],
        [("class:gutter", " " * 6 + " | "), ("class:caret", under)],
    ]


def _printable(text: str) -> str:
    return visible(text.replace("\t", _TAB))


def cut(text: str, room: int) -> str:
    """The text in at most `room` columns, an ellipsis where something is left out."""
    if get_cwidth(text) <= room:
        return text
    text = text[:room]
    while text and get_cwidth(text) > room - 1:
        text = text[:-1]
    return f"{text}…" if room > 0 else ""
