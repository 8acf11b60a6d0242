"""DBS004: a table without a primary key."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, NoParams, Project, Proof
from archlint.facts.schema import Table
from archlint.project.schema.lookups import certainty, full_name
from archlint.project.schema.names import is_of_moment


def check(project: Project, params: NoParams) -> Iterator[Hit | Proof]:  # noqa: ARG001
    """A hit for each table that has no primary key in the end, a proof for each that has one."""
    is_kept_elsewhere = any(schema.made_by in ("migrations", "statements") for schema, _ in project.schemas.tables)
    for schema, table in project.schemas.tables:
        if table.primary_key is not None:
            yield Proof(table.site, f"`{full_name(table)}` has a primary key")
            continue
        if not table.columns:
            continue
        message, unique = _unique(table)
        is_beside = schema.made_by == "code" and is_kept_elsewhere  # an export, or a table of the moment
        yield Hit(
            table.site,
            {"table": full_name(table), "unique": ", ".join(f"`{name}`" for name in unique)},
            message,
            Confidence.LOW if table.doubtful or unique or is_beside or _is_plain(table) else certainty(schema),
            anchor=full_name(table),
        )


def _is_plain(table: Table) -> bool:
    """A table of one column holds one value, or a list of them; one of the moment goes when its work is done."""
    return len(table.columns) == 1 or is_of_moment(table.name)


def _unique(table: Table) -> tuple[str, tuple[str, ...]]:
    """(message, the columns) of what tells its rows apart all the same: unique and never null, else unique."""
    required = {column.name.lower() for column in table.columns if not column.nullable}
    keys = [key.columns for key in table.uniques] + [i.columns for i in table.indexes if i.unique and not i.partial]
    never_null = next((columns for columns in keys if {name.lower() for name in columns} <= required), None)
    if never_null is not None:
        return "unique", never_null
    return ("nullable", keys[0]) if keys else ("default", ())
