"""DBS002: columns that are not called in snake_case."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, NoParams, Project, Proof
from archlint.project.schema.lookups import certainty, full_name, is_snake_case, listed
from archlint.project.schema.mapped_names import maps_names


def check(project: Project, params: NoParams) -> Iterator[Hit | Proof]:  # noqa: ARG001
    """A hit for each table with such columns, at the first of them, a proof for each other table."""
    keeping = project.knowledge.keeps_names
    for schema, table in project.schemas.tables:
        odd = [column for column in table.columns if not is_snake_case(column.name, column.site, schema, keeping)]
        if not odd:
            if table.columns:
                yield Proof(table.site, f"the columns of `{full_name(table)}` are in snake_case")
            continue
        yield Hit(
            odd[0].site,
            {"table": full_name(table), "columns": listed([column.name for column in odd])},
            "default" if len(odd) > 1 else "one",
            Confidence.LOW if maps_names(project, table) else certainty(schema),
            anchor=full_name(table),
        )
