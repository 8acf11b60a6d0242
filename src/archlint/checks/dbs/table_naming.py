"""DBS001: a table that is not called in snake_case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, NoParams, Project, Proof
from archlint.facts.schema import Schema, Table
from archlint.project.schema.lookups import certainty, full_name, is_snake_case, listed
from archlint.project.schema.mapped_names import maps_names

_TRIALS = frozenset({"test.py", "tests.py"})


def check(project: Project, params: NoParams) -> Iterator[Hit | Proof]:  # noqa: ARG001
    """A hit for each schema with such tables, at the first of them, a proof for each other table."""
    found: dict[tuple[str, str, str], list[tuple[Schema, Table]]] = defaultdict(list)
    for schema, table in project.schemas.tables:
        if not table.name or not table.columns:
            continue
        if is_snake_case(table.name, table.site, schema, project.knowledge.keeps_names):
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
            Confidence.LOW if all(_is_apart(project, table) for _, table in tables) else certainty(tables[0][0]),
            anchor=" ".join(key),
        )


def _is_apart(project: Project, table: Table) -> bool:
    """Its names are mapped, or it is made to try something out: in a file called `test.py`, wherever that lies."""
    return maps_names(project, table) or table.site.path.rpartition("/")[2] in _TRIALS
