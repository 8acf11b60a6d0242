"""DBS002: columns that are not called in snake_case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.checks.rule_api import Hit, NoParams, Project, Proof
from archlint.project.schema.lookups import certainty, full_name, listed

_SNAKE = re.compile(r"[a-z_][a-z0-9_]*")


def check(project: Project, params: NoParams) -> Iterator[Hit | Proof]:  # noqa: ARG001
    """A hit for each table with such columns, at the first of them, a proof for each other table."""
    for schema, table in project.schemas.tables:
        odd = [column for column in table.columns if not _SNAKE.fullmatch(column.name)]
        if not odd:
            if table.columns:
                yield Proof(table.site, f"the columns of `{full_name(table)}` are in snake_case")
            continue
        yield Hit(
            odd[0].site,
            {"table": full_name(table), "columns": listed([column.name for column in odd])},
            "default" if len(odd) > 1 else "one",
            certainty(schema),
            anchor=full_name(table),
        )
