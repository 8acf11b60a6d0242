"""Services that the world reaches, and the gateway routes to them."""

from __future__ import annotations

from archlint.checklist.found import Found, Subject
from archlint.facts.deployment import Upstream
from archlint.facts.findings import Site
from archlint.project import Project
from archlint.project.services.services import Service

_LOOPBACK = ("127.", "localhost:", "[::1]:")


def find(project: Project) -> Found:
    """A subject a public service (it publishes a port, or a gateway routes to it), and one a route to nothing."""
    if not project.deployment.files:
        if project.routes.apps and len(project.settings.services) > 1:
            return Found(manual="there are no deployment files; where requests come in is not written here")
        return Found(not_applicable="no deployment file says that more than one service is public")
    upstreams = project.deployment.upstreams
    found = project.services.all
    public = [s for s in found if _published(s) or _route(s, upstreams)]
    if len(public) < 2:
        return Found(
            not_applicable=f"{'one public service' if public else 'no public service'}: nothing to put a gateway before"
        )
    by_themselves = [s for s in public if _published(s) and not _route(s, upstreams)]
    subjects = [_subject(service, upstreams, alone=len(by_themselves) > 1) for service in public]
    return Found((*subjects, *_dangling(project, upstreams)))


def _published(service: Service) -> bool:
    """Only compose files say which ports the world reaches; those of images and workloads are open inside."""
    ports = [port for _, d in service.deployables if d.source == "compose" for port in d.ports]
    return any(not port.startswith(_LOOPBACK) for port in ports)


def _host(target: str) -> str:
    return target.rpartition("//")[2].partition("/")[0].partition(":")[0].partition(".")[0]


def _route(service: Service, upstreams: tuple[tuple[str, Upstream], ...]) -> tuple[str, Upstream] | None:
    return next(((path, u) for path, u in upstreams if _host(u.target) in service.names), None)


def _subject(service: Service, upstreams: tuple[tuple[str, Upstream], ...], *, alone: bool) -> Subject:
    route = _route(service, upstreams)
    if route is not None:
        path, upstream = route
        way = f"{upstream.gateway} routes {upstream.prefix or '/'} to it"
        return Subject(service.name, Site(path, upstream.at, upstream.end), proof=way)
    if alone:
        return Subject(service.name, service.site, refutation="publishes its own port, and so does another service")
    return Subject(f"{service.name} publishes its own port", service.site)


def _dangling(project: Project, upstreams: tuple[tuple[str, Upstream], ...]) -> list[Subject]:
    """Routes to a plain name that nothing is deployed under. A host with a dot, or with a variable, may be elsewhere."""
    names = {d.name for _, d in project.deployment.deployables} | {s.name for s in project.services.all}
    return [
        Subject(f"{u.gateway} routes {u.prefix or '/'}", Site(path, u.at, u.end), refutation=f"no service is called {u.target}")
        for path, u in upstreams
        if u.target and "." not in u.target and "$" not in u.target and names and _host(u.target) not in names
    ]
