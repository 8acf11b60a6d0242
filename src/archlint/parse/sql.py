"""SQL text → facts. With its parts the only importer of sqlglot; pure, and never raises on any text."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlglot
from msgspec.structs import replace
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from archlint.facts.interrupt import let_through
from archlint.facts.sql import SqlFacts, Statement, Unparsed
from archlint.parse.sql_flaws import flaw, let_pass
from archlint.parse.sql_lexer import BACKSLASH_DIALECTS, Token, tokens, word_set
from archlint.parse.sql_pieces import HEAD, Piece, clauses, depth, mask, name_for, split, words
from archlint.parse.sql_routines import additions, fragments, routine_kind
from archlint.parse.sql_tree import Names, is_statement, read_tree

if TYPE_CHECKING:
    from sqlglot.expressions import Expr as Tree

DIALECTS = ("postgres", "mysql", "sqlite", "")
"""Tried in this order where none is known; the empty one is the parser's own superset."""
MAX_TEXT = 5_000_000
MAX_STATEMENT = 200_000
"""The parser reads about 0.3 MB a second; longer statements are rows of data."""
MAX_DEPTH = 100
_RECURSION_LIMIT = 6000
"""So that the depth which the parser can take does not depend on how deep its caller stands."""
_PLAIN_COMMANDS = word_set(
    "ANALYZE VACUUM SHOW GRANT REVOKE CALL SET RESET EXECUTE PREPARE DEALLOCATE LISTEN NOTIFY UNLISTEN LOCK UNLOCK REINDEX "
    "COMMENT DISCARD CLUSTER CHECKPOINT SAVEPOINT RELEASE FLUSH OPTIMIZE REPAIR USE KILL LOAD REFRESH REASSIGN COPY "
    "SECURITY IMPORT ATTACH DETACH PRAGMA BEGIN START COMMIT END ROLLBACK ABORT FETCH CLOSE MOVE DELIMITER RENAME"
)
"""Commands without a query inside: that the parser does not look into them loses nothing."""
_OBJECTS = word_set(
    "AGGREGATE CAST COLLATION CONVERSION DATABASE DOMAIN EXTENSION GROUP LANGUAGE LOGIN OPERATOR POLICY PRIVILEGES PUBLICATION "
    "ROLE SEQUENCE SERVER STATISTICS SUBSCRIPTION SYNONYM SYSTEM TABLESPACE TYPE USER WRAPPER"
)
"""What CREATE, ALTER and DROP make besides tables, views and indexes: no columns and no queries in it."""
_STARTS = _PLAIN_COMMANDS | word_set(
    "SELECT WITH INSERT UPDATE DELETE MERGE REPLACE CREATE ALTER DROP TRUNCATE EXPLAIN VALUES TABLE DO DECLARE DESCRIBE UPSERT"
)
_NOTATION = re.compile(r" but got <Token.*|<class '[\w.]*?(\w+)'>", re.DOTALL)
"""The parser's own notation in its reasons."""
_LISTED_KEY = re.compile(r"[(,]\s*(?:(?:UNIQUE|FULLTEXT|SPATIAL)\s+)?(?:KEY|INDEX)\s+(?:`[^`]+`|\w+)\s*\(", re.IGNORECASE)
"""An index among the columns, as only MySQL has it; other dialects take it for a column `KEY` or `INDEX`."""
_PERFORM = re.compile(r"\APERFORM", re.IGNORECASE)
_EXPLAIN = re.compile(r"EXPLAIN\b(?:\s*\([^()]*\))?(?:\s+(?:ANALYZE|ANALYSE|VERBOSE|QUERY\s+PLAN))*", re.IGNORECASE)


def read(text: str, dialect: str = "") -> SqlFacts:
    """What `text` says. `dialect`: a name of sqlglot's, or several with commas between, tried in turn; with a comma at
    the end, and where no known name is left, those in `DIALECTS` come behind. Every statement is either parsed or
    listed as unparsed, with the reason."""
    if len(text) > MAX_TEXT:
        return SqlFacts(dialect, (), (Unparsed(0, len(text), f"longer than {MAX_TEXT} characters"),))
    named = [d for d in dialect.split(",") if d and d in known_dialects()]
    wanted = list(dict.fromkeys([*named, *DIALECTS] if not named or dialect.endswith(",") else named))
    if "mysql" in wanted and _LISTED_KEY.search(text):
        wanted.sort(key=lambda name: name != "mysql")
    attempts: list[SqlFacts] = []
    with _quiet():
        for backslashes in dict.fromkeys(d in BACKSLASH_DIALECTS for d in wanted):
            attempts.append(_read(text, [d for d in wanted if (d in BACKSLASH_DIALECTS) == backslashes], backslashes))
            if not attempts[-1].unparsed:
                break
    return min(attempts, key=_left)


def _left(facts: SqlFacts) -> int:
    """How much of the text is not parsed: a string that is thought to go on swallows all the statements behind it as one."""
    return sum(unparsed.end - unparsed.at for unparsed in facts.unparsed)


def known_dialects() -> frozenset[str]:
    return frozenset(member.value for member in sqlglot.Dialects)


def _read(text: str, dialects: list[str], backslashes: bool) -> SqlFacts:
    reader = _Reader(text, dialects, backslashes)
    found = tokens(text, backslashes=backslashes)
    for piece in split(text, found):
        reader.piece(piece)
    return SqlFacts(reader.dialects[0], tuple(reader.statements), tuple(reader.unparsed), clauses(text, found) + reader.inside)


class _Reader:
    """Reads statement by statement; the dialect that parsed one is the first to be tried with the next."""

    def __init__(self, text: str, dialects: list[str], backslashes: bool) -> None:
        self.text = text
        self.dialects = dialects
        self.backslashes = backslashes
        self.statements: list[Statement] = []
        self.unparsed: list[Unparsed] = []
        self.inside = 0
        """Clauses in the quoted bodies of routines."""

    def piece(self, piece: Piece) -> None:
        if piece.is_routine:
            self.statements.append(Statement(piece.start, piece.end, "create", creates=routine_kind(self.text, piece)))
            for fragment in fragments(self.text, piece, self.backslashes):
                masked = mask(self.text, fragment)
                self.inside += clauses(self.text, fragment)
                self.statement(fragment, _PERFORM.sub("SELECT ", masked))
            for addition in additions(self.text, piece, self.backslashes):
                self.added(addition)
            return
        first = next(iter(words(self.text, piece.tokens, 1)), "")
        masked = mask(self.text, piece.tokens)
        explain = _EXPLAIN.match(masked) if first == "EXPLAIN" else None
        if explain is not None:
            self.explained(piece, " " * explain.end() + masked[explain.end() :])
        elif first not in _STARTS and not (self.text[piece.start] == "(" and first == "SELECT"):
            self.unparsed.append(Unparsed(piece.start, piece.end, f"begins with {first or 'no word'}, as no statement does"))
        else:
            self.statement(piece.tokens, masked)

    def added(self, addition: Sequence[Token]) -> None:
        """What a block adds to tables, if it can be read."""
        before, unparsed = len(self.statements), len(self.unparsed)
        self.statement(addition, mask(self.text, addition))
        del self.unparsed[unparsed:]
        for index in range(before, len(self.statements)):
            s = self.statements[index]
            self.statements[index] = replace(s, changes=tuple(replace(change, guarded=True) for change in s.changes))

    def explained(self, piece: Piece, masked: str) -> None:
        """What is only explained delivers neither rows nor columns: its stars take nothing."""
        before = len(self.statements)
        self.statement(piece.tokens, masked)
        for index in range(before, len(self.statements)):
            s = self.statements[index]
            self.statements[index] = Statement(s.at, s.end, "other", tables=s.tables)

    def _names(self, own: Sequence[Token], kind: str) -> frozenset[str]:
        """What stands in the parsed text for the tokens of a kind."""
        return frozenset(name_for(self.text[t.start : t.end]) for t in own if t.kind == kind)

    def statement(self, own: Sequence[Token], masked: str) -> None:
        start, end = own[0].start, own[-1].end
        reason = ""
        if end - start > MAX_STATEMENT:
            reason = f"longer than {MAX_STATEMENT} characters"
        elif depth(self.text, own) > MAX_DEPTH:
            reason = f"parentheses nest deeper than {MAX_DEPTH}"
        else:
            tree = self.parse(masked)
            if isinstance(tree, str) and any(t.kind == "tag" for t in own):
                tree = self.parse(mask(self.text, own, first_branch_only=True))
            if not isinstance(tree, str) and (left := let_pass(self.text, own)):
                self.unparsed.append(Unparsed(start, end, left, left))
                return
            if not isinstance(tree, str):
                names = Names(self._names(own, "hole"), self._names(own, "parameter"))
                read = _said_by(tree, self.text, start, end, names)
                if isinstance(read, Statement):
                    self.statements.append(read)
                else:
                    self.unparsed.append(Unparsed(start, end, read))
                return
            plain = _plain(words(self.text, own, HEAD))
            if plain is not None:
                self.statements.append(Statement(start, end, plain[0], creates=plain[1]))
                return
            reason = tree
        self.unparsed.append(Unparsed(start, end, reason, flaw(self.text, own)))

    def parse(self, masked: str) -> Tree | str:
        """The statement's tree by the first dialect that gives one, else the reason of the first one's refusal."""
        refusal = ""
        for dialect in list(self.dialects):
            result = _parse(masked, dialect)
            if not isinstance(result, str):
                if dialect != self.dialects[0]:
                    self.dialects.remove(dialect)
                    self.dialects.insert(0, dialect)
                return result
            refusal = refusal or result
        return refusal


def _said_by(tree: Tree, text: str, start: int, end: int, names: Names) -> Statement | str:
    """What a tree says; why not, if it has a form that nobody has thought of: that costs one statement, never the run."""
    try:
        return read_tree(tree, text, start, end, names)
    except Exception as error:
        let_through(error)
        return f"its tree has an unknown form ({type(error).__name__})"


def _plain(head: list[str]) -> tuple[str, str] | None:
    """Verb and object of a statement that need not be parsed, since it holds nothing that anybody asks for."""
    first = head[0] if head else ""
    if first in _PLAIN_COMMANDS:
        return "other", ""
    if first in ("CREATE", "ALTER", "DROP"):
        made = next((word for word in head[1:6] if word in _OBJECTS or word in ("TABLE", "VIEW", "INDEX", "RULE")), "")
        if made in _OBJECTS:
            return first.lower(), made.lower()
    return None


def _parse(masked: str, dialect: str) -> Tree | str:
    try:
        trees = [tree for tree in sqlglot.parse(masked, dialect=dialect or None) if tree is not None]
    except ParseError as error:
        details = error.errors[0] if error.errors else {}
        return _NOTATION.sub(r"\1", str(details.get("description") or "is no SQL that the parser knows")).rstrip(".")
    except SqlglotError as error:
        return str(error).splitlines()[0][:200]
    except RecursionError:
        return "nests too deep"
    except Exception as error:  # a defect of the parser costs one statement, never the run
        let_through(error)
        return f"the parser failed ({type(error).__name__})"
    if len(trees) != 1:
        return "is no single statement"
    tree = trees[0]
    if isinstance(tree, exp.Command):
        name = str(tree.this).upper()
        return tree if name in _PLAIN_COMMANDS else f"{name} of this form is not understood by the SQL parser"
    if not is_statement(tree):
        return "is an expression, no statement"
    return tree


@contextmanager
def _quiet() -> Iterator[None]:
    """The parser's warnings of fallbacks say nothing that the result does not."""
    logger = logging.getLogger("sqlglot")
    level, limit = logger.level, sys.getrecursionlimit()
    logger.setLevel(logging.CRITICAL + 1)
    sys.setrecursionlimit(max(limit, _RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        logger.setLevel(level)
