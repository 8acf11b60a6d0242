"""What is wrong with a statement in every dialect, told by its tokens alone: brackets that do not match, conditions
that say nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from archlint.parse.sql_lexer import Token, word_set

_CLAUSES = word_set("FROM WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT VALUES SET RETURNING")
_OPEN = word_set("FROM WHERE AND OR HAVING BY")
"""Words behind which something has to come."""
_COMMA = re.compile(r",\s*WHERE\b", re.IGNORECASE)
_READS = word_set("SELECT UPDATE DELETE WITH")
_NAMING = word_set(
    "FROM JOIN UPDATE INTO TABLE AS COLUMN ON AND OR NOT WHERE BY SELECT DISTINCT ALL SET EXISTS ONLY USING LIKE IN IS"
)
"""Words behind which a name comes, be it `order`."""


def flaw(text: str, own: Sequence[Token]) -> str:
    """What is missing or too much; empty where nothing of it can be told."""
    plain = [token for token in own if token.kind not in ("comment", "tag")]
    written = [text[token.start : token.end].upper() for token in plain]
    if any(token.kind in ("hole", "tag", "dollar") for token in own):
        return ""
    return _brackets(plain, written) or _neighbours(plain, written)


def let_pass(text: str, own: Sequence[Token]) -> str:
    """What the parser takes, and no database does; empty where there is nothing of it."""
    if _COMMA.search(text, own[0].start, own[-1].end) is None:
        return ""
    plain = [token for token in own if token.kind not in ("comment", "tag")]
    written = [(token.kind, text[token.start : token.end].upper()) for token in plain]
    is_left = ("word", "WHERE") in [after for before, after in pairwise(written) if before[1] == ","]
    return "a comma stands before `WHERE`" if is_left else ""


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
        if word == "ORDER" and written[0] in _READS and _is_order(plain, written, index):
            return "`BY` is missing behind `ORDER`"
    return ""


def _is_order(plain: Sequence[Token], written: Sequence[str], index: int) -> bool:
    """The word that begins a clause, and no name that is spelled so, with a column behind it at once."""
    if index == 0 or index + 1 >= len(written) or plain[index].kind != "word" or plain[index + 1].kind != "word":
        return False
    before, after = written[index - 1], written[index + 1]
    ends = plain[index - 1].kind != "mark" or before == ")"
    return ends and before not in _NAMING and after not in _CLAUSES and after not in ("BY", "SIBLINGS", "AS", "ON", "JOIN")
