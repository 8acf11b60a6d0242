"""How the services of a project know each other: imports across their folders, and URLs whose host is one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Expr, String
from archlint.project.parts import PARTS
from archlint.project.services.services import Service
from archlint.project.source.imports import Edge, Reference
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_HOST = re.compile(r"\b(?:https?|grpc|wss?)://(?:[^/@\s]*@)?([A-Za-z][\w-]*)(?:\.[\w.-]*)?(?::\d+)?(?:[/?]|$)")
_OUTBOUND = ("http", "rpc")
Kind = Literal["import", "request", "host"]


class Link(Struct, frozen=True):
    """`source` knows `target`, by what stands at `site`: an import (with its `reference` and `edge`), a request whose URL is
    written in it, or a URL elsewhere."""

    source: Service
    target: Service
    kind: Kind
    site: Site
    text: str
    reference: Reference | None = None
    edge: Edge | None = None

    @property
    def is_nested(self) -> bool:
        """The folder of one lies in that of the other: perhaps two programs of one code base."""
        return self.source.holds(self.target.folder) or self.target.holds(self.source.folder)


class ServiceLinks:
    """The links of one project, none where it has fewer than two services."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def imports(self) -> tuple[Link, ...]:
        """Imports of production code that run, of production code, by module and place."""
        return tuple(link for module, service in self._modules for link in self._imports(module, service))

    @cached_property
    def hosts(self) -> tuple[Link, ...]:
        """URLs in a service's code, and in the variables that deployment files give it, with another service's name as
        their host."""
        found = [link for module, service in self._modules for link in self._in_code(module, service)]
        for service in self._project.services.all if self._by_host else ():
            for path, deployable in service.deployables:
                for name, value in deployable.environment:
                    site, words = Site(path, deployable.at, deployable.end), f"`{service.name}` is given {name}={value}"
                    found += [Link(service, other, "host", site, words) for other in self._named(service, value)]
        return tuple(found)

    @cached_property
    def unknown(self) -> dict[str, Site]:
        """Folder of a service → the first request that it makes of somebody whose host is not told where it is made."""
        found: dict[str, Site] = {}
        for point in self._requests:
            service = self._project.services.of(point.module)
            if service is not None and not self._names_host(point.module, point.site):
                found.setdefault(service.folder, point.site)
        return found

    @cached_property
    def _requests(self) -> tuple[EffectPoint, ...]:
        points = (point for effect in _OUTBOUND for point in self._project.effects.points(effect))
        return tuple(point for point in points if point.is_direct and point.module.is_production)

    @cached_property
    def _modules(self) -> tuple[tuple[Module, Service], ...]:
        if len(self._project.services.all) < 2:
            return ()
        pairs = ((module, self._project.services.of(module)) for module in self._project.modules.production)
        return tuple((module, service) for module, service in pairs if service is not None)

    @cached_property
    def _by_host(self) -> dict[str, Service]:
        """Name on the network → service; none that two have."""
        found: dict[str, Service | None] = {}
        for service in self._project.services.all if self._modules else ():
            for name in service.names:
                found[name] = None if name in found else service
        return {name: service for name, service in found.items() if service is not None}

    def _imports(self, module: Module, service: Service) -> Iterator[Link]:
        for edge in self._project.imports.edges(module):
            other, first = self._project.services.of(edge.imported), edge.first("runtime")
            if other is not None and other is not service and first is not None and edge.imported.is_production:
                yield Link(service, other, "import", first.site, edge.step().message, first, edge)

    def _in_code(self, module: Module, service: Service) -> Iterator[Link]:
        requests = [point.site for point in self._requests if point.module is module] if self._by_host else []
        for text in _texts(module) if self._by_host else ():
            site = Site(module.path, text.at, text.end)
            kind: Kind = "request" if any(request.at <= text.at < request.end for request in requests) else "host"
            for other in self._named(service, text.value):
                yield Link(service, other, kind, site, f"`{module.name}` names `{text.value}`")

    def _named(self, service: Service, text: str) -> Iterator[Service]:
        """The other services that are hosts of URLs in a text."""
        for host in _HOST.findall(text) if "://" in text else ():
            other = self._by_host.get(host)
            if other is not None and other is not service:
                yield other

    def _names_host(self, module: Module, site: Site) -> bool:
        return any(site.at <= text.at < site.end and "://" in text.value for text in _texts(module))


def _texts(module: Module) -> Iterator[String]:
    """The string literals that are assigned, handed over, or parts of what is."""
    starts: list[Expr | None] = [statement.value for statement in module.body.statements]
    starts += [argument.value for call in module.body.calls for argument in call.arguments]
    starts += [part for expr, _ in walk_module(module, frozenset(PARTS)) for part in PARTS[type(expr)](expr)]
    seen: set[int] = set()
    for expr in starts:
        if isinstance(expr, String) and expr.at not in seen:
            seen.add(expr.at)
            yield expr
