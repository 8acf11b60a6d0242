"""SQL text as people write it, cut into tokens: with the drivers' placeholders, the holes of templates and the
commands of clients, which no SQL grammar knows. Pure; standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

BACKSLASH_DIALECTS = frozenset({"mysql", "bigquery", "clickhouse", "databricks", "hive", "spark", "snowflake", "doris"})
"""In which `\\'` does not end a string."""
Kind = Literal["word", "number", "string", "quoted", "hole", "parameter", "tag", "comment", "dollar", "modulo", "mark", "end"]


class Token(NamedTuple):
    """`hole`: a template's or format string's; `parameter`: a driver's; `tag`: `{% … %}`; `dollar`: `$x$ … $x$`;
    `end`: what ends a statement (`;`, GO, another delimiter, a client's command, the data behind COPY)."""

    kind: Kind
    start: int
    end: int


_TOKEN = re.compile(
    r"""
    (?P<comment>--[^\r\n]*)
  | (?P<block>/\*)
  | (?P<tag>\{%[^\0]{0,2000}?%\}|\{\#[^\0]{0,2000}?\#\})
  | (?P<dollar>\$(?:[A-Za-z_]\w*)?\$)
  | (?P<escaped>(?<![\w$])[eE]'[^'\\]*(?:(?:\\[^\0]|'')[^'\\]*)*')
  | (?P<string>')
  | (?P<quoted>"[^"]*(?:""[^"]*)*"|`[^`]*`)
  | (?P<hole>\{\{[^\0]{0,2000}?\}\}|%\([^)\r\n]{1,200}\)[a-z]|%[sdifrb](?!\w)|\$?\{[^{}\r\n]{0,200}\})
  | (?P<parameter>\$\w+|(?<![:\w\])]):\w+(?![:=])|\?\d*)
  | (?P<modulo>%%)
  | (?P<client>(?:(?<=\n)|(?<=\r)|\A)[ \t]*(?:\\[A-Za-z!?.][^\r\n]*|(?:[gG][oO](?:[ \t]+\d+)?|/)[ \t]*(?=[\r\n]|\Z)
        |(?i:DELIMITER)[ \t]+\S+[ \t]*(?=[\r\n]|\Z)))
  | (?P<word>[^\W\d][\w$]*)
  | (?P<number>\d[\w.]*)
  | (?P<mark>::|:=|[^\s\w])
    """,
    re.VERBOSE,
)
_STRING = re.compile(r"'[^']*(?:''[^']*)*'")
_STRING_WITH_ESCAPES = re.compile(r"'[^'\\]*(?:(?:\\[^\0]|'')[^'\\]*)*'")
_LINE_REST = re.compile(r"[^\r\n]*")
_COMMENT_MARK = re.compile(r"/\*|\*/")
_COPY_END = re.compile(r"(?:\r\n|\r|\n)\\\.")
_COPY_IN = re.compile(r"COPY\b.*\bFROM\s+STDIN\b", re.IGNORECASE | re.DOTALL)
_MAX_OPEN_TAGS = 100
"""Dollar tags without an end after which no more are looked for: each look costs the rest of the text."""


def word_set(words: str) -> frozenset[str]:
    """The words of a text, for a table of keywords that can be read."""
    return frozenset(words.split())


def tokens(text: str, *, backslashes: bool, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of `text[start:end]`, white space left out; offsets are into `text`.

    `backslashes`: MySQL's way, in which `\\'` does not end a string and `#` begins a comment.
    """
    return list(_Lexer(text, backslashes, start, len(text) if end is None else end).run())


class _Lexer:
    def __init__(self, text: str, backslashes: bool, start: int, end: int) -> None:
        self.text = text
        self.backslashes = backslashes
        self.position = start
        self.end = end
        self.delimiter = ";"
        self.open_tags = 0
        self.statement = -1
        """Where the current statement's first word stands."""

    def run(self) -> Iterator[Token]:
        text, end = self.text, self.end
        while self.position < end:
            if text[self.position].isspace() and not _is_line_start(text, self.position):
                self.position += 1
                continue
            if self.delimiter != ";" and text.startswith(self.delimiter, self.position):
                yield self.take("end", self.position + len(self.delimiter))
                continue
            match = _TOKEN.match(text, self.position, end)
            if match is None:
                self.position += 1
                continue
            yield self.token(match)

    def take(self, kind: Kind, end: int) -> Token:
        token = Token(kind, self.position, end)
        self.position = end
        if kind == "end":
            self.statement = -1
        elif self.statement < 0 and kind == "word":
            self.statement = token.start
        return token

    def token(self, match: re.Match[str]) -> Token:
        match match.lastgroup:
            case "block":
                return self.take("comment", self.comment_end())
            case "dollar":
                return self.dollar(match)
            case "escaped":
                return self.take("string", match.end())
            case "string":
                closed = (_STRING_WITH_ESCAPES if self.backslashes else _STRING).match(self.text, self.position, self.end)
                return self.take("string", closed.end() if closed else self.end)
            case "client":
                return self.client(match)
            case "mark":
                return self.mark(match)
            case "comment" | "tag" | "quoted" | "hole" | "parameter" | "modulo" | "word" | "number" as kind:
                return self.take(kind, match.end())
            case other:
                raise AssertionError(other)

    def comment_end(self) -> int:
        level = 0
        for mark in _COMMENT_MARK.finditer(self.text, self.position, self.end):
            level += 1 if mark[0] == "/*" else -1
            if mark[0] == "*/" and (level == 0 or self.backslashes):  # MySQL's comments do not nest
                return mark.end()
        return self.end

    def dollar(self, match: re.Match[str]) -> Token:
        close = -1
        if self.open_tags < _MAX_OPEN_TAGS and not self.text[self.position - 1 : self.position].isalnum():
            close = self.text.find(match[0], match.end(), self.end)
        if close < 0:
            self.open_tags += 1
            return self.take("mark", self.position + 1)
        return self.take("dollar", close + len(match[0]))

    def client(self, match: re.Match[str]) -> Token:
        words = match[0].split()
        if words[0].upper() == "DELIMITER":
            self.delimiter = words[1]
        return self.take("end", match.end())

    def mark(self, match: re.Match[str]) -> Token:
        if match[0] == ";" and self.delimiter == ";":
            if self.statement >= 0 and _COPY_IN.match(self.text, self.statement, self.position):
                data = _COPY_END.search(self.text, match.end(), self.end)
                return self.take("end", data.end() if data else self.end)
            return self.take("end", match.end())
        if match[0] == "#" and self.backslashes:
            line = _LINE_REST.match(self.text, self.position, self.end)
            return self.take("comment", line.end() if line else self.end)
        return self.take("mark", match.end())


def _is_line_start(text: str, position: int) -> bool:
    """Only at a line's start may blanks begin a token (an indented client command)."""
    return text[position] in " \t" and (position == 0 or text[position - 1] in "\r\n")
