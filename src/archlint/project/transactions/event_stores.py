"""Tables that keep events as what has happened, told by their columns; and what changes or takes away their rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Confidence, Site
from archlint.facts.schema import Table
from archlint.project.model import CallSite, Type
from archlint.project.schema.names import last_part
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.one_off import OneOff

_CHANGING = frozenset({"update", "delete", "bulk_update", "aupdate", "adelete"})


class EventTable(Struct, frozen=True):
    """The names of columns by which a table of events is told.

    `streams`: what they are about; `positions`: where in its order; `contents`: what happened; `states`: parts of names of
    columns that say how far a row has been worked on: it is an outbox, a queue or a calendar."""

    streams: tuple[str, ...]
    positions: tuple[str, ...]
    contents: tuple[str, ...]
    states: tuple[str, ...]


class Mutation(Struct, frozen=True):
    table: Table
    site: Site
    verb: str
    confidence: Confidence


class EventStores:
    def __init__(self, project: Project, told: EventTable, one_off: OneOff) -> None:
        self._project = project
        self._told = told
        self._one_off = one_off
        self.tables = tuple(table for _, table in project.schemas.tables if self._is_store(table))

    def mutations(self) -> Iterator[Mutation]:
        """Of all stores, in code that runs again and again."""
        if self.tables:
            yield from self._by_sql()
            yield from self._by_models()

    def _is_store(self, table: Table) -> bool:
        names = {column.name.lower() for column in table.columns}
        groups = (self._told.streams, self._told.positions, self._told.contents)
        if any(names.isdisjoint(group) for group in groups):
            return False
        return "event" in table.name.lower() and not any(word in name for name in names for word in self._told.states)

    def _by_sql(self) -> Iterator[Mutation]:
        by_name = {table.name.lower(): table for table in self.tables}
        for sql in self._project.statements.all:
            if sql.sink is None or sql.module is None or not sql.module.is_production or sql.module.is_migration:
                continue
            if sql.origin is not None and self._one_off.runs_once(sql.module, sql.origin):
                continue
            for statement in sql.facts.statements:
                for written in statement.writes if statement.verb in ("update", "delete") else ():
                    table = by_name.get(last_part(written).lower())
                    if table is not None:
                        yield Mutation(table, sql.site(statement.at, statement.end), statement.verb, sql.confidence)

    def _by_models(self) -> Iterator[Mutation]:
        models = dict(self._models())
        for module in self._project.modules.production if models else ():
            for site in () if module.is_migration else self._project.calls.in_module(module):
                verb = last_name(module.body, site.call.callee)
                if verb not in _CHANGING or (site.caller is not None and self._one_off.runs_once(module, site.caller)):
                    continue
                table = next((models[t.name] for t in self._about(site) if t.name in models), None)
                if table is not None:
                    yield Mutation(table, site.site, verb.removeprefix("bulk_").removeprefix("a"), site.confidence)

    def _about(self, site: CallSite) -> Iterator[Type]:
        """The classes of rows that a call changes: of its receiver, or the first that it is given."""
        if site.operation is None:
            return
        if site.receiver is not None:
            yield from (site.receiver, *site.receiver.arguments)
        for argument in site.call.arguments[:1]:
            yield from self._project.types.all(site.module, argument.value, site.call.context)

    def _models(self) -> Iterator[tuple[str, Table]]:
        """The classes that are the stores; of a table that migrations make, the one of its name."""
        stores = {table.name.lower(): table for table in self.tables}
        declared = (schema for schema in self._project.schemas.all if schema.made_by == "models")
        for table in (*self.tables, *(table for schema in declared for table in schema.tables)):
            store = stores.get(table.name.lower())
            module = self._project.modules.by_path.get(table.site.path) if store is not None else None
            for klass in module.outline.classes if module is not None else ():
                if klass.at <= table.site.at < klass.end and module is not None and store is not None:
                    yield f"{module.name}.{klass.qualname}", store
                    break
