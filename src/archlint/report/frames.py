"""Code around a place, cut into what is before, inside and behind the span: for pages, which mark it their own way."""

from __future__ import annotations

import re
from collections.abc import Callable

from archlint.facts.findings import Location
from archlint.report.escape import visible

Line = tuple[int, str, str, str]
"""Line number, text before the span, inside it, behind it; tabs are four blanks and nothing steers."""

_AROUND = 2
_MOST_LINES = 12
_WIDE = 160
"""Characters of a line that are shown before, inside and behind the span each."""


class Frames:
    """The lines around places. A file is read once."""

    def __init__(self, source: Callable[[str], str | None]) -> None:
        self._source = source
        self._files: dict[str, list[str]] = {}

    def around(self, place: Location, context: int = _AROUND) -> list[Line]:
        """The span's lines and those around it, without their common indentation; empty where there is no source."""
        lines = self._lines(place.path)
        if not 1 <= place.line <= len(lines):
            return []
        last = min(max(place.end_line, place.line), place.line + _MOST_LINES, len(lines))
        numbers = range(max(place.line - context, 1), min(last + context, len(lines)) + 1)
        return _dedented([(number, *_parts(lines[number - 1], number, place)) for number in numbers])

    def _lines(self, path: str) -> list[str]:
        if path not in self._files:
            source = self._source(path)
            self._files[path] = [] if source is None else re.split(r"\r\n|\r|\n", source)
        return self._files[path]


def _parts(line: str, number: int, place: Location) -> tuple[str, str, str]:
    if not place.line <= number <= place.end_line:
        return _cut(line, "", "")
    text = line.rstrip()
    start = place.column - 1 if number == place.line else len(text) - len(text.lstrip())
    stop = place.end_column - 1 if number == place.end_line else len(text)
    start = min(start, len(line))
    stop = min(max(stop, start + 1 if number == place.line else start), len(line))
    return _cut(line[:start], line[start:stop], line[stop:])


def _cut(before: str, marked: str, after: str) -> tuple[str, str, str]:
    """The parts as they are shown; of a line without a span the beginning."""
    if not marked and not after:
        return _shown(before), "", ""
    if len(before) > _WIDE:
        before = "…" + before[1 - _WIDE :]
    return _printable(before), _shown(marked), _shown(after)


def _shown(text: str) -> str:
    return _printable(text if len(text) <= _WIDE else text[: _WIDE - 1] + "…")


def _printable(text: str) -> str:
    return visible(text.replace("\t", "    "))


def _dedented(lines: list[Line]) -> list[Line]:
    filled = [before + ("x" if marked or after else "") for _, before, marked, after in lines if before.strip() or marked]
    common = min((len(text) - len(text.lstrip(" ")) for text in filled), default=0)
    return [(number, before[common:], marked, after) for number, before, marked, after in lines]
