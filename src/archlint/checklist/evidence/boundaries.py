"""Services, of which two or more have boundaries to keep."""

from __future__ import annotations

from archlint.checklist.found import Found, Subject
from archlint.project import Project
from archlint.project.services import Service


def find(project: Project) -> Found:
    """The services, proven where their code imports no other's; not applicable for one deployable with no contract between
    its parts."""
    found = project.services.all
    if len(found) < 2:
        return Found(not_applicable=f"{'one service' if found else 'no service'} in the deployment files or the configuration")
    return Found(tuple(_subject(project, service) for service in found))


def _subject(project: Project, service: Service) -> Subject:
    reaching = next((link for link in project.service_links.imports if link.source is service), None)
    proof = "" if reaching is not None else "imports no other service"
    return Subject(f"{service.name} ({service.folder})", service.site, proof)
