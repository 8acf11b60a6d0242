"""Services, of which two or more have boundaries to keep."""

from __future__ import annotations

from archlint.checklist.found import Found, Subject
from archlint.checklist.services import services
from archlint.project import Project


def find(project: Project) -> Found:
    """The services; not applicable for one deployable with no contract between its parts."""
    found = services(project)
    if len(found) < 2:
        return Found(not_applicable=f"{'one service' if found else 'no service'} in the deployment files or the configuration")
    return Found(tuple(Subject(f"{service.name} ({service.folder})", service.site) for service in found))
