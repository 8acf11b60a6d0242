"""SQL005: a page that is skipped to by an OFFSET that code decides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.checks.rule_api import Hit, NoParams, Project, Proof, Site
from archlint.project.statements import Sql

Params = NoParams
_VALUE = re.compile(r"\{[^{}]*\}|%\(\w+\)s|%s|[:$]\w+|\?\d*|\S+")


def check(project: Project, params: NoParams) -> Iterator[Hit | Proof]:  # noqa: ARG001
    """One hit for each statement; a proof for each that takes so many rows and skips none."""
    seen: set[Site] = set()
    for sql in project.statements.all:
        if sql.is_test or sql.is_vendored or not _is_daily(sql):
            continue
        for statement in sql.facts.statements:
            site = sql.site(statement.at, statement.end)
            if statement.verb != "select" or not statement.tables or site in seen:
                continue
            seen.add(site)
            match = _VALUE.match(sql.text, statement.offset) if statement.offset >= 0 else None
            if match is None:
                if statement.limited and statement.offset < 0:
                    yield Proof(site, "skips no rows")
            elif not match[0].rstrip(",").isdigit():
                words = {"value": match[0], "tables": ", ".join(f"`{table}`" for table in statement.tables)}
                anchor = " ".join(("offset", *statement.tables))
                yield Hit(sql.site(match.start(), match.end()), words, confidence=sql.confidence, anchor=anchor)


def _is_daily(sql: Sql) -> bool:
    return sql.module is None or sql.module.is_production
