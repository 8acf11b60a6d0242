"""All the calls of a function, where it is sure that these are all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project


def known_callers(project: Project, definition: Def) -> list[CallSite]:
    """Those of production code; none where a request runs it, or a call by its name is not known to be of another."""
    if definition in project.endpoints.by_definition:
        return []
    sites = [site for site in project.calls.callers(definition) if site.module.is_production]
    known = {(site.path, site.call.at, site.call.end) for site in sites}
    written = ((m, call) for m, call in project.calls.written(definition.function.name) if m.is_production)
    unknown = ((m, call) for m, call in written if (m.path, call.at, call.end) not in known)
    return sites if all(project.calls.runs_another(module, call, {definition}) for module, call in unknown) else []
