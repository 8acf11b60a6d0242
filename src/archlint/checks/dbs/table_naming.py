"""DBS001: a table that is not called in snake_case."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from archlint.checks.rule_api import Hit, NoParams, Project, Proof
from archlint.facts.schema import Schema, Table
from archlint.project.schema.lookups import certainty, full_name, listed

_SNAKE = re.compile(r"[a-z_][a-z0-9_]*")


def check(project: Project, params: NoParams) -> Iterator[Hit | Proof]:  # noqa: ARG001
    """A hit for each schema with such tables, at the first of them, a proof for each other table."""
    found: dict[tuple[str, str, str], list[tuple[Schema, Table]]] = defaultdict(list)
    for schema, table in project.schemas.tables:
        if not table.name or not table.columns:
            continue
        if _SNAKE.fullmatch(table.name):
            yield Proof(table.site, f"`{full_name(table)}` is in snake_case")
        else:
            found[schema.service, schema.made_by, schema.folder].append((schema, table))
    for key, tables in sorted(found.items()):
        names = sorted(full_name(table) for _, table in tables)
        first = min((table for _, table in tables), key=lambda table: table.name)
        yield Hit(
            first.site,
            {"tables": listed(names), "count": str(len(names))},
            "default" if len(names) > 1 else "one",
            certainty(tables[0][0]),
            anchor=" ".join(key),
        )
