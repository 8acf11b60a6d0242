"""Which endpoint comes to a function, and on which way."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.project.endpoints import Endpoint
from archlint.project.model import Def

if TYPE_CHECKING:
    from archlint.project.program import Project

_FAR = 4


class Request(Struct, frozen=True):
    """`way`: the functions from the one that answers `endpoint` down to the one that was asked about."""

    endpoint: Endpoint
    way: tuple[Def, ...]


class RunByRequests:
    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, definition: Def, methods: frozenset[str] = frozenset()) -> Request | None:
        """The nearest endpoint that runs the function; of equal ones one of these methods before others."""
        waiting: deque[tuple[Def, ...]] = deque([(definition,)])
        seen = {definition}
        found: list[Request] = []
        while waiting:
            way = waiting.popleft()
            if found and len(way) > len(found[0].way):
                break
            for endpoint in self._project.endpoints.by_definition.get(way[0], ()):
                found.append(Request(endpoint, way))
            for path, row in sorted(self._project.effects.callers.get(way[0], ())) if len(way) <= _FAR else ():
                module = self._project.modules.by_path[path]
                caller = Def(module, module.name, row) if row >= 0 else None
                if caller is not None and caller not in seen and module.is_production:
                    seen.add(caller)
                    waiting.append((caller, *way))
        wanted = [request for request in found if not methods.isdisjoint(request.endpoint.methods)]
        return next(iter(wanted or found), None)
