"""A Python text cut into tokens with exact character offsets: what the tree's leaves are laid alongside.

Spaces, comments, line ends and backslash continuations are no tokens.  Where a token ends follows the language
reference, except that `...` is three dots (as in `from ... import x`) and that an f-string or t-string is its pieces:
start, literal text, `{`, the tokens of the expression, `!`, conversion, `:`, `}`, end.  Text that is no Python gives
some tokens too; nothing here raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Possessive (`++`), because a run of spaces that can be split in many ways costs exponential time where a match fails.
_SPACE = r"(?:[ \t\f\r\n]++|\\(?:\r\n|\r|\n)|#[^\r\n]*+)*+"
_TEMPLATE = r"""(?:[fFtT][rR]?|[rR][fFtT])(?:\"{3}|'{3}|"|')"""
_STRING = (
    r"(?:[rRbBuU]|[bB][rR]|[rR][bB])?"
    r"(?:"
    r'"{3}[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"{3}'
    r"|'{3}[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'{3}"
    r'|"[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"'
    r"|'[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'"
    r")"
)
_NAME = r"[^\W\d]\w*+"
_DIGITS = r"[0-9](?:_?[0-9])*"
_NUMBER = (
    r"0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+"
    rf"|(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?[jJ]?"
)
# An unterminated string is no Python: it swallows the rest, or each of its quotes would be searched to the end again.
_UNTERMINATED = r"['\"].*"
_OPERATOR = r"\*\*=?|//=?|>>=?|<<=?|!=|->|<>|:=|[+\-*/%@&|^=<>]=?|."
# Names come first because most tokens are names; one with a quote behind it may be a string's prefix.
_TOKEN = re.compile(
    rf"{_SPACE}(?:({_TEMPLATE})|({_NAME}(?!['\"])|{_STRING}|{_NAME}|{_NUMBER}|{_UNTERMINATED}|{_OPERATOR})|\Z)",
    re.DOTALL,
)
_BLANK = re.compile(_SPACE)
_CONVERSION = re.compile(r"\w*")
_QUOTES = ('"""', "'''", '"', "'")
# Text between the holes of a template, by its quote. `\N{DASH}` is no hole, `\{` is a backslash and a hole.
_LITERAL = {
    quote: re.compile(
        rf"(?:[^\\{{}}{quote[0]}]+|\\N\{{[^{{}}\r\n{quote[0]}]*\}}|\\(?:\r\n|[^{{}}])|\\(?=[{{}}])|\{{\{{|\}}\}}"
        + (rf"|{quote[0]}(?!{quote[0] * 2}))*" if len(quote) > 1 else ")*"),
        re.DOTALL,
    )
    for quote in _QUOTES
}
# In a raw template `\N` means nothing.
_RAW_LITERAL = {
    quote: re.compile(
        rf"(?:[^\\{{}}{quote[0]}]+|\\(?:\r\n|[^{{}}])|\\(?=[{{}}])|\{{\{{|\}}\}}"
        + (rf"|{quote[0]}(?!{quote[0] * 2}))*" if len(quote) > 1 else ")*"),
        re.DOTALL,
    )
    for quote in _QUOTES
}
# A format specification, which ends at the hole's brace.
_SPECIFICATION = {
    quote: re.compile(
        rf"(?:[^\\{{}}{quote[0]}]+|\\(?:\r\n|[^{{}}])|\\(?=[{{}}])"
        + (rf"|{quote[0]}(?!{quote[0] * 2}))*" if len(quote) > 1 else ")*"),
        re.DOTALL,
    )
    for quote in _QUOTES
}


@dataclass(slots=True)
class Tokens:
    """`texts[i]` stands at `starts[i]:ends[i]`. `literals` are the indexes of the text pieces of templates."""

    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    literals: list[int] = field(default_factory=list)

    def add(self, text: str, start: int) -> int:
        """Appends a token; returns where it ends."""
        end = start + len(text)
        self.texts.append(text)
        self.starts.append(start)
        self.ends.append(end)
        return end


def tokenize(text: str) -> Tokens:
    """All tokens of `text` in order."""
    tokens = Tokens()
    add_text, add_start, add_end = tokens.texts.append, tokens.starts.append, tokens.ends.append
    position: int | None = 0
    while position is not None:
        start = position
        position = None
        for match in _TOKEN.finditer(text, start):
            if match.lastindex != 2:
                if match.lastindex == 1:
                    position = _template(text, match.start(1), match[1], tokens)
                break
            add_text(match[2])
            add_start(match.start(2))
            add_end(match.end())
    return tokens


@dataclass(slots=True)
class _Literal:
    """Inside a template: its text, or (`pattern` differs) a format specification in it."""

    quote: str
    raw: bool
    pattern: re.Pattern[str]


@dataclass(slots=True)
class _Hole:
    """Inside `{…}` of the template that is below it on the stack; `depth` counts open brackets."""

    literal: _Literal
    depth: int = 0


def _open(prefix_and_quote: str) -> _Literal:
    quote = prefix_and_quote.lstrip("fFtTrR")
    raw = "r" in prefix_and_quote.lower()
    return _Literal(quote, raw, (_RAW_LITERAL if raw else _LITERAL)[quote])


def _template(text: str, start: int, opening: str, tokens: Tokens) -> int | None:
    """Adds the pieces of the template that begins at `start`, nested ones included. None: it never ends."""
    position = tokens.add(opening, start)
    stack: list[_Literal | _Hole] = [_open(opening)]
    while stack:
        top = stack[-1]
        step = _literal_step(text, position, top, stack, tokens) if isinstance(top, _Literal) else None
        if isinstance(top, _Hole):
            step = _hole_step(text, position, top, stack, tokens)
        if step is None:
            return None
        position = step
    return position


def _literal_step(text: str, position: int, top: _Literal, stack: list[_Literal | _Hole], tokens: Tokens) -> int | None:
    match = top.pattern.match(text, position)
    assert match is not None  # every part of the patterns may be absent  # noqa: S101
    if match.end() > position:
        tokens.literals.append(len(tokens.texts))
        position = tokens.add(match.group(), position)
    if text.startswith(top.quote, position) and not _is_specification(top):
        stack.pop()
        return tokens.add(top.quote, position)
    if text.startswith("{", position):
        stack.append(_Hole(top))
        return tokens.add("{", position)
    if text.startswith("}", position) and _is_specification(top):
        del stack[-2:]
        return tokens.add("}", position)
    return None


def _is_specification(literal: _Literal) -> bool:
    return literal.pattern is _SPECIFICATION[literal.quote]


def _hole_step(text: str, position: int, top: _Hole, stack: list[_Literal | _Hole], tokens: Tokens) -> int | None:
    blank = _BLANK.match(text, position)
    assert blank is not None  # it may be empty  # noqa: S101
    position = blank.end()
    if top.depth == 0:
        if text.startswith("}", position):
            stack.pop()
            return tokens.add("}", position)
        if text.startswith("!", position) and not text.startswith("!=", position):
            position = tokens.add("!", position)
            name = _CONVERSION.match(text, position)
            return tokens.add(name.group(), position) if name and name.group() else position
        if text.startswith(":", position):
            quote = top.literal.quote
            stack.append(_Literal(quote, top.literal.raw, _SPECIFICATION[quote]))
            return tokens.add(":", position)
    match = _TOKEN.match(text, position)
    if match is None or match.lastindex is None:
        return None
    if match.lastindex == 1:
        stack.append(_open(match[1]))
        return tokens.add(match[1], match.start(1))
    piece = match[2]
    if piece in "([{":
        top.depth += 1
    elif piece in ")]}":
        top.depth -= 1
    return tokens.add(piece, match.start(2))
