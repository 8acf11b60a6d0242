"""One change to a text, and how it is made in the bytes that the text was read from."""

from __future__ import annotations

import io
import tokenize

from msgspec import Struct

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Splice(Struct, frozen=True):
    """`new` in place of the characters from `at` to `end` (0-based, end exclusive) of a decoded text."""

    at: int
    end: int
    new: str

    def of(self, text: str) -> str:
        return text[: self.at] + self.new + text[self.end :]


class BytesSplice(Struct, frozen=True):
    """The same in bytes: `new` in place of `old`, which stands at `at`."""

    at: int
    old: bytes
    new: bytes

    def of(self, data: bytes) -> bytes:
        return data[: self.at] + self.new + data[self.at + len(self.old) :]

    def undone(self) -> BytesSplice:
        return BytesSplice(self.at, self.new, self.old)


class EncodingError(Exception):
    """The change cannot be made in the file's encoding; the message says why."""


def in_bytes(splice: Splice, text: str, data: bytes, *, python: bool) -> BytesSplice:
    """The change of `text` as a change of `data`, which `text` is the decoded form of (without its BOM).

    Raises EncodingError where the encoding has no such characters, or does not tell which bytes a character came from.
    """
    mark, encoding = _encoding(data, python=python)
    try:
        before, old = (part.encode(encoding) for part in (text[: splice.at], text[splice.at : splice.end]))
    except UnicodeEncodeError:
        raise EncodingError(f"the file's bytes cannot be told from its text in {encoding}") from None
    try:
        new = splice.new.encode(encoding)
    except UnicodeEncodeError as error:
        raise EncodingError(f"the file is written in {encoding}, which has no `{splice.new[error.start]}`") from None
    at = len(mark) + len(before)
    if data[len(mark) : at] != before or data[at : at + len(old)] != old:
        raise EncodingError(f"the file's bytes cannot be told from its text in {encoding}")
    return BytesSplice(at, old, new)


def _encoding(data: bytes, *, python: bool) -> tuple[bytes, str]:
    """The byte order mark and the codec of what follows it."""
    for mark, encoding in _MARKS[:1] if python else _MARKS:
        if data.startswith(mark):
            return mark, encoding
    return b"", tokenize.detect_encoding(io.BytesIO(data).readline)[0] if python else "utf-8"
