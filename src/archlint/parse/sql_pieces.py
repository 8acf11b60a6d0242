"""Statements of an SQL text: where each begins and ends, and each made parsable with all offsets kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archlint.parse.sql_lexer import Token, word_set

_CLAUSES = word_set(
    "SELECT FROM WHERE JOIN GROUP ORDER HAVING LIMIT OFFSET INSERT INTO VALUES UPDATE SET DELETE RETURNING UNION WITH "
    "CREATE ALTER DROP TABLE INDEX VIEW TRUNCATE MERGE USING CONFLICT "
    "FUNCTION PROCEDURE TRIGGER RETURNS"
)
_BEFORE_OPERAND = word_set(
    "SELECT DISTINCT ALL FROM WHERE AND OR NOT ON IN AS JOIN BY HAVING LIMIT OFFSET INTO VALUES SET UPDATE TABLE VIEW "
    "INDEX COLUMN RETURNING LIKE ILIKE BETWEEN IS CASE WHEN THEN ELSE USING EXISTS ANY INTERVAL ESCAPE WITH UNION "
    "EXCEPT INTERSECT DEFAULT REFERENCES SCHEMA DATABASE SEQUENCE TRIGGER FUNCTION TRUNCATE TOP ADD DROP RENAME TO "
    "CONSTRAINT KEY RECURSIVE ONLY FETCH FIRST NEXT REGEXP SIMILAR GLOB MATCH COLLATE TYPE OF VALUE LATERAL CALL "
    "PERFORM DELETE INSERT"
)
"""Words that an operand or a name follows; any other word before a hole ends an operand itself."""
_BEHIND_CLAUSE = word_set(
    "FROM WHERE GROUP ORDER HAVING LIMIT OFFSET UNION EXCEPT INTERSECT RETURNING ON JOIN LEFT RIGHT INNER OUTER FULL "
    "CROSS AND OR SET VALUES USING AS FOR WINDOW FETCH THEN ELSE END WHEN SELECT INSERT UPDATE DELETE DO NULLS WITH"
)
_VERBS = word_set("SELECT INSERT UPDATE DELETE MERGE WITH CREATE ALTER DROP")
ROUTINES = frozenset({"TRIGGER", "PROCEDURE", "PROC", "FUNCTION", "EVENT", "PACKAGE"})
_NO_ROUTINES = frozenset({"TABLE", "VIEW", "INDEX", "ON"})
_BLOCK_CONTROL = frozenset({"IF", "LOOP", "WHILE", "REPEAT", "FOR"})
_OPERANDS = frozenset({"number", "string", "quoted", "hole", "parameter", "dollar"})
_BEFORE_CONDITION = frozenset({"SELECT", "FROM", "JOIN", "WHERE", "ON", "USING", "HAVING", "CASE", "SET", "GROUP", "ORDER"})
_CONDITION = "WHERE 1"
_KEYED = ("WITHOUT", "ROWID")
"""How SQLite stores a table, which the parser does not know and nothing asks for."""
HEAD = 12
"""How many words say what a statement is (`CREATE OR REPLACE DEFINER = x SQL SECURITY … PROCEDURE`)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement: its tokens, without the one that ended it. `is_routine`: it makes a function, procedure or
    trigger, or is a DO block, and so holds a program."""

    tokens: tuple[Token, ...]
    is_routine: bool

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


def split(text: str, tokens: Sequence[Token]) -> Iterator[Piece]:
    """The statements, empty ones left out. A routine's own `;` between BEGIN and END does not end it."""
    current: list[Token] = []
    head: list[str] = []
    blocks = 0
    routine = False
    last = ""
    for index, token in enumerate(tokens):
        if token.kind == "end":
            if blocks > 0 and text[token.start] == ";":
                current.append(token)
                continue
            if any(t.kind not in ("comment", "tag") for t in current):
                yield Piece(tuple(current), routine)
            current, head, blocks, routine, last = [], [], 0, False, ""
            continue
        if not current and token.kind == "comment":
            continue
        current.append(token)
        if token.kind != "word":
            continue
        word = text[token.start : token.end].upper()
        if len(head) < HEAD:
            head.append(word)
            routine = routine or _makes_routine(head)
        if routine:
            blocks += _block_step(text, tokens, index, word, last)
        last = word
    if any(t.kind not in ("comment", "tag") for t in current):
        yield Piece(tuple(current), routine)


def _makes_routine(head: Sequence[str]) -> bool:
    if head[0] == "DO":
        return len(head) == 1
    return head[0] in ("CREATE", "ALTER") and head[-1] in ROUTINES and _NO_ROUTINES.isdisjoint(head)


def _block_step(text: str, tokens: Sequence[Token], index: int, word: str, last: str) -> int:
    """How this word changes the number of open BEGIN and CASE blocks; `END IF`, `END LOOP` close none of them."""
    if word in ("BEGIN", "CASE"):
        return 0 if last == "END" else 1
    if word == "END":
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if following is None or text[following.start : following.end].upper() not in _BLOCK_CONTROL:
            return -1
    return 0


def words(text: str, tokens: Sequence[Token], count: int) -> list[str]:
    """The first words, in upper case."""
    found: list[str] = []
    for token in tokens:
        if len(found) == count:
            break
        if token.kind == "word":
            found.append(text[token.start : token.end].upper())
    return found


def clauses(text: str, tokens: Sequence[Token]) -> int:
    """How many clause keywords are written in upper case."""
    return sum(1 for t in tokens if t.kind == "word" and text[t.start : t.end] in _CLAUSES)


def depth(text: str, tokens: Sequence[Token]) -> int:
    """How deep parentheses nest."""
    level = deepest = 0
    for token in tokens:
        if token.kind == "mark":
            if text[token.start] == "(":
                level += 1
                deepest = max(deepest, level)
            elif text[token.start] == ")":
                level -= 1
    return deepest


def mask(text: str, tokens: Sequence[Token], *, first_branch_only: bool = False) -> str:
    """`text` between the first and the last token, as long as it was, with names in place of holes and placeholders
    and blanks in place of comments and tags.

    A hole may stand for an operand, an operator or a whole clause; what stands around it tells which.
    `first_branch_only`: of a template's `{% if %} … {% else %} …` the else branches are left out.
    """
    start = tokens[0].start
    dropped = _else_branches(text, tokens) if first_branch_only else []
    solid = [t for t in tokens if t.kind not in ("comment", "tag") and not any(a <= t.start < b for a, b in dropped)]
    in_definition = words(text, tokens, 1) in (["CREATE"], ["ALTER"])
    pieces: list[str] = []
    at = start
    changes = [(t.start, t.end, _blank(text[t.start : t.end])) for t in tokens if t.kind in ("comment", "tag")]
    changes += [(t.start, t.end, _blank(text[t.start : t.end])) for t in tokens if any(a <= t.start < b for a, b in dropped)]
    before: Token | None = None
    for index, token in enumerate(solid):
        written = text[token.start : token.end]
        behind = solid[index + 1] if index + 1 < len(solid) else None
        if token.kind == "hole":
            filled = _fill(text, token, before, behind, in_definition)
            if not filled.strip() and _opens_condition(text, solid[:index], token, behind):
                filled = _CONDITION.ljust(len(written))
            changes.append((token.start, token.end, filled))
            if filled.strip():
                before = token._replace(kind="mark") if filled.startswith("=") else token
            continue
        if in_definition and behind is not None and (written.upper(), text[behind.start : behind.end].upper()) == _KEYED:
            changes += [(t.start, t.end, _blank(text[t.start : t.end])) for t in (token, behind)]
        if token.kind == "parameter" and not (written == "?" and _is_json_operator(text, token, before)):
            changes.append((token.start, token.end, name_for(written)))
        elif token.kind == "modulo":
            changes.append((token.start, token.end, "% "))
        before = token
    for begin, end, replacement in sorted(set(changes)):
        if begin < at:
            continue
        pieces.append(text[at:begin])
        pieces.append(replacement)
        at = end
    pieces.append(text[at : tokens[-1].end])
    return "".join(pieces)


def name_for(written: str) -> str:
    """A name as long as a hole: the same hole is the same name everywhere in the statement."""
    if len(written) <= 2:
        return "Q_"[: len(written)]
    return "Q" + re.sub(r"\W", "_", written[1:-1], flags=re.ASCII) + "_"


def _fill(text: str, hole: Token, before: Token | None, behind: Token | None, in_definition: bool) -> str:
    written = text[hole.start : hole.end]
    name = name_for(written)
    following = text[behind.start : behind.end].upper() if behind else ""
    if before is None:  # in front of a statement: `{with_clause} SELECT …`
        return _blank(written) if following in _VERBS else name
    if before.end == hole.start and _ends_operand(text, before):  # glued: `prefix_{x}`
        return name
    previous = text[before.start : before.end].upper()
    if previous in ("SELECT", "DISTINCT") and following == "*":  # `SELECT {distinct} * FROM`
        return _blank(written)
    if in_definition or not _ends_operand(text, before):
        return name
    if behind is not None and (behind.kind in _OPERANDS or following == "("):
        return "=".ljust(len(written)) if behind.start > hole.end else name
    if behind is not None and behind.kind == "word" and following not in _BEHIND_CLAUSE | _BEFORE_OPERAND:
        return "=".ljust(len(written))
    return name if following == "." else _blank(written)


def _opens_condition(text: str, earlier: Sequence[Token], hole: Token, behind: Token | None) -> bool:
    """Does the hole bring the WHERE that what follows it goes on with: `FROM orders {where} AND open`?"""
    if (
        behind is None
        or text[behind.start : behind.end].upper() not in ("AND", "OR")
        or hole.end - hole.start < len(_CONDITION)
    ):
        return False
    level = 0
    for token in reversed(earlier):
        written = text[token.start : token.end].upper()
        if token.kind == "mark":
            level += (written == ")") - (written == "(")
            if level < 0:
                return False
        elif level == 0 and token.kind == "word" and written in _BEFORE_CONDITION:
            return written in ("FROM", "JOIN")
    return False


def _ends_operand(text: str, token: Token) -> bool:
    if token.kind == "word":
        return text[token.start : token.end].upper() not in _BEFORE_OPERAND
    return token.kind in _OPERANDS or (token.kind == "mark" and text[token.start : token.end] in (")", "]", "*"))


def _is_json_operator(text: str, mark: Token, before: Token | None) -> bool:
    """`data ? 'key'`, `data ?| array[…]`: PostgreSQL's operators, no placeholder."""
    return text.startswith(("|", "&"), mark.end) or (before is not None and _ends_operand(text, before))


def _else_branches(text: str, tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Ranges from each `{% else %}` or `{% elif %}` to the end of its `if`."""
    ranges: list[tuple[int, int]] = []
    open_ifs: list[int] = []  # where the first else of each open `if` begins, or -1
    for token in tokens:
        if token.kind != "tag":
            continue
        word = re.match(r"\{%[-+]?\s*(\w+)", text[token.start : token.end])
        match word[1] if word else "":
            case "if":
                open_ifs.append(-1)
            case "else" | "elif" if open_ifs and open_ifs[-1] < 0:
                open_ifs[-1] = token.end
            case "endif" if open_ifs:
                begin = open_ifs.pop()
                if begin >= 0:
                    ranges.append((begin, token.start))
    return ranges


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)
