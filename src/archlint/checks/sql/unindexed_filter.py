"""SQL006: a statement looks for rows by columns with which no index of their table begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.schema import Schema, Table
from archlint.facts.sql import Asked, Statement
from archlint.facts.syntax import String
from archlint.project.listings.grown_tables import grown_tables, last_part
from archlint.project.model import Def
from archlint.project.schema.lookups import certainty, full_name, serving
from archlint.project.schema.row_filters import AskedColumn, grown_classes, row_filters
from archlint.project.source.modules import Module
from archlint.project.words import words_of


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`few`: words in names of columns that have few values; `flags`: beginnings of types that have two; `apart`: last words
    of names of columns that tell a row, or whose it is, from many others."""

    few: tuple[str, ...]
    flags: tuple[str, ...]
    apart: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """One hit for the columns of a table, where a statement first looks for rows by them; a proof for each table of a
    statement that an index serves."""
    hits: dict[str, Hit] = {}
    for judged in chain(_of_texts(project, params), _of_mappers(project, params)):
        if isinstance(judged, Hit):
            hits[judged.anchor] = _with(hits.get(judged.anchor), judged)
        else:
            yield judged
    yield from hits.values()


def _of_texts(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """What the texts of SQL ask for, of tables into which statements put rows."""
    known, grown = project.schemas.by_name, grown_tables(project)
    seen: set[Site] = set()
    for sql in project.statements.all:
        if sql.module is None or sql.sink is None or not sql.module.is_production:
            continue
        for statement in sql.facts.statements:
            if statement.verb not in ("select", "update", "delete"):
                continue
            for name, asks in _by_table(statement).items():
                found = known.get(name, ())
                site = sql.site(asks[0].at, asks[0].at + len(asks[0].column))
                if len(found) == 1 and name in grown and site not in seen:
                    seen.add(site)
                    judged = _judged(project, sql.confidence, asks, found[0], site, params)
                    if judged is not None:
                        is_sure = _is_asked(project, sql.module, sql.origin) and any(_tells_apart(a, params) for a in asks)
                        yield judged if is_sure else _noted(judged)


def _of_mappers(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """What an ORM is asked for, of classes whose rows become more."""
    filters = list(row_filters(project))
    grown, known = grown_classes(project) if filters else frozenset(), project.schemas.by_name
    for each in filters:
        made = project.schemas.models.of_class(each.model.name) if each.model.name in grown else None
        found = known.get(last_part(made.table), ()) if made is not None else ()
        if len(found) != 1:
            continue
        judged = _judged(project, each.model.confidence, each.asked, found[0], each.asked[0].site, params)
        if judged is not None:
            is_sure = _is_asked(project, each.module, each.caller) and any(_tells_apart(asked, params) for asked in each.asked)
            yield judged if is_sure else _noted(judged)


def _is_asked(project: Project, module: Module, origin: Def | None) -> bool:
    """Neither by hand, nor in a function that nothing runs."""
    return not project.by_hand.holds(module) and (origin is None or not project.uncalled.holds(origin))


def _noted(judged: Hit | Proof) -> Hit | Proof:
    return replace(judged, confidence=Confidence.LOW) if isinstance(judged, Hit) else judged


def _tells_apart(ask: Asked | AskedColumn, params: Params) -> bool:
    """Of other columns a table has about as often a handful of values, or of rows: five of eleven places in texts of SQL were
    right at blind readings."""
    return ask.kind == "is" and words_of(ask.column)[-1:] != () and words_of(ask.column)[-1] in params.apart


def _with(first: Hit | None, hit: Hit) -> Hit:
    """The first hit of some columns, and where else rows are looked for by them; a sure one stands before a note."""
    if first is None:
        return hit
    if first.confidence < hit.confidence:
        return replace(hit, related=(*hit.related, Step(first.site, "here too"), *first.related[1:]))
    return replace(first, related=(*first.related, Step(hit.site, "here too")))


def _by_table(statement: Statement) -> Mapping[str, list[Asked]]:
    found: dict[str, list[Asked]] = defaultdict(list)
    for asked in statement.asks:
        if asked.table:
            found[last_part(asked.table)].append(asked)
    return found


def _judged(  # noqa: PLR0917 - what is asked, and of which table
    project: Project,
    confidence: Confidence,
    asks: Sequence[Asked | AskedColumn],
    where: tuple[Schema, Table],
    site: Site,
    params: Params,
) -> Hit | Proof | None:
    schema, table = where
    columns = [asked.column for asked in asks]
    if any(table.column(column) is None for column in columns):
        return None  # another table of that name, or a step of its history that was not read
    if any(serving(table, (column,)) is not None for column in columns):
        return Proof(site, f"an index of `{full_name(table)}` serves it")
    if any(_is_declared(project, table, column) for column in columns):
        return None
    keys = {column.lower() for key in table.foreign_keys for column in key.columns[:1]}
    if not keys.isdisjoint(columns):
        return None  # some databases index their keys; of others another rule tells
    telling = list(dict.fromkeys(a.column for a in asks if a.kind == "is" and not _has_few(table, a.column, params)))
    if not telling:
        return None
    is_doubtful = table.doubtful or table.primary_key is None  # a key that was made in a way that was not understood
    sure = Confidence.LOW if is_doubtful else min(confidence, certainty(schema), Confidence.MEDIUM)
    return Hit(
        site,
        {"table": full_name(table), "columns": " or ".join(f"`{column}`" for column in telling)},
        confidence=sure,
        related=(Step(table.site, f"`{full_name(table)}` is made here"),),
        anchor=f"{full_name(table)} {' '.join(telling)}",
    )


def _is_declared(project: Project, table: Table, column: str) -> bool:
    """A class that is stored in the table declares an index, and a migration names it, in a way that was not understood: by a
    function of the project's own that makes or renames indexes."""
    models = project.schemas.models
    parts = (made.parts for name in models.classes_of(table.name) if (made := models.of_class(name)) is not None)
    declared = (replace(table, primary_key=p.primary_key, uniques=p.uniques, indexes=p.indexes) for p in parts)
    if all(serving(each, (column,)) is None for each in declared):
        return False
    named = f"{table.name}_{column}".lower()
    modules = (module for module in project.modules.all if module.is_migration)
    given = (argument.value for module in modules for call in module.body.calls for argument in call.arguments)
    return any(isinstance(value, String) and value.value.lower().endswith(named) for value in given)


def _has_few(table: Table, name: str, params: Params) -> bool:
    column = table.column(name)
    is_flag = column is not None and column.type.upper().startswith(params.flags)
    is_unread = column is not None and not column.type  # so are its options: it may be unique
    return is_flag or is_unread or not set(params.few).isdisjoint(words_of(name))
