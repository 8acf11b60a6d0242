"""What rules ask of a schema: which index serves some columns, which table a name means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from archlint.facts.findings import Confidence, Site
from archlint.facts.schema import Index, Key, Schema, Table
from archlint.project.words import plurals

_WORD = re.compile(r"\w+")
_NO_NAMES = frozenset({"INDEX", "KEY", "UNIQUE", "FULLTEXT", "SPATIAL", "CONSTRAINT"})
_ORDERED = frozenset({"", "btree", "hash"})
"""Methods of indexes that find a value."""


def serving(table: Table, columns: tuple[str, ...]) -> Key | Index | None:
    """The key or index that begins with the columns, in any order; of several one that holds all rows."""
    wanted = {column.lower() for column in columns}

    def begins(listed: tuple[str, ...]) -> bool:
        return {column.lower() for column in listed[: len(columns)]} == wanted

    if table.primary_key is not None and begins(table.primary_key.columns):
        return table.primary_key
    unique = next((key for key in table.uniques if begins(key.columns)), None)
    if unique is not None:
        return unique
    found = [index for index in table.indexes if index.method in _ORDERED and begins(index.columns)]
    return min(found, key=lambda index: index.partial, default=None)


def meant(base: str, tables: Mapping[str, Table]) -> Table | None:
    """The table that `base` of a column `base_id` names: alone, or behind a prefix that tables of one app share."""
    names = plurals(base.lower())
    exact = [tables[name] for name in sorted(names) if name in tables]
    if exact:
        return exact[0] if len(exact) == 1 else None
    behind = [table for name, table in sorted(tables.items()) if name.partition("_")[2] in names]
    return behind[0] if len(behind) == 1 else None


def kind_of(type_: str) -> str:
    """int, uuid or text; empty for another, and where the type is not known."""
    name = type_.upper().partition("(")[0].strip()
    if name in ("INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "SERIAL", "BIGSERIAL", "MEDIUMINT", "INT4", "INT8"):
        return "int"
    if name in ("UUID", "UNIQUEIDENTIFIER"):
        return "uuid"
    return "text" if name in ("VARCHAR", "TEXT", "CHAR", "STRING", "NVARCHAR", "CHARACTER VARYING", "CITEXT") else ""


def full_name(table: Table) -> str:
    return f"{table.schema}.{table.name}" if table.schema else table.name


def certainty(schema: Schema) -> Confidence:
    """How sure is what its tables are."""
    if schema.is_assumed:
        return Confidence.LOW
    return Confidence.HIGH if schema.made_by in ("migrations", "models") else Confidence.MEDIUM


def listed(names: Iterable[str], most: int = 4) -> str:
    """`a`, `b` and 3 more."""
    every = [f"`{name}`" for name in names]
    shown = ", ".join(every[:most])
    return shown if len(every) <= most else f"{shown} and {len(every) - most} more"


def is_snake_case(name: str, site: Site, schema: Schema, keeping: AbstractSet[str]) -> bool:
    """Also of a name with capitals that stands without quotes in DDL whose database folds it: `orders` is what `Orders` makes.
    A dialect that is not known folds, as the standard says; `keeping`: those that do not."""
    if _is_snake(name):
        return True
    is_quoted = site.end - site.at != len(name)
    is_text = schema.made_by in ("statements", "code") or not site.path.endswith(".py")
    if is_text and not is_quoted and name.upper() in _NO_NAMES:
        return True  # it begins a key of the table
    return is_text and not is_quoted and schema.dialect not in keeping and _is_snake(name.lower())


def _is_snake(name: str) -> bool:
    """Of small letters of whatever alphabet."""
    return bool(_WORD.fullmatch(name)) and name == name.lower()
