"""The methods of an object that answer the verbs of its route: `on_get`, `on_get_all`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from archlint.project.model import Type
from archlint.project.names.class_attributes import method_in
from archlint.project.routes.route_records import Declaration, Handler

if TYPE_CHECKING:
    from archlint.facts.knowledge import Route as RouteFacet
    from archlint.project.model import CallSite
    from archlint.project.program import Project

_VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def by_verbs(
    project: Project, site: CallSite, facet: RouteFacet, suffixes: tuple[str, ...], declared: Declaration
) -> Iterator[Declaration]:
    """One for each method of the object that is handed over; of an object that is not known one for all."""
    expr = site.argument(facet.handler)
    given = project.types.all(site.module, expr, site.call.context) if expr is not None else ()
    ends = [f"_{suffix}" for suffix in suffixes] or [""]
    names = {f"{facet.responders}{verb.lower()}{end}": verb for verb in _VERBS for end in ends}
    found = [
        replace(declared, methods=(verb,), handler=Handler(method))
        for each in given
        for name, verb in names.items()
        if (method := method_in(project, Type(each.name), name)) is not None
    ]
    yield from dict.fromkeys(found) if found else (declared,)
