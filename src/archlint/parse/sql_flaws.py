"""What is wrong with a statement in every dialect, told by its tokens alone: brackets that do not match, conditions
that say nothing."""

from __future__ import annotations

from collections.abc import Sequence

from archlint.parse.sql_lexer import Token, word_set

_CLAUSES = word_set("FROM WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT VALUES SET RETURNING")
_OPEN = word_set("WHERE AND OR HAVING BY")
"""Words behind which something has to come."""


def flaw(text: str, own: Sequence[Token]) -> str:
    """What is missing or too much; empty where nothing of it can be told."""
    plain = [token for token in own if token.kind not in ("comment", "tag")]
    written = [text[token.start : token.end].upper() for token in plain]
    if any(token.kind in ("hole", "tag", "dollar") for token in own):
        return ""
    return _brackets(plain, written) or _neighbours(plain, written)


def _brackets(plain: Sequence[Token], written: Sequence[str]) -> str:
    level = 0
    for token, word in zip(plain, written, strict=True):
        if token.kind == "mark":
            level += (word == "(") - (word == ")")
        if level < 0:
            return "a bracket is closed that is not open"
    return "a bracket is not closed" if level else ""


def _neighbours(plain: Sequence[Token], written: Sequence[str]) -> str:
    for index, (token, word) in enumerate(zip(plain, written, strict=True)):
        if token.kind == "word" and word in _OPEN:
            after = written[index + 1] if index + 1 < len(written) else ""
            if after in ("", ";", ")", ",") or (after in _CLAUSES and plain[index + 1].kind == "word"):
                return f"nothing stands behind `{word}`"
    return ""
