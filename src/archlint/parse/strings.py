"""String literals: their values, and where each character of a value stands in the file."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# One escape of a literal: in text, in bytes (no \u, \U, \N), in a raw literal only line ends are of interest.
_LINE_END = r"\r\n|\r"
_SIMPLE = r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|.)"
_ESCAPE_TEXT = re.compile(rf"\\(?:u[0-9a-fA-F]{{4}}|U[0-9a-fA-F]{{8}}|N\{{[^{{}}]+\}})|{_SIMPLE}|{_LINE_END}", re.DOTALL)
_ESCAPE_BYTES = re.compile(rf"{_SIMPLE}|{_LINE_END}", re.DOTALL)
_ESCAPE_RAW = re.compile(_LINE_END)
_BRACES = r"\{\{|\}\}"
_BRACES_TEXT = re.compile(f"{_BRACES}|{_ESCAPE_TEXT.pattern}", re.DOTALL)
_BRACES_RAW = re.compile(f"{_BRACES}|{_LINE_END}")
_LETTERS = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"',
    "\n": "", "\r": "", "\r\n": "",
}  # fmt: skip
_SURROGATE = re.compile("[\ud800-\udfff]")
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}


class Literal(NamedTuple):
    """A literal's value; `anchors` as in `facts.syntax.String`."""

    value: str
    anchors: tuple[int, ...]
    is_bytes: bool = False


def literal(token: str, at: int) -> Literal:
    """The value of the plain string or bytes token that stands at offset `at`."""
    quoted = token.lstrip("rRbBuU")
    prefix = token[: len(token) - len(quoted)].lower()
    width = 3 if len(quoted) >= 6 and quoted[:3] in ('"""', "'''") else 1
    content = quoted[width:-width]
    offset = at + len(prefix) + width
    is_bytes = "b" in prefix
    escape = _ESCAPE_RAW if "r" in prefix else _ESCAPE_BYTES if is_bytes else _ESCAPE_TEXT
    value, anchors = _unescape(content, offset, escape)
    if is_bytes and not value.isascii():
        value = "".join(chr(ord(character) & 0xFF) for character in value)  # `\777` is more than a byte
    return Literal(value, anchors, is_bytes)


def template_text(content: str, at: int, raw: bool, *, doubled: bool = True) -> Literal:
    """The value of a text piece of an f-string or t-string; with `doubled`, `{{` is one brace."""
    if doubled:
        return Literal(*_unescape(content, at, _BRACES_RAW if raw else _BRACES_TEXT))
    return Literal(*_unescape(content, at, _ESCAPE_RAW if raw else _ESCAPE_TEXT))


def join(pieces: list[Literal]) -> Literal:
    """The pieces of an implicit concatenation as one literal."""
    if len(pieces) == 1:
        return pieces[0]
    anchors: list[int] = []
    length = 0
    for piece in pieces:
        if piece.value:
            for index in range(0, len(piece.anchors), 2):
                anchors += (length + piece.anchors[index], piece.anchors[index + 1])
        length += len(piece.value)
    return Literal("".join(piece.value for piece in pieces), tuple(anchors) or pieces[0].anchors, pieces[0].is_bytes)


def _unescape(content: str, offset: int, escape: re.Pattern[str]) -> tuple[str, tuple[int, ...]]:
    # Most literals hold nothing to resolve.
    if "\\" not in content and "\r" not in content and "{" not in content and "}" not in content:
        return _printable(content), (0, offset)
    values: list[str] = []
    anchors = [0, offset]
    length = last = 0
    for match in escape.finditer(content):
        resolved = _resolve(match.group())
        if resolved is None:
            continue
        values += (content[last : match.start()], resolved)
        length += match.start() - last + len(resolved)
        last = match.end()
        if anchors[-2] == length:
            anchors[-1] = offset + last
        else:
            anchors += (length, offset + last)
    values.append(content[last:])
    value = "".join(values)
    if len(anchors) > 2 and anchors[-2] >= len(value):
        del anchors[-2:]
    return _printable(value), tuple(anchors)


def _resolve(source: str) -> str | None:
    """What an escape, a doubled brace or a line end stands for; None: for itself."""
    if source in ("\r\n", "\r"):
        return "\n"
    if source[0] in "{}":
        return source[0]
    kind = source[1:]
    if kind in _LETTERS:
        return _LETTERS[kind]
    if kind[0] in "01234567":
        return chr(int(kind, 8))
    if len(kind) - 1 == _HEX_DIGITS.get(kind[0]):
        code = int(kind[1:], 16)
        return chr(code) if code < 0x110000 else "\N{REPLACEMENT CHARACTER}"
    if kind[0] == "N" and len(kind) > 1:
        try:
            return unicodedata.lookup(kind[2:-1])
        except KeyError:
            return "\N{REPLACEMENT CHARACTER}"
    return None


def _printable(value: str) -> str:
    """`value` as text that can be encoded: lone surrogates replaced."""
    return value if value.isascii() else _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
