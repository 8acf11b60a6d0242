"""Who makes the rows of a stored class: which requests lead to the places that do, and whether only administrators ask them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archlint.project.credentials import words_of
from archlint.project.model import Def
from archlint.project.route_guards import guards_of
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from archlint.project.endpoints import Endpoint
    from archlint.project.program import Project

_MOST = 120
"""Functions on the ways up from one place: behind more, what leads there says nothing."""


class Makers:
    """`admins`: words for those who run the installation, in names of what guards a route and in its path."""

    def __init__(self, project: Project, admins: Iterable[str]) -> None:
        self._project = project
        self._admins = frozenset(admins)
        self._known: dict[Endpoint, bool] = {}

    def only_admins(self, places: Iterable[Def]) -> bool:
        """Requests lead to the places, and each of them is one that only administrators make."""
        asked = self._asked(places)
        return bool(asked) and all(self.is_for_admins(endpoint) for endpoint in asked)

    def is_for_admins(self, endpoint: Endpoint) -> bool:
        known = self._known.get(endpoint)
        if known is None:
            handler = endpoint.route.handler
            names = [endpoint.path, *(guards_of(self._project, handler) if handler is not None else ())]
            names += _decorators(endpoint.definition)
            known = self._known[endpoint] = any(not self._admins.isdisjoint(words_of(name)) for name in names)
        return known

    def _asked(self, places: Iterable[Def]) -> list[Endpoint]:
        """The endpoints by which the functions are reached; none where the ways to them are too many."""
        by_definition = self._project.endpoints.by_definition
        waiting = list(dict.fromkeys(places))
        seen = set(waiting)
        found: list[Endpoint] = []
        for definition in waiting:  # which grows on the way
            if definition in by_definition:
                found += by_definition[definition]
                continue
            above = (site.caller for site in self._project.calls.callers(definition))
            new = [caller for caller in above if caller is not None and caller not in seen and not caller.module.is_test]
            seen.update(new)
            waiting += new
            if len(waiting) > _MOST:
                return []
        return found


def _decorators(definition: Def) -> list[str]:
    return [spell(definition.module.body, decorator) for decorator in definition.function.decorators]
