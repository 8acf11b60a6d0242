"""DBS003: primary keys that count up in 32 bits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.schema import Schema, Table
from archlint.project.schema.lookups import full_name, kind_of, listed

_AS_WRITTEN = ("statements", "code")
"""Where a key counts only if the text says so: `INTEGER PRIMARY KEY` is given its values."""
_Key = tuple[str, str, str]
"""The service whose tables a schema has, what makes them, and where that stands."""
_WIDE = ("BIGINT", "BIGSERIAL", "INT8")


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`of_frameworks`: patterns of tables that a framework makes, also where its migrations are copied into the project."""

    of_frameworks: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each schema with such keys, at the first table, a proof for each table with another kind of key."""
    found: dict[_Key, list[tuple[Schema, Table]]] = defaultdict(list)
    said = _said(project)
    for schema, table in project.schemas.tables:
        column = table.column(table.primary_key.columns[0]) if table.primary_key is not None else None
        if column is None or table.primary_key is None or len(table.primary_key.columns) != 1 or not column.type:
            continue
        leads = any(key.columns == table.primary_key.columns for key in table.foreign_keys)
        is_narrow = kind_of(column.type) == "int" and column.type.partition("(")[0] not in _WIDE
        is_counted = not column.given and (_key(schema) not in said or column.generated or column.default)
        if is_narrow and is_counted and not leads and schema.dialect not in ("", "sqlite"):
            if any(fnmatchcase(table.name.lower(), pattern) for pattern in params.of_frameworks):
                continue
            if schema.made_by == "migrations" and _is_of_another_kind(project, table):
                continue  # the tables that are there are not those of the migrations
            found[_key(schema)].append((schema, table))
        else:
            yield Proof(column.site, f"the key of `{full_name(table)}` is {column.type}")
    for key, tables in sorted(found.items()):
        first = min((table for _, table in tables), key=lambda table: table.name)
        yield Hit(
            first.site,
            {"tables": listed(sorted(full_name(table) for _, table in tables)), "count": str(len(tables))},
            "default" if len(tables) > 1 else "one",
            Confidence.LOW if tables[0][0].is_assumed else Confidence.MEDIUM,
            related=tuple(_others(project, first, [table for _, table in tables])),
            anchor=" ".join(key),
        )


def _key(schema: Schema) -> _Key:
    return schema.service, schema.made_by, schema.folder


def _said(project: Project) -> frozenset[_Key]:
    """The schemas that say of a key whether it counts up: by their kind, or as most of their keys are said to."""
    counted: dict[_Key, list[bool]] = defaultdict(list)
    for schema, table in project.schemas.tables:
        column = table.column(table.primary_key.columns[0]) if table.primary_key is not None else None
        if column is not None and kind_of(column.type) == "int":
            counted[_key(schema)].append(column.generated)
    return frozenset(key for key, told in counted.items() if key[1] in _AS_WRITTEN or sum(told) * 2 > len(told))


def _others(project: Project, first: Table, tables: Sequence[Table]) -> Iterator[Step]:
    """The further keys that are meant, and where models declare the same ones."""
    for table in sorted(tables, key=lambda table: table.name):
        if table is not first:
            yield Step(table.site, f"so does the key of `{full_name(table)}`")
        for site in project.schemas.declared(table):
            if site != table.site:
                yield Step(site, f"`{full_name(table)}` is declared here")


def _is_of_another_kind(project: Project, table: Table) -> bool:
    """The model of the table has a key that is no number."""
    for name in project.schemas.models.classes_of(table.name):
        made = project.schemas.models.of_class(name)
        key = made.parts.primary_key if made is not None else None
        columns = (c for c in made.parts.columns if c.name in key.columns) if made is not None and key is not None else ()
        if any(kind_of(column.type) in ("uuid", "text") for column in columns):
            return True
    return False
