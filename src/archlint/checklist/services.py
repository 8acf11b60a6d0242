"""The services of a project: what is deployed on its own. Web, worker and beat processes of one build are one."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from archlint.facts.deployment import Deployable
from archlint.facts.findings import Site
from archlint.project import Project


@dataclass(frozen=True, slots=True)
class Service:
    """`names`: what deployment files call its processes; `folder`: its code, relative to the root (`.`: all of it)."""

    name: str
    site: Site
    folder: str
    names: tuple[str, ...]
    deployables: tuple[tuple[str, Deployable], ...] = ()


def services(project: Project) -> tuple[Service, ...]:
    """Configured services, else one a build context in compose files and Kubernetes workloads; sorted by name."""
    if project.settings.services:
        place = Site(project.settings.config_path or "pyproject.toml", 0, 0)
        return tuple(
            Service(name, place, folder.rstrip("/"), (name,), _run_in(project, name))
            for name, folder in sorted(project.settings.services.items())
        )
    builds: dict[str, list[tuple[str, Deployable]]] = {}
    for path, deployable in project.deployment.deployables:
        if deployable.source == "compose" and deployable.build:
            folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), deployable.build))
            builds.setdefault(folder, []).append((path, deployable))
    return tuple(sorted((_service(folder, run) for folder, run in builds.items()), key=lambda s: (s.name, s.folder)))


def _run_in(project: Project, name: str) -> tuple[tuple[str, Deployable], ...]:
    return tuple((path, d) for path, d in project.deployment.deployables if d.name == name)


def _service(folder: str, run: list[tuple[str, Deployable]]) -> Service:
    first = min(run, key=lambda pair: (not pair[1].ports, pair[0], pair[1].at))
    path, deployable = first
    names = tuple(sorted({d.name for _, d in run}))
    return Service(deployable.name, Site(path, deployable.at, deployable.end), folder, names, tuple(run))
