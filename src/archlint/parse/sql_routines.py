"""The statements inside the bodies of functions, procedures and triggers, as far as they can be told without
understanding the language around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archlint.parse.sql_lexer import Token, tokens
from archlint.parse.sql_pieces import HEAD, ROUTINES, Piece, words

_LANGUAGE = re.compile(r"\bLANGUAGE\s+'?(\w+)", re.IGNORECASE)
_SQL_LANGUAGES = frozenset({"sql", "plpgsql"})
_KINDS = ROUTINES | {"DO"}
_SEPARATORS = frozenset({"THEN", "ELSE", "LOOP", "BEGIN", "DECLARE", "DO"})
_QUERIES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE", "PERFORM"})
_BEFORE_QUERY = frozenset({"QUERY", "IN", "FOR", "IS", "AS"})


def routine_kind(text: str, piece: Piece) -> str:
    """function, procedure, trigger, …; `do` for an anonymous block."""
    return next((word.lower() for word in words(text, piece.tokens, HEAD) if word in _KINDS), "")


def fragments(text: str, piece: Piece, backslashes: bool) -> Iterator[tuple[Token, ...]]:
    """The tokens of each query and write in the routine's body; none where it is written in another language."""
    language = _LANGUAGE.search(text, piece.start, piece.end)
    if language is not None and language[1].lower() not in _SQL_LANGUAGES:
        return
    bodies = [t for t in piece.tokens if t.kind == "dollar"]
    if bodies:
        for body in bodies:
            width = text.index("$", body.start + 1) + 1 - body.start
            inner = tokens(text, backslashes=backslashes, start=body.start + width, end=body.end - width)
            yield from _queries(text, inner)
        return
    for index, token in enumerate(piece.tokens):
        if token.kind == "word" and text[token.start : token.end].upper() in ("BEGIN", "AS"):
            yield from _queries(text, piece.tokens[index + 1 :])
            return


def additions(text: str, piece: Piece, backslashes: bool) -> Iterator[tuple[Token, ...]]:
    """The tokens of each `ALTER TABLE … ADD …` and `CREATE INDEX …` in an anonymous block, which runs as it stands: nearly
    always where what is added is not there yet."""
    if words(text, piece.tokens, 1) != ["DO"]:
        return
    for body in (t for t in piece.tokens if t.kind == "dollar"):
        width = text.index("$", body.start + 1) + 1 - body.start
        for part in _parts(text, tokens(text, backslashes=backslashes, start=body.start + width, end=body.end - width)):
            written = words(text, part, len(part))
            is_index = written[:2] == ["CREATE", "INDEX"] or written[:3] == ["CREATE", "UNIQUE", "INDEX"]
            if is_index or (written[:2] == ["ALTER", "TABLE"] and "ADD" in written):
                yield tuple(part)


def _queries(text: str, body: Sequence[Token]) -> Iterator[tuple[Token, ...]]:
    for part in _parts(text, body):
        begin = _query_start(text, part)
        if begin is not None:
            yield tuple(part[begin:])


def _parts(text: str, body: Sequence[Token]) -> Iterator[list[Token]]:
    """The body cut at `;` and at the words that open a block, outside parentheses and CASE expressions."""
    current: list[Token] = []
    level = cases = 0
    conflict = False
    for token in body:
        written = text[token.start : token.end].upper()
        if token.kind == "end" or written == ";":
            yield current
            current, level, cases, conflict = [], 0, 0, False
            continue
        if token.kind == "mark":
            level += (written == "(") - (written == ")")
        elif token.kind == "word":
            cases += (written == "CASE") - (written == "END" and cases > 0)
            conflict = conflict or written == "CONFLICT"
            if written in _SEPARATORS and level == 0 and cases == 0 and not (written == "DO" and conflict):
                yield current
                current = []
                continue
        if token.kind not in ("comment", "tag"):
            current.append(token)
    yield current


def _query_start(text: str, part: Sequence[Token]) -> int | None:
    level = 0
    previous = ""
    for index, token in enumerate(part):
        written = text[token.start : token.end].upper()
        if token.kind == "mark":
            level += (written == "(") - (written == ")")
        if level == 0 and token.kind == "word" and written in _QUERIES and (index == 0 or previous in _BEFORE_QUERY):
            return index
        previous = written
    return None
