"""What a text is to its language, comments left out, and which of its lines a comment may stand above."""

from __future__ import annotations

import re
from bisect import bisect_right

from archlint.facts.text import LineIndex
from archlint.parse import sql_lexer
from archlint.parse.tokens import Tokens, tokenize

_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_TEMPLATE = re.compile(r"[fFtTrR]{1,2}(\"{3}|'{3}|\"|')")
_COMMENT = re.compile(r"#[^\r\n]*")
_CONTINUED = re.compile(r"\\(?:\r\n|\r|\n)")


class PythonLines:
    """Asked for a 1-based physical line: the logical one it belongs to. `tokens` are the texts of all tokens."""

    def __init__(self, text: str, lines: LineIndex) -> None:
        found = tokenize(text)
        self.tokens = found.texts
        self._text, self._lines = text, lines
        self._inside: set[int] = set()
        self._templates: list[tuple[int, int]] = []
        self._walk(found)
        pairs = zip(reversed(found.starts), reversed(found.texts), strict=True)
        self._opening = {lines.line(at): text for at, text in pairs}
        """The first token of each line."""

    def _walk(self, found: Tokens) -> None:
        """Notes the lines that begin inside a token, in brackets, in a template or behind a backslash."""
        literals = frozenset(found.literals)
        depth, before = 0, 0
        quotes: list[tuple[str, int]] = []
        for number, token in enumerate(found.texts):
            start, end = found.starts[number], found.ends[number]
            gap = self._text[before:start]
            if depth or quotes or ("\\" in gap and _CONTINUED.search(_COMMENT.sub("", gap))):
                self._note(before, start)
            self._note(start, end)
            before = end
            if number in literals:
                continue
            template = _TEMPLATE.fullmatch(token)
            if quotes and token == quotes[-1][0]:
                self._templates.append((quotes.pop()[1], end))
            elif template:
                quotes.append((template[1], start))
            else:
                depth += (token in _OPEN) - (token in _CLOSE)

    def _note(self, start: int, end: int) -> None:
        first, last = bisect_right(self._lines.starts, start), bisect_right(self._lines.starts, max(end - 1, start))
        last = max(last, bisect_right(self._lines.starts, end) if end > start and self._text[end - 1] in "\r\n" else last)
        self._inside.update(range(first + 1, last + 1))

    def first(self, line: int) -> int:
        """The first line of the statement around a line, the decorators of a `def` or `class` included."""
        line = above = self._begin(line)
        while above > 1:
            above = self._begin(above - 1)
            opening = self._opening.get(above)
            if opening == "@":
                line = above
            elif opening is not None:  # blank lines and comments may stand between decorators
                break
        return line

    def last(self, line: int) -> int:
        """The last line of the logical line around a line."""
        while line + 1 in self._inside:
            line += 1
        return line

    def _begin(self, line: int) -> int:
        while line in self._inside:
            line -= 1
        return line

    def is_comment(self, at: int) -> bool:
        """Whether a `#` outside of strings begins a comment for every Python: older ones know none inside f-strings."""
        return not any(start < at < end for start, end in self._templates)


class SqlLines:
    """The same of an SQL text, in every way in which it may be meant: a string ends elsewhere in MySQL than in others.

    `dialect`: a name, or several with commas; empty is not known."""

    def __init__(self, text: str, lines: LineIndex, dialect: str) -> None:
        ways = {name in sql_lexer.BACKSLASH_DIALECTS for name in dialect.split(",") if name} or {False, True}
        self._text, self._lines = text, lines
        self._readings = [_Reading(text, way) for way in sorted(ways)]
        self.tokens = [token for reading in self._readings for token in reading.tokens]

    def first(self, line: int) -> int:
        """The line on which the statement begins that goes on (or ends) at a line."""
        starts = [self._lines.line(start) for start in self._readings[0].starts]
        number = bisect_right(starts, line)
        return starts[number - 1] if number else line

    def last(self, line: int) -> int:
        """The line itself: a comment at the end of another one would not cover it."""
        return line

    def is_comment(self, at: int) -> bool:
        """Whether a comment begins there, or a line comment goes on."""
        return all(any(_covers(self._text, start, end, at) for start, end in way.comments) for way in self._readings)


def _covers(text: str, start: int, end: int, at: int) -> bool:
    return start == at or (start < at < end and not text.startswith("/*", start))


class _Reading:
    """Tokens, statements' starts and comments of an SQL text, read in one way."""

    def __init__(self, text: str, backslashes: bool) -> None:
        self._text = text
        self._backslashes = backslashes
        self.starts: list[int] = []
        self.comments: list[tuple[int, int]] = []
        self.tokens: list[str] = []
        self._read(0, len(text), outer=True)

    def _read(self, start: int, end: int, *, outer: bool) -> None:
        begins = True
        for token in sql_lexer.tokens(self._text, backslashes=self._backslashes, start=start, end=end):
            if token.kind == "comment":
                self.comments.append((token.start, token.end))
                continue
            if outer and begins:
                self.starts.append(token.start)
            begins = token.kind == "end"
            tag = self._text.find("$", token.start + 1) + 1 - token.start
            if token.kind == "dollar" and token.end - token.start > 2 * tag:  # a routine's body is SQL with comments
                self.tokens.append(self._text[token.start : token.start + tag])
                self._read(token.start + tag, token.end - tag, outer=False)
            else:
                self.tokens.append(self._text[token.start : token.end])
