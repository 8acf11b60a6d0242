"""DBS005: a column that is called after a table, and no foreign key that keeps it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.schema import Column, Schema, Table
from archlint.project.schema.lookups import full_name, kind_of, meant
from archlint.project.schema.model_bases import ModelBases
from archlint.project.words import words_of

_ENDING, _KEY = "_id", "id"
_CODE = ".py"
_DIMENSIONS = 4
"""A key of so many columns says of what a figure is."""
_MANY = 5
"""So many tables of a file agree on what a column is."""
_SIZE = re.compile(r"\((\d+)\)")
"""How long a text may be: what leads to a key is as long as that."""
_BIG = ("BIGINT", "INT8", "BIGSERIAL")


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`traces`: words in names of tables that keep what was, and outlive what they are about; `trace_endings`: how the names
    of such tables end."""

    traces: tuple[str, ...]
    trace_endings: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each such column without a key, a proof for each foreign key."""
    groups: dict[tuple[str, str, str], list[tuple[Schema, Table]]] = defaultdict(list)
    for schema, table in project.schemas.tables:
        groups[schema.service, schema.made_by, schema.folder].append((schema, table))
    in_files, bases = _in_files(project), ModelBases(project)
    for _, group in sorted(groups.items()):
        tables = {table.name.lower(): table for _, table in group}
        apart = _apart(group)
        keyed = sum(len(table.foreign_keys) for _, table in group)
        for schema, table in group:
            for key in table.foreign_keys:
                yield Proof(key.site, f"`{full_name(table)}` leads to `{key.table}` by a foreign key")
            held = {name.lower() for key in table.foreign_keys for name in key.columns}
            written = in_files.get(table.name.lower(), set())
            if schema.made_by == "models":
                held |= written
            kept = (held, written, apart.get(table.site.path, set()))
            for hit, target in _of_table(schema, table, tables, params, kept, has_keys=keyed > 0):
                is_apart = schema.made_by == "models" and bases.are_apart(table, target)
                yield replace(hit, confidence=Confidence.LOW) if is_apart else hit


def _apart(group: list[tuple[Schema, Table]]) -> Mapping[str, set[str]]:
    """File → columns that many of its tables have, all of them without a key, where other columns have theirs: what they
    lead to is kept in another database, or they outlive it on purpose."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    keyed: dict[str, set[str]] = defaultdict(set)
    for _, table in group:
        if table.site.path.endswith(_CODE):
            continue
        counted[table.site.path].update(column.name.lower() for column in table.columns)
        keyed[table.site.path] |= {name.lower() for key in table.foreign_keys for name in key.columns}
    return {
        path: {name for name, times in names.items() if times >= _MANY and name not in keyed[path]}
        for path, names in counted.items()
        if keyed[path]
    }


def _in_files(project: Project) -> Mapping[str, set[str]]:
    """Table → its columns that lead to another by files of DDL, whatever the models say."""
    found: dict[str, set[str]] = defaultdict(set)
    for schema in project.schemas.all:
        for table in schema.tables if schema.made_by in ("migrations", "statements") else ():
            found[table.name.lower()] |= {name.lower() for key in table.foreign_keys for name in key.columns}
    return found


def _of_table(
    schema: Schema,
    table: Table,
    tables: Mapping[str, Table],
    params: Params,
    keys: tuple[set[str], set[str], set[str]],
    *,
    has_keys: bool,
) -> Iterator[tuple[Hit, Table]]:
    """The hits, with the tables that are meant. `keys`: its columns that have one, those that have one in any file, and those
    that are kept apart."""
    if not set(params.traces).isdisjoint(words_of(table.name)) or table.name.lower().endswith(params.trace_endings):
        return
    names = {column.name.lower() for column in table.columns}
    held, written, apart = keys
    for column in table.columns:
        name = column.name.lower()
        base = name.removesuffix(_ENDING)
        if not name.endswith(_ENDING) or name in held or f"{base}_type" in names or f"{base}_kind" in names:
            continue
        target = meant(base, tables)
        if target is None or target is table or target.primary_key is None or len(target.primary_key.columns) != 1:
            continue
        led = target.column(target.primary_key.columns[0])
        kinds = kind_of(column.type), kind_of(led.type if led is not None else "")
        if all(kinds) and kinds[0] != kinds[1]:
            continue  # the id of another system
        is_known = all(kinds) and has_keys and name not in written
        is_known &= name not in apart or target.site.path == table.site.path
        own = target.column(name)
        is_known &= own is None or own is led  # else the number that the other table keeps under that name, not its key
        is_known &= led is None or _SIZE.findall(column.type) == _SIZE.findall(led.type) or not _SIZE.search(led.type)
        is_known &= not column.default and not _is_copied(base, names, target)
        is_known &= not (_is_big(column) and led is not None and not _is_big(led))  # it has room for more than the keys there
        hit = Hit(
            column.site,
            {"table": full_name(table), "column": column.name, "target": full_name(target)},
            confidence=_confidence(schema, table, column, known=is_known),
            related=(Step(target.site, f"`{full_name(target)}` is made here"),),
            anchor=f"{full_name(table)} {column.name}",
        )
        yield hit, target


def _is_copied(base: str, names: set[str], target: Table) -> bool:
    """`model_id` and `model_name`, `user_id` and `user_name`: the table keeps what several rows were called beside their keys,
    and outlives them. One alone (`customer_name` of an invoice) leaves the key what it is."""
    copied = {name for column in target.columns if (name := column.name.lower()) != _KEY and f"{base}_{name}" in names}
    others = {name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING)} - {base}
    return any(f"{other}_{name}" in names for other in others for name in copied)


def _is_big(column: Column) -> bool:
    return column.type.upper().startswith(_BIG)


def _confidence(schema: Schema, table: Table, column: Column, *, known: bool) -> Confidence:
    if not known or table.doubtful:
        return Confidence.LOW
    key = table.primary_key.columns if table.primary_key is not None else ()
    is_measured = len(key) >= _DIMENSIONS and column.name in key  # a table of figures, which outlive what they were of
    if key == (column.name,) or is_measured or schema.made_by == "code":
        return Confidence.LOW
    return Confidence.MEDIUM
