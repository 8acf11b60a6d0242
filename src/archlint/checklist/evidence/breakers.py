"""Requests to other services, each of which is made through a breaker or not."""

from __future__ import annotations

from archlint.checklist.evidence import outbound
from archlint.checklist.found import Found, Subject
from archlint.project import Project
from archlint.project.effects.breakers import Breakers


def find(project: Project) -> Found:
    """A subject a request, proven where a breaker is around it; modules that use a client where no request is understood."""
    breakers = Breakers(project)
    requests = {point.site: breakers.guards(point) for point in breakers.requests}
    if not requests:
        return outbound.find(project)
    return Found(
        tuple(Subject("a request", site, "made through a breaker" if guarded else "") for site, guarded in requests.items())
    )
