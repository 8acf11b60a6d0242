"""The schemas of a project, as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from archlint.report.escape import inert, json_text, visible

if TYPE_CHECKING:
    from archlint.facts.findings import Site
    from archlint.facts.schema import Column, Schema, Table

LineOf = Callable[["Site"], int]


def as_json(schemas: Sequence[Schema], line: LineOf) -> str:
    """One object: `schema` (the format's version) and `schemas`, each with its tables."""
    return json_text({"schema": 1, "schemas": [_schema(schema, line) for schema in schemas]})


def as_text(schemas: Sequence[Schema], line: LineOf) -> str:
    """A block for each schema, in it one for each table: columns, keys, indexes, each with its place."""
    lines: list[str] = []
    for schema in schemas:
        of = f" of {schema.service}" if schema.service else ""
        dialect = f", {schema.dialect}" if schema.dialect else ""
        kind = "collections" if schema.documents else "tables"
        lines.append(f"schema{of}: {len(schema.tables)} {kind} by {schema.made_by} in {schema.folder or '.'}{dialect}")
        for table in schema.tables:
            lines += ["", *_table(table, line)]
        lines += [f"  not read: {doubt.reason} ({_place(doubt.site, line)})" for doubt in schema.doubts]
        lines.append("")
    if not schemas:
        lines.append("no table is declared")
    return inert("\n".join(visible(text) for text in lines)).rstrip("\n") + "\n"


def _table(table: Table, line: LineOf) -> Iterator[str]:
    doubt = ", not all of its steps are read" if table.doubtful else ""
    yield f"  {_full(table)} ({_place(table.site, line)}{doubt})"
    for column in table.columns:
        yield f"    {_column(column)}"
    if table.primary_key is not None:
        yield f"    primary key ({', '.join(table.primary_key.columns)})"
    for unique in table.uniques:
        yield f"    unique ({', '.join(unique.columns)}){_named(unique.name)}"
    for key in table.foreign_keys:
        referred = f" ({', '.join(key.references)})" if key.references else ""
        yield f"    foreign key ({', '.join(key.columns)}) to {key.table}{referred}{_named(key.name)}"
    for index in table.indexes:
        kind = f"{'unique ' if index.unique else ''}{'partial ' if index.partial else ''}index"
        method = f" by {index.method}" if index.method else ""
        yield f"    {kind} ({', '.join(c or 'an expression' for c in index.columns)}){method}{_named(index.name)}"


def _column(column: Column) -> str:
    words = [column.name, column.type or "of a type that is not known"]
    if not column.nullable:
        words.append("not null")
    if column.generated:
        words.append("generated")
    elif column.default:
        words.append("default")
    return " ".join(words)


def _full(table: Table) -> str:
    return f"{table.schema}.{table.name}" if table.schema else table.name


def _named(name: str) -> str:
    return f" {name}" if name else ""


def _place(site: Site, line: LineOf) -> str:
    return f"{site.path}:{line(site)}"


def _schema(schema: Schema, line: LineOf) -> dict[str, object]:
    return {
        "service": schema.service,
        "made_by": schema.made_by,
        "folder": schema.folder,
        "dialect": schema.dialect,
        "tables": [_table_object(table, line) for table in schema.tables],
        "doubts": [{"reason": doubt.reason, **_at(doubt.site, line)} for doubt in schema.doubts],
    }


def _table_object(table: Table, line: LineOf) -> dict[str, object]:
    key = table.primary_key
    return {
        "name": table.name,
        "schema": table.schema,
        **_at(table.site, line),
        "doubtful": table.doubtful,
        "columns": [
            {
                "name": column.name,
                "type": column.type,
                "nullable": column.nullable,
                "default": column.default,
                "generated": column.generated,
                **_at(column.site, line),
            }
            for column in table.columns
        ],
        "primary_key": list(key.columns) if key is not None else [],
        "uniques": [{"name": u.name, "columns": list(u.columns), **_at(u.site, line)} for u in table.uniques],
        "foreign_keys": [
            {
                "name": f.name,
                "columns": list(f.columns),
                "table": f.table,
                "references": list(f.references),
                **_at(f.site, line),
            }
            for f in table.foreign_keys
        ],
        "indexes": [
            {
                "name": i.name,
                "columns": list(i.columns),
                "unique": i.unique,
                "partial": i.partial,
                "method": i.method,
                **_at(i.site, line),
            }
            for i in table.indexes
        ],
    }


def _at(site: Site, line: LineOf) -> dict[str, object]:
    return {"path": site.path, "line": line(site)}
