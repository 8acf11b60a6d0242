"""SQL005: a page that is skipped to by an OFFSET that code decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site
from archlint.facts.sql import Statement
from archlint.project.schema.names import last_part
from archlint.project.source.one_off import OneOffWords
from archlint.project.source.run_by_hand import RunByHand
from archlint.project.sql.replaced_routines import ReplacedRoutines
from archlint.project.sql.statements import Sql
from archlint.project.words import singular, words_of

_VALUE = re.compile(r"\{[^{}]*\}|%\(\w+\)s|%s|[:$]\w+|\?\d*|\S+")

_ONE_ROW = re.compile(r"\bLIMIT\s+1\b(?!\s*,)", re.IGNORECASE)


class Params(OneOffWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`catalogues`: patterns of tables in which the database describes itself; `scanning`: libraries of databases that have
    no index in which a page could be looked up; `few`: names of tables of which there are few rows everywhere.
    The rest: see `OneOffWords`."""

    catalogues: tuple[str, ...]
    scanning: tuple[str, ...]
    few: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """One hit for each statement; a proof for each that takes so many rows and skips none."""
    seen: set[Site] = set()
    by_hand, replaced = RunByHand(project, params), ReplacedRoutines(project)
    for sql in project.statements.all:
        if sql.is_test or sql.is_vendored or not _is_daily(sql):
            continue
        for statement in sql.facts.statements:
            site = sql.site(statement.at, statement.end)
            if statement.verb != "select" or not statement.tables or site in seen or replaced.hold(sql, statement.at):
                continue
            seen.add(site)
            match = _VALUE.match(sql.text, statement.offset) if statement.offset >= 0 else None
            if match is None:
                if statement.limited and statement.offset < 0:
                    yield Proof(site, "skips no rows")
            elif not match[0].rstrip(",").isdigit() and not _is_catalogue(statement, params):
                words = {"value": match[0], "tables": _tables(statement)}
                anchor = " ".join(("offset", *statement.tables))
                known = Confidence.LOW if _is_no_page(by_hand, sql, statement, params) else sql.confidence
                yield Hit(sql.site(match.start(), match.end()), words, confidence=known, anchor=anchor)


def _is_no_page(by_hand: RunByHand, sql: Sql, statement: Statement, params: Params) -> bool:
    """A person runs it, it picks one row, it skips what is to be kept and gives all the rest, it goes through a few candidates,
    or no index would help."""
    if not statement.limited or statement.of_few or _is_of_few(statement, params):
        return True
    if _ONE_ROW.search(sql.text, statement.at, statement.end):
        return True
    if sql.module is None:
        return False
    taken = (f"{given.module}.{given.name}" if given.name else given.module for given in sql.module.outline.imports)
    return any(name.startswith(params.scanning) for name in taken) or by_hand.holds(sql.module, sql.context)


def _is_of_few(statement: Statement, params: Params) -> bool:
    """The table that it begins with."""
    words = words_of(last_part(statement.tables[0]))
    return len(words) == 1 and singular(words[0]) in params.few


def _is_catalogue(statement: Statement, params: Params) -> bool:
    return all(any(fnmatchcase(table.lower(), pattern) for pattern in params.catalogues) for table in statement.tables)


def _tables(statement: Statement) -> str:
    """Their names, as far as the statement says them."""
    told = [f"`{table}`" for table in statement.tables if "{" not in table]
    return ", ".join(told) or "the table"


def _is_daily(sql: Sql) -> bool:
    return sql.module is None or sql.module.is_production
