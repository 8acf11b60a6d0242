"""DBS004: a table without a primary key."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, NoParams, Project, Proof
from archlint.project.schema.lookups import certainty, full_name


def check(project: Project, params: NoParams) -> Iterator[Hit | Proof]:  # noqa: ARG001
    """A hit for each table that has no primary key in the end, a proof for each that has one."""
    for schema, table in project.schemas.tables:
        if table.primary_key is not None:
            yield Proof(table.site, f"`{full_name(table)}` has a primary key")
            continue
        if not table.columns:
            continue
        keys = [key.columns for key in table.uniques] + [i.columns for i in table.indexes if i.unique and not i.partial]
        unique = next(iter(keys), None)
        yield Hit(
            table.site,
            {"table": full_name(table), "unique": ", ".join(f"`{name}`" for name in unique) if unique else ""},
            "unique" if unique is not None else "default",
            Confidence.LOW if table.doubtful or unique is not None else certainty(schema),
            anchor=full_name(table),
        )
