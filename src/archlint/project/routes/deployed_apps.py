"""Whether an app is known to be a service that somebody deploys and watches, and what it depends on itself."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.deployment import Deployable
from archlint.facts.findings import Confidence
from archlint.project.routes.apps import asked_apps, is_own
from archlint.project.routes.route_records import App, Route

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

DEPENDENCY_EFFECTS = {
    "db.read": "database",
    "db.write": "database",
    "cache.read": "cache",
    "cache.write": "cache",
    "cache.delete": "cache",
    "publish": "broker",
    "enqueue": "broker",
}
DEPENDENCY_KINDS = frozenset({"orm", "driver", "cache-client", "broker-client", "cloud-sdk"})
_SHARE = 2
"""An app of which another one serves this part is another start of it."""


class DeployedApps:
    """Questions about one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def doubt(self, app: App) -> str:
        """Why it is not proved that a health route is wanting in this app; empty where it is."""
        first = self._first_start(app)
        if first is not None:
            return f"it starts what `{first.name}` ({first.module.path}) serves once more"
        if app.key in self._project.routes.tree.unseen:
            return "what is mounted at its root is not known"
        if self._goes_through_one(app):
            return "one handler answers all that it is asked, and what it leads on to is not known"
        if not self._is_deployed(app):
            if not any(path.strip("/") for route in self._routes(app) for path in route.paths):
                return "nothing deploys it, and it serves nothing but its root"
            if not self.depends(app):
                return "nothing deploys it, and it uses no database, cache or broker"
        return ""

    def _goes_through_one(self, app: App) -> bool:
        """A remote procedure call's one address: what may be asked is in the body."""
        routes = [route for route in self._routes(app) if set(route.methods) != {"OPTIONS"}]
        posted = any("POST" in route.methods and not any(path.strip("/") for path in route.paths) for route in routes)
        return posted and len({route.handler for route in routes}) == 1 and routes[0].handler is not None

    def depends(self, app: App) -> bool:
        """Does the app itself come to a database, cache, broker or cloud service, by what it and its handlers import?"""
        return any(self._uses_dependency(module) for module in self._closure(app))

    def _routes(self, app: App) -> frozenset[Route]:
        return frozenset(route for route in self._project.routes.routes if app.key in (route.apps or ()))

    def _first_start(self, app: App) -> App | None:
        """Another app that is asked as well and serves half of this one's routes: the same program, started otherwise."""
        mine = self._routes(app)
        for other in asked_apps(self._project) if mine else ():
            theirs = self._routes(other)
            comes_first = (-len(theirs), other.site) < (-len(mine), app.site)
            if comes_first and len(mine & theirs) * _SHARE >= len(mine):
                return other
        return None

    def _is_deployed(self, app: App) -> bool:
        """A deployment file runs it or builds an image of the folder in which it lies, or a server looks for it where it
        stands."""
        return app.offered or any(self._covers(path, d, app.module) for path, d in self._project.deployment.deployables)

    def _covers(self, path: str, deployable: Deployable, module: Module) -> bool:
        if not is_own(deployable):
            return False
        folder = path.rpartition("/")[0]
        return not folder or module.path.startswith(folder + "/") or folder not in self._code_folders

    @cached_property
    def _code_folders(self) -> frozenset[str]:
        """The folders that hold code somewhere below them."""
        folders = {module.path.rpartition("/")[0] for module in self._project.modules.production}
        return frozenset(f[:i] for f in folders for i in range(1, len(f) + 1) if i == len(f) or f[i] == "/")

    def _closure(self, app: App) -> frozenset[Module]:
        """The modules of the app, of its routes and their handlers, with all that they import; of a Django project the
        whole, as its settings name what it is made of."""
        if self._project.routes.roots[app.key].kind == "urls":
            return frozenset(m for m in self._project.modules.production if m.root == app.module.root)
        waiting = [app.module, *(route.module for route in self._routes(app))]
        found: dict[str, Module] = {}
        while waiting:
            module = waiting.pop()
            if module.path not in found:
                found[module.path] = module
                waiting += [edge.imported for edge in self._project.imports.edges(module)]
        return frozenset(found.values())

    def _uses_dependency(self, module: Module) -> bool:
        kinds = self._project.knowledge.package_kinds
        return module.path in self._asking or any(
            not given.level and not DEPENDENCY_KINDS.isdisjoint(kinds(given.module)) for given in module.outline.imports
        )

    @cached_property
    def _asking(self) -> frozenset[str]:
        """The files that ask a dependency themselves."""
        return frozenset(
            point.site.path
            for effect in DEPENDENCY_EFFECTS
            for point in self._project.effects.points(effect)
            if point.is_direct and point.module.is_production and point.confidence >= Confidence.MEDIUM
        )
