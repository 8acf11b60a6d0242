"""What is known of how a library declares a schema: a part of the documents `rules/knowledge/*.yaml`. Data only.

Arguments are written as in `facts.knowledge`; besides, `"1*"` means all positional ones from the second on,
and `":a|:b"` either of two.
"""

from __future__ import annotations

from msgspec import Struct

PARTS = frozenset(
    {
        # what tables consist of
        "column", "type", "no-column", "many-to-many", "foreign-key", "index", "unique", "primary-key", "filled", "identity",
        "table", "named", "namespace", "annotation", "declared", "expression",
        "partial",
        # operations of one migration after the other, in calls
        "create-table", "drop-table", "rename-table", "add", "add-column", "drop-column", "rename-column", "alter-column",
        "create-index", "create-unique", "create-foreign-key", "create-primary-key", "drop-index", "drop-constraint", "batch",
        # operations on models, in lists
        "create-model", "delete-model", "rename-model", "add-field", "alter-field", "remove-field", "rename-field",
        "alter-unique", "alter-indexes", "alter-table-name", "alter-options", "add-index", "remove-index", "rename-index",
        "add-constraint", "remove-constraint", "order", "migration", "both", "execute", "run-code", "nothing",
    }
)  # fmt: skip
"""What a callable declares, or does to the schema; `docs/knowledge.md` says what each means."""


class SchemaPart(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One callable, or class of which objects are made. All fields but those with a value of another kind name arguments."""

    part: str
    name: str | None = None
    """Of the column, index or constraint; for operations on tables: the new name."""
    table: str | None = None
    column: str | None = None
    columns: str | None = None
    """Names of columns, in one argument or in all of `"1*"`."""
    parts: str | None = None
    """Arguments that are columns, constraints and indexes themselves."""
    sql_type: str = ""
    """`VARCHAR({0:length})`; a hole that is not given is left out with its parentheses, or has the
    value behind a bar (`{:max_length|100}`)."""
    type: str | None = None
    nullable: str | None = None
    is_nullable: bool = True
    """What holds when the argument is not given."""
    primary: str | None = None
    is_primary: bool = False
    unique: str | None = None
    is_unique: bool = False
    index: str | None = None
    is_indexed: bool = False
    default: str | None = None
    """The database fills it in."""
    generated: str | None = None
    """An argument that says whether it counts up; `is_generated`: it does anyway."""
    is_generated: bool = False
    counted: str | None = None
    """An argument that, where it is false, says that it does not count up."""
    is_key_generated: bool = False
    """It counts up as a primary key."""
    suffix: str = ""
    """Behind the attribute's name in that of the column (`_id`); `suffix_once`: unless that ends in it."""
    suffix_once: bool = False
    references: str | None = None
    """The table or model that it leads to (`"table.column"`, a class, a name), and the column there."""
    referenced: str | None = None
    schema: str | None = None
    where: str | None = None
    method: str | None = None
    is_method: str = ""
    concurrently: str | None = None
    is_concurrent: bool = False
    constraint: str | None = None
    """What kind of constraint is dropped, in an argument, or (`is_constraint`) always."""
    is_constraint: str = ""
    guarded: str | None = None
    sql: str | None = None
    through: str | None = None
    of_database: str | None = None
    of_state: str | None = None
    options: str | None = None
    bases: str | None = None
    of: str = ""
    """namespace: the library whose names the object has as attributes."""
    dotted: bool = False
    """`references` is `"table.column"`."""


class SchemaColumn(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A column that a library's class brings along."""

    type: str = ""
    nullable: bool = False
    primary: bool = False
    unique: bool = False
    index: bool = False
    default: bool = False
    generated: bool = False


class SchemaModel(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A base of classes that are tables. What stands in a nested class is written with a dot (`Meta.db_table`).

    `table`: attributes that name the table, `default`: its name otherwise, with `{class}`, `{snake}`, `{app}` in lower
    case; empty: no table without a name. `abstract`: attributes that say that it is none. `parts`: attributes that list
    constraints and indexes; `unique_together`, `index_together`: lists of names. `key`: the column that is added where
    no primary key is declared, as `name TYPE`. `annotated`: annotations alone make columns.
    `types`: Python's types in annotations → SQL.
    """

    table: tuple[str, ...] = ()
    default: str = ""
    schema: tuple[str, ...] = ()
    abstract: tuple[str, ...] = ()
    needs: str = ""
    """A class keyword that makes it a table at all."""
    not_managed: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    unique_together: tuple[str, ...] = ()
    index_together: tuple[str, ...] = ()
    key: str = ""
    key_setting: str = ""
    """The meaning of the framework setting that names the class of that column."""
    key_in: tuple[str, ...] = ()
    """Attributes that say which columns are the key, or that there is none (`False`)."""
    flagged_indexes: tuple[str, ...] = ()
    """Lists of pairs: names of columns, whether they are unique together."""
    listed_indexes: tuple[str, ...] = ()
    """Lists of which each item is one index: a column, columns, pairs of a column and its order, or `{"fields": columns}`."""
    key_field: str = ""
    """The attribute that is the column of `key`."""
    documents: bool = False
    """Its tables are collections of documents, without keys that lead to others."""
    columns: dict[str, SchemaColumn] = {}
    mixin: bool = False
    """It only brings columns and the way to name a table along: another base makes the class a table."""
    default_if_not: dict[str, str] = {}
    """Attribute → the default name where that is false."""
    annotated: bool = False
    inherits: str = ""
    """How a stored subclass of a stored class is kept: `same-table` (unless it names its own), `joined` (a table of its own
    with a key that leads to the base's), `copies` (a table of its own with all columns)."""
    root: bool = False
    """A class that names it as its base is where the models of a program begin, and no table."""
    leaves: bool = False
    """A class that others derive from is a table only if it names it."""
    names: dict[str, str] = {}
    """Other names by which a model is called in references, to its table (`auth.User`)."""
