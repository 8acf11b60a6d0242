"""Which endpoint comes to a function, and on which way."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.project.model import Def
from archlint.project.routes.endpoints import Endpoint
from archlint.project.types.injected import Injected

if TYPE_CHECKING:
    from archlint.project.program import Project

_FAR = 4


class Request(Struct, frozen=True):
    """`way`: the functions from the one that answers `endpoint` down to the one that was asked about."""

    endpoint: Endpoint
    way: tuple[Def, ...]


class RunByRequests:
    def __init__(
        self, project: Project, passes: Callable[[Def, Def], bool] | None = None, *, follows_injected: bool = False
    ) -> None:
        """`passes`: whether a way may lead from a caller to what it runs; all do if it is not said.  `follows_injected`: what a
        framework runs before the function that answers is run by the request as well."""
        self._project = project
        self._passes = passes
        self._follows_injected = follows_injected

    def of(
        self, definition: Def, methods: frozenset[str] = frozenset(), counts: Callable[[Request], bool] | None = None
    ) -> Request | None:
        """The nearest endpoint that runs the function; of equal ones one of these methods before others.  `counts`: whether
        a request is one that is looked for; all are if it is not said."""
        waiting: deque[tuple[Def, ...]] = deque([(definition,)])
        seen = {definition}
        found: list[Request] = []
        while waiting:
            way = waiting.popleft()
            if found and len(way) > len(found[0].way):
                break
            answering = self._project.endpoints.running.get(way[0], ())
            asked = [Request(endpoint, way) for endpoint in answering if not self._project.left_routers.hold(endpoint.route)]
            injecting = self._injecting.get(way[0], ()) if self._follows_injected else ()
            asked += [Request(endpoint, (endpoint.definition, *way)) for endpoint in injecting]
            found += [request for request in asked if counts is None or counts(request)]
            for caller in self._project.effects.calling(way[0]) if len(way) <= _FAR else ():
                if caller not in seen and (self._passes is None or self._passes(caller, way[0])):
                    seen.add(caller)
                    waiting.append((caller, *way))
        wanted = [request for request in found if not methods.isdisjoint(request.endpoint.methods)]
        return next(iter(wanted or found), None)

    @cached_property
    def _injecting(self) -> dict[Def, list[Endpoint]]:
        """Function → the endpoints before whose function it is run."""
        injected, found = Injected(self._project), defaultdict[Def, list[Endpoint]](list)
        for endpoint in self._project.endpoints.all:
            for definition in injected.functions(endpoint.definition):
                found[definition].append(endpoint)
        return found
