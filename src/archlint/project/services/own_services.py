"""Requests to another service of the same project, which could be given an endpoint for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Expr, Name, String
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import parts_of
from archlint.project.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_SERVICE = frozenset({"service", "services", "svc"})
_ADDRESS = frozenset({"url", "uri", "host", "base", "address", "endpoint", "api"})
_BEGINNING = 2
"""Arguments of a request that may be its address: the method stands before it, or nothing does."""
_STEPS = 2
"""From a local name back to what is written."""


class OwnServices:
    """Told by the names in an address: `f"{settings.STOCK_SERVICE_URL}/items/{number}"`, where the project has a service
    `stock`, or any others than the one that asks."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)

    def are_asked_by(self, site: CallSite) -> bool:
        """The library call goes to another service of the project."""
        services = self._project.services.all
        own = self._project.services.of(site.module)
        if len(services) < 2 or own is None:
            return False
        others = {
            word for other in services if other is not own for name in (other.name, *other.names) for word in words_of(name)
        }
        given = [argument.value for argument in site.call.arguments if argument.name in (None, "url")][:_BEGINNING]
        names = [name for expr in given for name in self._names(site.module, expr, site.call.context, _STEPS)]
        return any(
            not words.isdisjoint(_ADDRESS) and not words.isdisjoint(_SERVICE | others)
            for words in map(frozenset, map(words_of, names))
        )

    def _names(self, module: Module, expr: Expr, context: int, steps: int) -> Iterator[str]:
        """The names that stand in an expression, and in what its local names are given."""
        for part in parts_of(module.body, expr):
            if isinstance(part, Attribute):
                yield part.attr
            elif isinstance(part, Name):
                yield part.id
                for origin in self._origins.of(module, part, context) if steps else ():
                    if isinstance(origin, Origin) and not isinstance(origin.expr, Name | String) and not origin.each:
                        yield from self._names(origin.module, origin.expr, origin.context, steps - 1)
