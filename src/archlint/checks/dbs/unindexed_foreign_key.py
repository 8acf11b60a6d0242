"""DBS006: no index begins with the columns of a foreign key."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.schema import ForeignKey, Index, Key, Schema, Table
from archlint.project.schema.lookups import full_name, serving
from archlint.project.schema.names import last_part
from archlint.project.words import words_of


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`actors`: how columns end that keep who did something; `few_rows`: last words of the names of tables that hold a row or a
    few, and whose actors hardly cost anything."""

    actors: tuple[str, ...]
    few_rows: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each key of the final schema without an index, a proof for each that has one."""
    by_itself = not project.knowledge.indexes_keys.isdisjoint(project.schemas.dialects)
    for schema, table in project.schemas.tables:
        for key in table.foreign_keys:
            found = serving(table, key.columns) or _by_other_key(project, table, key)
            if schema.dialect in project.knowledge.indexes_keys:
                yield Proof(key.site, "the database makes the key's index by itself")
            elif found is None:
                is_actor = key.columns[-1].lower().endswith(params.actors)
                is_small = not set(words_of(table.name)[-1:]).isdisjoint(params.few_rows)
                message = "several" if by_itself else "rare" if is_actor and is_small else "actor" if is_actor else "default"
                yield _hit(project, schema, table, key, message)
            elif isinstance(found, Index) and found.partial:
                yield _hit(project, schema, table, key, "partial")
            else:
                yield Proof(key.site, f"the index on {_columns(found.columns)} begins with {_columns(key.columns)}")


def _by_other_key(project: Project, table: Table, key: ForeignKey) -> Key | Index | None:
    """What begins with the one of several columns that leads to the other table's key, which tells its rows apart alone:
    `FOREIGN KEY (node_id, version) REFERENCES nodes (id, version)`."""
    if len(key.columns) != len(key.references):
        return None
    targets = [target for _, target in project.schemas.by_name.get(last_part(key.table).lower(), ())]
    keys = {target.primary_key.columns for target in targets if target.primary_key is not None}
    leading = (own for own, other in zip(key.columns, key.references, strict=True) if keys == {(other,)})
    return next((found for own in leading if (found := serving(table, (own,))) is not None), None)


def _hit(project: Project, schema: Schema, table: Table, key: ForeignKey, message: str) -> Hit:
    words = {"table": full_name(table), "columns": _columns(key.columns), "target": key.table}
    if message not in ("default", "actor") or table.doubtful or schema.is_assumed:
        confidence = Confidence.LOW
    elif message == "default" and schema.made_by in ("migrations", "models") and schema.dialect:
        confidence = Confidence.HIGH
    else:
        confidence = Confidence.MEDIUM
    return Hit(
        key.site,
        words,
        message,
        confidence,
        related=(Step(table.site, f"`{words['table']}` is made here"), *_declared(project, table, key)),
        anchor=f"{words['table']} {' '.join(key.columns)}",
    )


def _declared(project: Project, table: Table, key: ForeignKey) -> Iterator[Step]:
    """Where models declare the column, if something else makes it."""
    for site in project.schemas.declared(table, key.columns[0]):
        if site.path != key.site.path:
            yield Step(site, f"`{key.columns[0]}` is declared here")


def _columns(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{column}`" for column in columns)
