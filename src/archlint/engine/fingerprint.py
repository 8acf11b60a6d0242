"""What makes a finding the same finding in the next run, when the lines around it have moved."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

_TOKEN = re.compile(
    r"""(?P<space>\s+|\\\r?\n|\#[^\r\n]*)
      | (?P<string>[A-Za-z]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\r\n])*"|'(?:\\.|[^'\\\r\n])*'))
      | (?P<word>\w+)
      | (?P<sign>.)""",
    re.X | re.S,
)
_CLOSERS = frozenset(")]}")


def normalised(code: str) -> str:
    """The code as a row of tokens, the same however a formatter lays it out: no blanks, comments or line ends, no
    comma before a closing bracket, double quotes around strings that hold none."""
    tokens: list[str] = []
    for match in _TOKEN.finditer(code):
        if match.lastgroup == "space":
            continue
        token = match.group()
        if match.lastgroup == "string" and token.endswith("'") and '"' not in token and "\\" not in token:
            token = token.replace("'", '"')
        if token in _CLOSERS and tokens and tokens[-1] == ",":
            tokens.pop()
        tokens.append(token)
    return " ".join(tokens)


def fingerprint(rule: str, symbol: str, subject: str) -> str:
    """Sixteen hexadecimal digits over the rule, the enclosing symbol and what the finding is about."""
    return hashlib.sha256("\0".join((rule, symbol, subject)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


_LONGEST_SUBJECT = 20_000
"""Characters: a tangle of hundreds of modules still keeps their names."""


def subject_of(anchor: str, code: str) -> str:
    """What a finding is about, short enough to be kept: the anchor in words, else the code as a hash over its tokens."""
    if not anchor:
        return "code:" + hashlib.sha256(normalised(code).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if len(anchor) <= _LONGEST_SUBJECT:
        return anchor
    return "anchor:" + hashlib.sha256(anchor.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Ordinals:
    """Tells equal fingerprints apart by their order: the first keeps its own, the nth gets `:n` at its end."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def number(self, value: str) -> str:
        self._seen[value] += 1
        return f"{value}:{self._seen[value]}"


_WINDOW = 100
_FACTOR = 37
_WRAP = 0xFFFF_FFFF_FFFF_FFFF
_END_OF_FILE = "\uffff"


class LineHashes:
    """GitHub's `primaryLocationLineHash` of every line of a file, as its upload action computes it.

    A line's hash covers the hundred UTF-16 units from its start on, blanks and tabs skipped, CR and CR LF read as LF,
    U+FFFF at the file's end and zeros behind; `:n` counts equal hashes from the top.
    Source: github/codeql-action, src/fingerprints.ts.
    """

    def __init__(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        text = text.replace(" ", "").replace("\t", "")
        # Beyond the first plane a character is two units, as in JavaScript.
        units = "".join(c if c <= "\uffff" else _surrogates(c) for c in text) if text and max(text) > "\uffff" else text
        self._units = units + _END_OF_FILE
        starts = [0]
        starts += [match.end() for match in re.finditer("\n", units)]
        seen: Counter[str] = Counter()
        self._lines: list[tuple[int, int]] = []
        for start in starts:
            window = self._units[start : start + _WINDOW]
            seen[window] += 1
            self._lines.append((start, seen[window]))

    def line(self, number: int) -> str:
        """The hash of a 1-based line; empty for one that the file does not have."""
        if not 0 < number <= len(self._lines):
            return ""
        start, count = self._lines[number - 1]
        value = 0
        window = self._units[start : start + _WINDOW]
        for unit in window:
            value = (value * _FACTOR + ord(unit)) & _WRAP
        value = (value * pow(_FACTOR, _WINDOW - len(window), _WRAP + 1)) & _WRAP
        return f"{value:x}:{count}"


def _surrogates(character: str) -> str:
    code = ord(character) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))
