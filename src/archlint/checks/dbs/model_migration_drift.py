"""DBS019: what models declare and no migration makes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, NoParams, Project, Proof, Step
from archlint.facts.schema import Schema, Table
from archlint.project.schema.lookups import full_name, listed


def check(project: Project, params: NoParams) -> Iterator[Hit | Proof]:  # noqa: ARG001
    """A hit for each model whose columns are not all made by migrations, a proof for each other one.

    Only where migrations are read whole: none of a table's steps is in doubt, and they made it. What a file of the schema
    beside them has is there, too."""
    made: dict[str, dict[str, tuple[Schema, Table]]] = defaultdict(dict)
    beside: dict[tuple[str, str], set[str]] = defaultdict(set)
    for schema in project.schemas.all:
        for table in schema.tables:
            if schema.made_by == "migrations":
                made[schema.service].setdefault(table.name.lower(), (schema, table))
            elif schema.made_by == "statements":
                beside[schema.service, table.name.lower()].update(column.name.lower() for column in table.columns)
    for models in (schema for schema in project.schemas.all if schema.made_by == "models"):
        for model in models.tables:
            found = made.get(models.service, {}).get(model.name.lower())
            if found is None or found[1].doubtful or model.doubtful:
                continue
            schema, table = found
            held = beside.get((models.service, table.name.lower()), set())
            held |= _other_key(model, table)
            missing = [c for c in model.columns if table.column(c.name) is None and c.name.lower() not in held]
            if not missing:
                yield Proof(model.site, f"migrations make all columns of `{full_name(model)}`")
                continue
            yield Hit(
                missing[0].site,
                {"table": full_name(model), "columns": listed([column.name for column in missing])},
                "default" if len(missing) > 1 else "one",
                Confidence.MEDIUM if not schema.doubts else Confidence.LOW,
                related=(Step(table.site, "the migration that makes the table"),),
                anchor=full_name(model),
            )


def _other_key(model: Table, table: Table) -> set[str]:
    """The model's key where migrations give the table another: what the class derives from, seen or not, brings that."""
    if model.primary_key is None or table.primary_key is None:
        return set()
    return {name.lower() for name in model.primary_key.columns}
