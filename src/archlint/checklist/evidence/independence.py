"""Services that can be deployed one by one: what they ask of each other is known, and goes one way."""

from __future__ import annotations

from archlint.checklist.found import Found, Subject
from archlint.project import Project


def find(project: Project) -> Found:
    """The services; one is proven if the host of each of its requests is told where it is made (the rules say of circles)
    and it imports no other.

    Not applicable for one deployable."""
    found = project.services.all
    if len(found) < 2:
        return Found(not_applicable=f"{'one service' if found else 'no service'} in the deployment files or the configuration")
    links = project.service_links
    importing = {link.source.folder for link in links.imports}
    return Found(
        tuple(
            Subject(
                f"{service.name} ({service.folder})",
                service.site,
                "" if service.folder in importing or service.folder in links.unknown else "whom it asks is known",
            )
            for service in found
        )
    )
