"""Text in lines of a terminal's width, wide characters counted as they are drawn."""

from __future__ import annotations

from prompt_toolkit.utils import get_cwidth


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, broken between words; a longer word is broken where it must be. Blanks
    at the beginning indent all lines."""
    body = text.lstrip(" ")
    indent = " " * min(len(text) - len(body), max(width - 10, 0))
    room = max(width - len(indent), 1)
    lines, line, used = [], "", 0
    for word in body.split(" "):
        for piece in _pieces(word, room):
            wide = get_cwidth(piece)
            if line and used + 1 + wide > room:
                lines.append(line)
                line, used = piece, wide
            else:
                line, used = (f"{line} {piece}", used + 1 + wide) if line else (piece, wide)
    return [indent + part for part in [*lines, line]]


def _pieces(word: str, room: int) -> list[str]:
    pieces, piece, used = [], "", 0
    for character in word:
        wide = get_cwidth(character)
        if piece and used + wide > room:
            pieces.append(piece)
            piece, used = "", 0
        piece, used = piece + character, used + wide
    return [*pieces, piece]
