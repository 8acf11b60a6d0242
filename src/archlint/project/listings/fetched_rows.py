"""The rows that a text of SQL asks for: of which table they are, and what the text says of how many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute
from archlint.project.model import CallSite
from archlint.project.names.arguments import receiver_of
from archlint.project.relations.grouped_sql import is_grouped
from archlint.project.relations.row_types import Rows, Trait
from archlint.project.schema.names import last_part
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.sql.statements import Sql

_FETCHING = frozenset({"fetchall", "fetch_all", "fetchmany"})
_EXECUTING = frozenset({"execute", "exec_driver_sql", "sql"})
_WHERE = re.compile(r"\bwhere\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_GIVEN = re.compile(r"%s|%\(|\?|:\w|@\w|\$\d|\{|=\s*'")
_UNION = re.compile(r"\bunion\b", re.IGNORECASE)


class Selected(Struct, frozen=True):
    """The table of a SELECT, the first that it names, and what its text says of its rows."""

    table: str
    traits: frozenset[Trait]


class FetchedRows:
    def __init__(self, project: Project) -> None:
        self._project = project

    def told(self, site: CallSite) -> Selected | None:
        """What the SQL says that the call is given; None where it is none, or none that selects."""
        texts = self._project.statements.by_sink.get((site.path, site.index), ())
        found = [selected for sql in texts if (selected := _selected(sql)) is not None]
        if not found or len(found) < len(texts):
            return None
        return Selected(found[0].table, frozenset[Trait]().union(*(selected.traits for selected in found)))

    def executed(self, site: CallSite) -> CallSite | None:
        """Of `cursor.fetchall()` the last call above that made the cursor run a statement."""
        base = receiver_of(site)
        if last_name(site.module.body, site.call.callee) not in _FETCHING or base is None or self.told(site) is not None:
            return None
        name, function = spell(site.module.body, base), site.module.body.contexts[site.call.context].function
        above = (each for each in self._project.calls.in_module(site.module)[: site.index + 1] if each.call.at < site.call.at)
        executing = [
            each
            for each in above
            if site.module.body.contexts[each.call.context].function == function
            and isinstance(each.call.callee, Attribute)
            and each.call.callee.attr in _EXECUTING
            and spell(each.module.body, each.call.callee.base) == name
        ]
        return max(executing, key=lambda each: each.call.at, default=None)

    def named(self, site: CallSite, found: Iterable[Rows]) -> Iterator[Rows]:
        """Rows of which nothing says what they are of: of what the call's SQL says."""
        selected: Selected | None = None
        is_asked = False
        for rows in found:
            if rows.model is not None or rows.table:
                yield rows
                continue
            if not is_asked:
                selected, is_asked = self.told(site), True
            yield rows.of_table(selected.table, *selected.traits) if selected is not None else rows


def _selected(sql: Sql) -> Selected | None:
    facts = sql.facts
    if len(facts.statements) != 1 or facts.unparsed or facts.statements[0].verb != "select" or not facts.statements[0].tables:
        return None
    statement = facts.statements[0]
    table = last_part(statement.tables[0]).lower()
    return Selected(table, frozenset(_traits(sql.text, is_limited=statement.limited))) if table.isidentifier() else None


def _traits(text: str, *, is_limited: bool) -> Iterator[Trait]:
    """Limited, grouped, narrowed by a value that is given; shared where a part is put in that may narrow it, or where other
    rows come along."""
    if is_limited:
        yield "limited"
    if is_grouped(text):
        yield "grouped"
    where = _WHERE.search(text)
    if "{" in text or _UNION.search(text):
        yield "shared"
    elif where is not None and _GIVEN.search(where["rest"]):
        yield "own"
