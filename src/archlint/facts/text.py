"""Bytes to text, and character offsets to lines and columns. Pure; standard library only."""

from __future__ import annotations

import io
import re
import sys
import tokenize
from array import array
from bisect import bisect_right

_LINE_END = re.compile(r"\r\n|\r|\n")


def decode_python(data: bytes) -> str:
    """A Python source's text by its BOM or coding cookie (PEP 263). Line ends stay as they are; a BOM is dropped.

    Raises SyntaxError for an unknown or contradictory encoding and UnicodeDecodeError for bytes that are not in it.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding)


def decode_text(data: bytes) -> str:
    """Any other text file: UTF-8 with or without BOM, UTF-16 by its BOM. Raises UnicodeDecodeError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


class LineIndex:
    """Where lines start. Lines end at LF, CR LF or CR, as in Python; a form feed or U+2028 ends none."""

    __slots__ = ("starts",)

    def __init__(self, starts: array[int]) -> None:
        self.starts = starts

    @classmethod
    def of(cls, text: str) -> LineIndex:
        if "\r" in text:
            return cls(array("I", [0, *(m.end() for m in _LINE_END.finditer(text))]))
        end = 0
        return cls(array("I", [0, *[end := end + len(line) + 1 for line in text.split("\n")[:-1]]]))

    @classmethod
    def decode(cls, data: bytes) -> LineIndex:
        starts = array("I")
        starts.frombytes(data)
        if sys.byteorder == "big":
            starts.byteswap()
        return cls(starts)

    def encode(self) -> bytes:
        if sys.byteorder == "big":
            swapped = array("I", self.starts)
            swapped.byteswap()
            return swapped.tobytes()
        return self.starts.tobytes()

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of a character offset, both 1-based; a tab is one column."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, offset: int) -> int:
        return bisect_right(self.starts, offset)
