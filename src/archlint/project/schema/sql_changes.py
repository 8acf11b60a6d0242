"""What SQL text changes in the schema, with sites in the project's files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.findings import Site
from archlint.facts.schema import Change, Parts

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.sql.statements import Sql

_DDL = re.compile(r"\b(?:CREATE|ALTER|DROP)\b", re.IGNORECASE)


class SqlChanges:
    """The changes of the statements that a call runs, found by the call."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def _by_call(self) -> dict[tuple[str, int], list[Sql]]:
        found: dict[tuple[str, int], list[Sql]] = defaultdict(list)
        for sql in self._project.statements.all:
            if sql.sink is not None:
                found[sql.sink.path, sql.sink.index].append(sql)
        return dict(found)

    def knows(self, path: str, index: int) -> bool:
        return (path, index) in self._by_call

    def of_call(self, path: str, index: int) -> tuple[Change, ...]:
        """`index`: of the call in its file's `body.calls`."""
        return tuple(change for sql in self._by_call.get((path, index), ()) for change in changes_of(sql))

    def of_text(self, text: str, site: Site) -> tuple[Change, ...]:
        """Of a text that is put together, all at the place where it is run."""
        if not _DDL.search(text):
            return ()
        (facts,) = self._project.read_sql([(text, self._project.statements.dialect)])
        return tuple(_relocated(change, lambda _: site) for statement in facts.statements for change in statement.changes)


def changes_of(sql: Sql) -> Iterator[Change]:
    """All changes of a text, in its order."""
    for statement in sql.facts.statements:
        for change in statement.changes:
            yield moved(change, sql)


def named_changes(sql: Sql) -> Iterator[Change]:
    """Those of which the table and the columns have a name, and no hole stands for one."""
    for statement in sql.facts.statements:
        for change in statement.changes:
            sites = (change.site, *(column.site for column in change.parts.columns))
            if not any(sql.is_hole(site.at, site.end) for site in sites):
                yield moved(change, sql)


def moved(change: Change, sql: Sql) -> Change:
    """The same with its sites in the file."""
    return _relocated(change, lambda site: sql.site(site.at, site.end))


def _relocated(change: Change, at: Callable[[Site], Site]) -> Change:
    parts = change.parts
    key = parts.primary_key
    return replace(
        change,
        site=at(change.site),
        parts=Parts(
            columns=tuple(replace(column, site=at(column.site)) for column in parts.columns),
            primary_key=replace(key, site=at(key.site)) if key is not None else None,
            uniques=tuple(replace(unique, site=at(unique.site)) for unique in parts.uniques),
            foreign_keys=tuple(replace(foreign, site=at(foreign.site)) for foreign in parts.foreign_keys),
            indexes=tuple(replace(index, site=at(index.site)) for index in parts.indexes),
        ),
    )
