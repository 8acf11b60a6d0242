"""Services, of which two or more have boundaries to keep, and the parts that a contract keeps apart like services."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checklist.found import Found, Subject
from archlint.project import Project
from archlint.project.services.services import Service


def find(project: Project) -> Found:
    """The services, proven where their code imports no other's, and the parts under a contract of independence, proven or
    refuted by it; not applicable for one deployable with no contract between its parts."""
    services = project.services.all
    found = [_subject(project, service) for service in services] if len(services) > 1 else []
    found += _parts(project)
    if found:
        return Found(tuple(found))
    return Found(not_applicable=f"{'one service' if services else 'no service'} in the deployment files or the configuration")


def _subject(project: Project, service: Service) -> Subject:
    reaching = next((link for link in project.service_links.imports if link.source is service), None)
    proof = "" if reaching is not None else "imports no other service"
    return Subject(f"{service.name} ({service.folder})", service.site, proof)


def _parts(project: Project) -> Iterator[Subject]:
    reaching = {
        (breach.contract.name, breach.importer): breach
        for breach in reversed(project.contracts.breaches)
        if breach.contract.kind == "independence"
    }
    for contract, name, module in project.contracts.independent:
        breach = reaching.get((contract.name, name))
        title = f"{name} (contract `{contract.name}`)"
        if breach is None:
            yield Subject(title, module.start, proof="reaches none of the others")
        else:
            yield Subject(title, breach.chain[0].site, refutation=f"reaches {breach.imported}")
