"""A database's schema, and the changes that make one: what DDL, migrations and models say, in one vocabulary.

Sites of what SQL text says have no path and count in that text; `project.schema` moves them to the file.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archlint.facts.findings import Site


class Column(Struct, frozen=True, array_like=True, gc=False):
    """`type`: as DDL writes it, in upper case (empty where it is not known). `default`: the database fills it in, by a
    default, an identity or a computation; `generated`: by counting up."""

    name: str
    site: Site
    type: str = ""
    nullable: bool = True
    default: bool = False
    generated: bool = False
    given: bool = False
    """It is said not to count up: the program gives it its values."""


class Key(Struct, frozen=True, array_like=True, gc=False):
    """A primary key or a unique constraint. `name` is empty where the database gives one."""

    columns: tuple[str, ...]
    site: Site
    name: str = ""


class ForeignKey(Struct, frozen=True, array_like=True, gc=False):
    """`references` is empty where it is the other table's primary key."""

    columns: tuple[str, ...]
    table: str
    site: Site
    references: tuple[str, ...] = ()
    name: str = ""


class Index(Struct, frozen=True, array_like=True, gc=False):
    """`columns` in their order, an empty text for an expression. `partial`: it holds only the rows of a condition."""

    columns: tuple[str, ...]
    site: Site
    name: str = ""
    unique: bool = False
    partial: bool = False
    method: str = ""


class Parts(Struct, frozen=True, array_like=True, gc=False):
    """What a table consists of, or gets."""

    columns: tuple[Column, ...] = ()
    primary_key: Key | None = None
    uniques: tuple[Key, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()

    @property
    def keys(self) -> tuple[Key, ...]:
        """What there is once each: the unique constraints, and the primary key."""
        return (*self.uniques, *((self.primary_key,) if self.primary_key is not None else ()))


ChangeKind = Literal[
    "create-table", "drop-table", "rename-table", "add", "drop-column", "rename-column", "alter-column", "drop-index",
    "rename-index", "drop-constraint", "run-code", "unknown",
]  # fmt: skip


class Change(Struct, frozen=True, array_like=True, gc=False):
    """One step of a schema's history.

    `table` as written, with its schema if that is; `name`: the column, index or constraint it is about; `to`: the new
    name; `parts`: what a table is created with, or gets.  alter-column: `sets` says what is changed (`type`, `not-null`,
    `nullable`, `default`, `no-default`), `type` to which.
    add: `sets` is `filled` where rows that are there get a value, `there` for a column that is changed and of which nothing
    was known before.  `guarded`: only if it is not there yet, or still is.
    `concurrently`: without a lock that stops writers; for a constraint: not validated now.  `constraint`: what kind of
    constraint is dropped (`primary`, `foreign key`, `unique`, `check`).  unknown: `name` says what could not be read.
    """

    kind: ChangeKind
    table: str
    site: Site
    name: str = ""
    to: str = ""
    parts: Parts = Parts()
    sets: tuple[str, ...] = ()
    type: str = ""
    guarded: bool = False
    concurrently: bool = False
    constraint: str = ""
    copies: str = ""
    """The table whose columns a new one gets (`LIKE`, `INHERITS`, `PARTITION OF`)."""


class Table(Struct, frozen=True):
    """A table in the end. `name` as written where it was made; `schema`: the part before the dot, often empty.

    `doubtful`: a step that could not be read may have changed it."""

    name: str
    schema: str
    site: Site
    columns: tuple[Column, ...]
    primary_key: Key | None
    uniques: tuple[Key, ...]
    foreign_keys: tuple[ForeignKey, ...]
    indexes: tuple[Index, ...]
    doubtful: bool = False

    def column(self, name: str) -> Column | None:
        """The column of that name, whatever the case."""
        return next((column for column in self.columns if column.name.lower() == name.lower()), None)


class Doubt(Struct, frozen=True):
    """A step that could not be read: where, and why."""

    site: Site
    reason: str


class Schema(Struct, frozen=True):
    """The tables of one database of one service, sorted by name. `made_by`: migrations, models, statements (DDL files) or
    code (DDL that the program runs); `folder`: where that stands; `dialect`: the database, empty where it is not known."""

    made_by: Literal["migrations", "models", "statements", "code"]
    folder: str
    service: str
    dialect: str
    tables: tuple[Table, ...]
    doubts: tuple[Doubt, ...] = ()
    unmade: tuple[Table, ...] = ()
    """Tables that its steps change and none of them made, with what is added to them."""
    documents: bool = False
    """Its tables are collections of documents."""
    is_assumed: bool = False
    """Nothing that is seen makes the tables of its models, or it is a dump of which no code knows: another program's."""
