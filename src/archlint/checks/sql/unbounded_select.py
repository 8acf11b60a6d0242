"""SQL004: a SELECT with neither WHERE nor LIMIT, all of whose rows are taken at once."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site
from archlint.facts.sql import Statement
from archlint.facts.syntax import Attribute
from archlint.project.listings.grown_tables import grown_tables, last_part
from archlint.project.model import CallSite
from archlint.project.spelling import last_name
from archlint.project.sql.statements import Sql
from archlint.project.words import words_of


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`taking`: names of methods that take all rows; `catalogues`: patterns of tables that stay small; `meant`: words in
    names of functions that mean all rows."""

    taking: tuple[str, ...]
    catalogues: tuple[str, ...]
    meant: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """One hit for each statement; a proof for each that asks for some rows."""
    seen: set[Site] = set()
    grown = grown_tables(project)
    for sql in project.statements.all:
        sink = sql.sink
        if sink is None or sql.module is None or not sql.module.is_production:
            continue
        if len(project.statements.by_sink[sink.path, sink.index]) > 1:
            continue  # a condition may be among them
        for statement in sql.facts.statements:
            site = sql.site(statement.at, statement.end)
            if statement.verb != "select" or not statement.tables or site in seen:
                continue
            seen.add(site)
            if statement.filtered or statement.limited:
                yield Proof(site, "asks for some rows")
            elif (
                not (_is_open(sql, statement) or _is_small(statement, params) or _is_meant(sql, params))
                and any(last_part(table) in grown for table in statement.tables)
                and _takes_all(sink, params)
            ):
                words = {"tables": ", ".join(f"`{table}`" for table in statement.tables)}
                first = sql.text[statement.at : statement.end].partition("\n")[0].rstrip()
                place = sql.site(statement.at, statement.at + len(first))
                most = Confidence.LOW if project.by_hand.holds(sink.module) else Confidence.MEDIUM
                yield Hit(place, words, confidence=min(sql.confidence, most), anchor=" ".join(("all", *statement.tables)))


def _is_meant(sql: Sql, params: Params) -> bool:
    """The function is there for all rows: an export, a start-up that fills a cache."""
    names = sql.origin.function.qualname if sql.origin is not None else ""
    return not set(params.meant).isdisjoint(words_of(names))


def _is_open(sql: Sql, statement: Statement) -> bool:
    """A hole may hold the condition."""
    return any(sql.is_hole(at, at + 1) for at in range(statement.at, statement.end) if sql.text[at] == "{")


def _is_small(statement: Statement, params: Params) -> bool:
    return all(any(fnmatchcase(table.lower(), p) for p in params.catalogues) for table in statement.tables)


def _takes_all(sink: CallSite, params: Params) -> bool:
    """`db.execute(…).fetchall()`, `cursor.execute(…)` with `cursor.fetchall()` behind it in the same function."""
    body = sink.module.body
    if last_name(body, sink.call.callee) in params.taking:
        return True
    base = sink.call.callee.base if isinstance(sink.call.callee, Attribute) else None
    function = body.contexts[sink.call.context].function
    for call in body.calls:
        callee = call.callee
        if not isinstance(callee, Attribute) or callee.attr not in params.taking or call.end < sink.call.end:
            continue
        if callee.base.at <= sink.call.at and sink.call.end <= callee.base.end:
            return True
        same = base is not None and last_name(body, callee.base) == last_name(body, base) != ""
        if same and body.contexts[call.context].function == function:
            return True
    return False
