"""Lines of styled text for a terminal: wrapped and painted as rich does it, at a twentieth of what rich takes for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, pairwise

Piece = tuple[str, str]
"""Text, and the codes of its style (SGR, `1;31`; empty: none)."""
Line = list[Piece]

_WORD = re.compile(r"\s*\S+\s*")
_RESET = "\x1b[0m"


def columns(text: str) -> int:
    """How many columns a terminal takes to show it. Source: rich's tables, which are read for text beyond ASCII only."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415  as said above

    return cell_len(text)


def wrapped(line: Line, width: int, indent: int = 0) -> list[Line]:
    """The line as several, none wider than `width` with `indent` blanks in front. The text holds no tab or line end.

    The blanks are styled as the line's first piece is.  A word that is too long is folded."""
    text = "".join(piece for piece, _ in line)
    room = max(width - indent, 1)
    if columns(text) <= room:
        lines = [line]
    else:
        ends = [*_breaks(text, room), len(text)]
        lines = [_cut(line, start, _end(text[start:end], start, room)) for start, end in pairwise([0, *ends])]
    return [_indented(part, indent, line[0][1]) for part in lines] if indent else lines


def painted(line: Line, *, color: bool) -> str:
    """The line as it is written, with the codes of its styles if it is to be coloured."""
    if not color:
        return "".join(text for text, _ in line)
    return "".join(f"\x1b[{codes}m{text}{_RESET}" if codes and text else text for text, codes in line)


def _breaks(text: str, width: int) -> list[int]:
    """Where a text is to be broken so that each line fits."""
    breaks: list[int] = []
    column = 0
    for match in _WORD.finditer(text):
        word, start = match.group(), match.start()
        needed = columns(word.rstrip())
        if width - column >= needed:
            column += columns(word)
        elif needed > width:
            starts, column = _folded(word, width)
            breaks += [start + at for at in starts if start + at]
        elif column and start:
            breaks.append(start)
            column = columns(word)
    return breaks


def _folded(word: str, width: int) -> tuple[list[int], int]:
    """Where the lines of a word begin that is wider than a line, and how wide the last is."""
    if word.isascii():
        starts = list(range(0, len(word), width))
        return starts, len(word) - starts[-1]
    from rich.cells import chop_cells  # noqa: PLC0415  as in `columns`

    chunks = chop_cells(word, width)
    return list(accumulate((len(chunk) for chunk in chunks[:-1]), initial=0)), columns(chunks[-1])


def _end(text: str, start: int, width: int) -> int:
    """Where a line ends that begins at `start`: without the blanks that do not fit."""
    blanks = len(text) - len(text.rstrip())
    end = len(text) - min(blanks, max(len(text) - width, 0))
    while columns(text[:end]) > width and text[end - 1].isspace():
        end -= 1
    return start + end


def _cut(line: Line, start: int, end: int) -> Line:
    return [(text, codes) for text, codes in _parts(line, start, end) if text]


def _parts(line: Line, start: int, end: int) -> Iterator[Piece]:
    at = 0
    for text, codes in line:
        yield text[max(start - at, 0) : max(end - at, 0)], codes
        at += len(text)


def _indented(line: Line, indent: int, codes: str) -> Line:
    blanks = " " * indent
    if line and line[0][1] == codes:
        return [(blanks + line[0][0], codes), *line[1:]]
    return [(blanks, codes), *line]
