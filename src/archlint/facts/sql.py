"""What one SQL text says. Offsets are into the text that was parsed; `project.sql` maps them to files."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archlint.facts.schema import Change

StarPlace = Literal[
    "select",
    "insert-select",
    "view",
    "returning",
    "exists",
    "count",
    "over-named",
    "function",
    "nested",
    "narrowed",
    "copy",
    "opaque",
]
"""Where a star stands; what each means is said at `Star`."""


class Star(Struct, frozen=True, array_like=True, gc=False):
    """A `*` in a projection. `table` is its qualifier as written (`t` in `t.*`), else empty.

    `place`: select (what the statement delivers), insert-select, view, returning, exists, count, over-named (the
    source is a CTE or subquery of this statement, whose own projection is judged where it stands), function (over a
    table function or a row variable), nested (in a subquery or CTE), narrowed (the same where it only
    filters or gives back, and whoever reads it names the columns), opaque (what it takes is said by a hole).  A query
    that can fetch no row (`LIMIT 0`) counts as exists.
    `sources`: the tables that it expands, as written, holes included.
    """

    at: int
    end: int
    table: str
    place: StarPlace
    sources: tuple[str, ...] = ()


class Given(Struct, frozen=True, array_like=True, gc=False):
    """A column that is given a value. `relative`: the value is made of columns (`SET amount = amount - 1`)."""

    column: str
    relative: bool = False


class Asked(Struct, frozen=True, array_like=True, gc=False):
    """A column that a condition compares with a value: `is` (also IN), `range`, `like`, `null`. `table`: as written, empty
    where it is not told of which of several the column is. `at`: where the column stands."""

    column: str
    table: str
    kind: Literal["is", "range", "like", "null"]
    at: int


class Statement(Struct, frozen=True, array_like=True, gc=False):
    """One statement. `verb`: select, insert, update, delete, merge, create, alter, drop, other. `tables`: read or
    written, schema-qualified as written, in order of appearance."""

    at: int
    end: int
    verb: str
    tables: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    stars: tuple[Star, ...] = ()
    creates: str = ""
    """table, view, index, … for DDL."""
    temporary: bool = False
    """What is created ends with the session."""
    changes: tuple[Change, ...] = ()
    """What it does to the schema."""
    filtered: bool = False
    """Not every row of its tables: WHERE, HAVING, a join, or several tables."""
    limited: bool = False
    """LIMIT, FETCH or TOP; or it gives one row whatever there is (only aggregates, no table)."""
    offset: int = -1
    """Where the value of an OFFSET stands that is no plain 0, and worked out by no query (the middle of all)."""
    selects: tuple[str, ...] = ()
    """The columns, in lower case, that a SELECT of one table delivers as they are."""
    gives: tuple[Given, ...] = ()
    """The columns that an UPDATE sets, or an INSERT names."""
    asks: tuple[Asked, ...] = ()
    """What every row has to fulfil (WHERE … AND …), of each query in the statement."""
    locks: bool = False
    """FOR UPDATE."""
    of_few: bool = False
    """What a SELECT reads first is a query of the statement that gives at most so many rows (the best of each search), or one
    in which each row hangs on all others, so that all are read whatever is skipped."""


class Unparsed(Struct, frozen=True, array_like=True, gc=False):
    """`reason` is the parser's; `flaw`: what is wrong with the statement in every dialect, as far as its tokens tell."""

    at: int
    end: int
    reason: str
    flaw: str = ""


class SqlFacts(Struct, frozen=True, array_like=True, gc=False):
    """`clauses`: how many clause keywords in upper case the text holds (SELECT, FROM, WHERE, …): how much it looks like SQL."""

    dialect: str
    statements: tuple[Statement, ...]
    unparsed: tuple[Unparsed, ...]
    clauses: int = 0
