"""The comments that accept findings: how they are written, and the places in a text that can take one.

Nothing here knows whether a place is a good one (a string may run over it): `engine.accept` tries and proves.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from archlint.facts.text import LineIndex
from archlint.fixes.splice import Splice

_OPEN_COMMENT = re.compile(r"(?P<head>.*?archlint\s*:\s*[A-Za-z-]+[ \t]*\[)(?P<rules>[^\]]*)\](?P<rest>.*)", re.S)
_BLANKS = re.compile(r"[ \t\f]*")
_INDENT = re.compile(r"[ \t]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_HEAD_LINE = re.compile(r"(?:#![^\r\n]*|[ \t\f]*#[^\r\n]*?coding[:=][ \t]*[-\w.]+[^\r\n]*)(?:\r\n|\r|\n|\Z)")
_DOCSTRING = re.compile(
    r"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*"
    r"[rRuU]?(?:\"{3}[^\\]*?(?:\\.[^\\]*?)*?\"{3}|'{3}[^\\]*?(?:\\.[^\\]*?)*?'{3}"
    r"|\"(?:\\.|[^\"\\\r\n])+\"|'(?:\\.|[^'\\\r\n])+')[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|\Z)",
    re.S,
)


def comment(rules: Sequence[str], reason: str, until: str = "", *, mark: str = "#", whole_file: bool = False) -> str:
    """`# archlint: ignore[A, B] reason, until DATE`; `mark` is `#` or `--`."""
    word = "ignore-file" if whole_file else "ignore"
    return f"{mark} archlint: {word}[{', '.join(rules)}] {_words(reason, until)}"


def _words(reason: str, until: str) -> str:
    return f"{reason}, until {until}" if until else reason


def joined(reason: str, more: str) -> str:
    """Two reasons as one; the same reason once."""
    return reason if more in ("", reason) or more in reason.split("; ") else f"{reason}; {more}" if reason else more


def rewritten(text: str, span: tuple[int, int], rules: Sequence[str], said: tuple[str, str], rest: str) -> Splice | None:
    """The comment that stands at `span` with these rules and (reason, until); `rest`: what follows its own words.

    None where it has no brackets."""
    match = _OPEN_COMMENT.fullmatch(text[slice(*span)])
    if match is None:
        return None
    close = " */" if match["rest"].endswith("*/") else ""
    tail = f"  {rest}" if rest else ""
    return Splice(*span, f"{match['head']}{', '.join(rules)}] {_words(*said)}{tail}{close}")


def behind(text: str, lines: LineIndex, line: int, written: str) -> Splice:
    """The comment at the end of a 1-based line; blanks that stood there give way to the two before a comment."""
    start, end = _span(text, lines, line)
    code = text[start:end].rstrip(" \t\f")
    at = start + len(code)
    return Splice(at, end, f"  {written}" if code else written)


def above(text: str, lines: LineIndex, line: int, written: str) -> Splice:
    """The comment on a line of its own above a 1-based line, with that line's indentation and line end."""
    start, end = _span(text, lines, line)
    blanks = _BLANKS.match(text, start, end)
    indent = blanks.group().rpartition("\f")[2] if blanks else ""
    return Splice(start, start, f"{indent}{written}{line_end(text, end)}")


def at_the_top(text: str, written: str) -> list[Splice]:
    """Where a comment for the whole file can stand, the best first: behind the docstring, behind `#!` and the encoding."""
    head = 0
    for _ in range(2):  # only the first two lines can name an encoding
        match = _HEAD_LINE.match(text, head)
        head = match.end() if match else head
    docstring = _DOCSTRING.match(text, head)
    return [_own_line(text, at, written) for at in dict.fromkeys([docstring.end() if docstring else head, head])]


def _own_line(text: str, at: int, written: str) -> Splice:
    end = line_end(text, at)
    if at and text[at - 1] not in "\r\n":  # the file ends without a line end
        return Splice(at, at, end + written)
    return Splice(at, at, written + end)


def line_end(text: str, at: int) -> str:
    """How lines end around an offset: here, else on the line before, else where the file first says it."""
    match = _LINE_END.match(text, at)
    if match is None and at and text[at - 1] in "\r\n":
        match = _LINE_END.match(text, at - 2 if text[at - 2 : at] == "\r\n" else at - 1)
    match = match or _LINE_END.search(text)
    return match.group() if match else "\n"


def _span(text: str, lines: LineIndex, line: int) -> tuple[int, int]:
    """A line without its end."""
    start = lines.starts[line - 1]
    stop = lines.starts[line] if line < len(lines.starts) else len(text)
    return start, start + len(text[start:stop].rstrip("\r\n"))


def longest_line(text: str, splice: Splice) -> int:
    """How long the longest line is that the change writes."""
    after = splice.of(text)
    lines = LineIndex.of(after)
    first = bisect_right(lines.starts, splice.at) - 1
    last = bisect_right(lines.starts, max(splice.at + len(splice.new.rstrip("\r\n")), splice.at)) - 1
    spans = [_span(after, lines, number + 1) for number in range(first, last + 1)]
    return max(end - start for start, end in spans)
