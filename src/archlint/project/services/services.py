"""The services of a project: what is deployed on its own. Web, worker and beat processes of one build are one."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.deployment import Deployable
from archlint.facts.findings import Site

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

Run = tuple[str, Deployable]
"""(deployment file, what it runs)."""

_FOLDERS = frozenset({"services", "apps", "microservices"})
_ENTRY = re.compile(r"(main|app|asgi|wsgi|server|application|run|worker|api|__main__|manage)\.py")
_RUN = re.compile(r"\bpython[\d.]*[\s\"',]+-m[\s\"',]+([A-Za-z_][\w.]*)")
_STARTS = frozenset({"__main__.py", "manage.py"})


class Service(Struct, frozen=True):
    """`names`: what deployment files call its processes; `folder`: its code, relative to the root (`.`: all of it)."""

    name: str
    site: Site
    folder: str
    names: tuple[str, ...]
    deployables: tuple[Run, ...] = ()

    def holds(self, path: str) -> bool:
        return _is_below(path, self.folder)


class Services:
    """The services of one project: `all`, sorted by name, and the one that a module belongs to (`of`)."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._of: dict[str, Service | None] = {}

    @cached_property
    def all(self) -> tuple[Service, ...]:
        """Configured services, else one a build: the contexts of compose files, or the folders of their Dockerfiles where
        several of these, with code beside each, build one context; folders with code and a Dockerfile; else folders in
        `services/` or `apps/` that have an entry point each.

        Kubernetes workloads belong to the service whose name, or whose folder's name, they or their images have."""
        project = self._project
        if project.settings.services:
            place = Site(project.settings.config_path or "pyproject.toml", 0, 0)
            return tuple(
                Service(name, place, folder.rstrip("/"), (name,), _run_in(project, name))
                for name, folder in sorted(project.settings.services.items())
            )
        builds = _by_compose(project)
        builds |= _by_dockerfile(project, frozenset(builds))
        found = [_service(folder, run, _workloads(project, folder, run)) for folder, run in builds.items()]
        return tuple(sorted(found or _by_folder(project), key=lambda service: (service.name, service.folder)))

    def of(self, module: Module) -> Service | None:
        """The service whose folder holds the module, the innermost of several; None for code that is no service's."""
        return self.holding(module.path)

    def holding(self, path: str) -> Service | None:
        """The same of any file."""
        if path not in self._of:
            holding = (service for service in self.all if service.holds(path))
            self._of[path] = max(holding, key=lambda service: len(service.folder), default=None)
        return self._of[path]

    def stands_on(self, service: Service, other: Service) -> bool:
        """The image of the one is made from that of the other, so that it has all its code by intent."""
        seen: set[str] = set()
        waiting = [service]
        while waiting:
            for found in self._bases(waiting.pop()):
                if found.folder == other.folder:
                    return True
                if found.folder not in seen:
                    seen.add(found.folder)
                    waiting.append(found)
        return False

    def _bases(self, service: Service) -> list[Service]:
        made_from = {
            _image_name(deployable.image)
            for path, deployable in self._project.deployment.deployables
            if deployable.source == "dockerfile" and service.holds(path)
        }
        return [
            each
            for each in self.all
            if each.folder != service.folder and not made_from.isdisjoint((*each.names, posixpath.basename(each.folder)))
        ]


def _run_in(project: Project, name: str) -> tuple[Run, ...]:
    return tuple((path, d) for path, d in project.deployment.deployables if d.name == name)


def _by_compose(project: Project) -> dict[str, list[Run]]:
    """The folders that compose files build, with what runs of each."""
    contexts: dict[str, dict[str, list[Run]]] = {}
    for path, deployable in project.deployment.deployables:
        if deployable.source == "compose" and deployable.build:
            context = posixpath.normpath(posixpath.join(posixpath.dirname(path), deployable.build))
            own = posixpath.normpath(posixpath.join(context, posixpath.dirname(deployable.dockerfile)))
            contexts.setdefault(context, {}).setdefault(own, []).append((path, deployable))
    found: dict[str, list[Run]] = {}
    for context, by_own in contexts.items():
        with_code = [own for own in by_own if any(_is_below(m.path, own) for m in project.modules.production)]
        is_shared = (
            context not in by_own
            and len(with_code) > 1
            and not any(_is_below(one, other) for one in by_own for other in by_own if one != other)
        )
        for own, runs in by_own.items():
            found.setdefault(own if is_shared else context, []).extend(runs)
    return found


def _by_dockerfile(project: Project, contexts: frozenset[str]) -> dict[str, list[Run]]:
    """Folders with a Dockerfile and code. One inside another, or around one, may be another image of the same code."""
    found: dict[str, list[Run]] = {}
    for path, deployable in project.deployment.deployables:
        folder = posixpath.dirname(path) or "."
        if deployable.source != "dockerfile" or not _may_start(project, folder, deployable.command):
            continue
        if any(_is_below(m.path, folder) for m in project.modules.production):
            found.setdefault(folder, []).append((path, deployable))
    others = contexts | found.keys()
    return {
        folder: run
        for folder, run in found.items()
        if not any(_is_below(folder, other) or _is_below(other, folder) for other in others - {folder})
        and folder not in contexts
    }


def _may_start(project: Project, folder: str, command: str) -> bool:
    """The command of an image runs no module of the project's own that is missing: with that nobody can have deployed it.

    Only where a folder of that name stands beside the Dockerfile: other modules come from libraries."""
    run = _RUN.search(command)
    if run is None or folder == ".":
        return True
    package, _, rest = run[1].partition(".")
    below = [m.path for m in project.modules.all if m.path.startswith((f"{folder}/{package}/", f"{folder}/{package}.py"))]
    wanted = f"{package}/{rest.replace('.', '/')}" if rest else ""
    held = (path.removeprefix(f"{folder}/").removesuffix(".py") for path in below)
    return not wanted or not below or any(path == wanted or path.startswith(f"{wanted}/") for path in held)


def _is_below(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")


def _workloads(project: Project, folder: str, run: list[Run]) -> list[Run]:
    called = {d.name for _, d in run if d.source == "compose"} | {posixpath.basename(folder)}
    return [
        (path, d)
        for path, d in project.deployment.deployables
        if d.source == "kubernetes" and not called.isdisjoint({d.name, _image_name(d.image)})
    ]


def _image_name(image: str) -> str:
    """`registry:5000/shop/orders:1.2@sha256:…` → `orders`."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def _service(folder: str, run: list[Run], workloads: list[Run]) -> Service:
    path, deployable = min(run, key=lambda pair: (not pair[1].ports, pair[0], pair[1].at))
    by_folder = posixpath.basename(folder)
    name = deployable.name if deployable.source == "compose" else by_folder
    names = {d.name for _, d in [*run, *workloads] if d.source != "dockerfile"} | {name}
    site = Site(path, deployable.at, deployable.end)
    return Service(name, site, folder, tuple(sorted(names)), (*run, *workloads))


def _by_folder(project: Project) -> list[Service]:
    """Folders of `services/` and of its like, if two or more of them start something: an app that is served, a package
    that is run, a script that manages."""
    apps = {app.module.path for app in project.routes.apps if not app.mounted}
    found: dict[str, Module] = {}
    for module in project.modules.production:
        above, _, rest = module.path.partition("/")
        name, _, inside = rest.partition("/")
        file = posixpath.basename(inside)
        if above not in _FOLDERS or not _ENTRY.fullmatch(file):
            continue
        if module.path in apps or (file in _STARTS and inside.count("/") <= 1):
            found.setdefault(f"{above}/{name}", module)
    if len(found) < 2:
        return []
    return [
        Service(posixpath.basename(folder), module.start, folder, (posixpath.basename(folder),))
        for folder, module in found.items()
    ]
