"""Which tables one service makes and another one writes too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.project.schema.names import last_part

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.services.services import Service

_SEVERAL = 2
"""So many tables must be shared: two services may each have their own `users`."""
_WRITING = frozenset({"insert", "update", "delete", "merge"})


class SharedTables(Struct, frozen=True):
    """`tables`: name → (where `owner` makes it, where `other` writes it or has a model of it). `is_all`: the other service
    makes no table of its own."""

    owner: Service
    other: Service
    tables: Mapping[str, tuple[Site, Site]]
    is_all: bool


class TableOwners:
    """Asked of the services that are deployed on their own."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def shared(self) -> Iterator[SharedTables]:
        """Pairs of services of which one makes tables that the other writes, and does not make itself.

        Migrations and other DDL make tables; models do where their service has neither, and then a model of the same table
        makes another one."""
        services = {service.name: service for service in self._project.services.all}
        for owner in sorted(self._made.keys() | self._modelled.keys()):
            made = self._made.get(owner) or self._modelled[owner]
            for other, used in sorted(self._used.items()):
                own = set(self._made.get(other, ()))
                models = set(self._modelled.get(other, ()))
                apart = own if owner in self._made else own | models
                tables = {name: (made[name], used[name]) for name in sorted(made.keys() & used.keys() - apart)}
                if other != owner and len(tables) >= _SEVERAL:
                    yield SharedTables(services[owner], services[other], tables, is_all=not own and models <= made.keys())

    @cached_property
    def _made(self) -> dict[str, dict[str, Site]]:
        return self._of_schemas(by_models=False)

    @cached_property
    def _modelled(self) -> dict[str, dict[str, Site]]:
        return self._of_schemas(by_models=True)

    def _of_schemas(self, *, by_models: bool) -> dict[str, dict[str, Site]]:
        """Service → its tables."""
        found: dict[str, dict[str, Site]] = defaultdict(dict)
        for schema in self._project.schemas.all:
            if schema.service and not schema.documents and (schema.made_by == "models") == by_models:
                found[schema.service].update((table.name.lower(), table.site) for table in schema.tables)
        return dict(found)

    @cached_property
    def _used(self) -> dict[str, dict[str, Site]]:
        """Service → the tables that its statements write, and those of its models."""
        found: dict[str, dict[str, Site]] = defaultdict(dict)
        for name, tables in self._modelled.items():
            found[name].update(tables)
        for sql in self._project.statements.all:
            module = sql.module
            if sql.sink is None or module is None or not module.is_production or module.is_migration:
                continue
            service = self._project.services.of(module)
            if service is not None:
                for statement in sql.facts.statements:
                    for table in statement.writes if statement.verb in _WRITING else ():
                        found[service.name].setdefault(last_part(table).lower(), sql.site(statement.at, statement.end))
        return dict(found)
