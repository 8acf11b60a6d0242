"""Functions that are run under another name: `answer()` of what the caller gave for it, `to_thread(list_orders, session)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Lambda, Name
from archlint.project.listings.row_places import Place
from archlint.project.model import CallSite, Def
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.program import Project


def handed_functions(project: Project, place: Place, site: CallSite) -> Iterator[tuple[CallSite, Def]]:
    """The project's functions that a call runs without naming them, each with the call that says what it is given."""
    if site.operation is not None and site.operation.threaded:
        made = project.handed.made_by(site)
        yield from ((made, t.definition) for t in made.targets if t.definition is not None) if made is not None else ()
    callee = site.call.callee
    if not isinstance(callee, Name) or callee.id not in place.given:
        return
    above, expr = place.given[callee.id]
    if isinstance(expr, Lambda):
        yield site, Def(above.module, above.module.name, expr.function)
        return
    for entity in project.types.inference.entities(above.module, expr, above.context):
        if isinstance(entity, FunctionRef):
            yield site, entity.definition
