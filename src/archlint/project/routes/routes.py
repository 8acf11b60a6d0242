"""The routes that the project serves: each with its whole path, what answers it and the apps it is reachable from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.project.names.origins import Origins
from archlint.project.routes.apps import find_apps, is_for_developers, setting_values
from archlint.project.routes.early_answers import early_answers
from archlint.project.routes.named_routes import named_routes
from archlint.project.routes.route_paths import RoutePaths, joined
from archlint.project.routes.route_records import App, Container, Declaration, Handler, Route
from archlint.project.routes.route_tree import UNKNOWN_OWNER, RouteTree

if TYPE_CHECKING:
    from archlint.project.program import Project

_DEPTH = 10
_MOST_PATHS = 16
_MOST_VISITS = 20_000


class Routes:
    """`routes` are sorted by place; tests declare none. `foreign`: URL configurations of libraries that are included,
    as (dotted name, place)."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.tree = RouteTree(project)
        self.foreign: tuple[tuple[str, Site], ...] = tuple(sorted(set(self.tree.foreign)))

    @cached_property
    def apps(self) -> tuple[App, ...]:
        """Every app that is made outside tests, mounted ones too; see `project.apps` for those that are served."""
        return find_apps(self._project, self.tree, self.roots)

    @cached_property
    def roots(self) -> dict[str, Container]:
        """Apps by key: app objects, and the lists of routes that a framework's settings name."""
        found = {key: c for key, c in self.tree.containers.items() if c.kind == "app"}
        for container in self._configured():
            found[container.key] = container
        return dict(sorted(found.items()))

    def _configured(self) -> Iterator[Container]:
        given = list(setting_values(self._project, "url-conf"))
        for_real = [setting for setting in given if not is_for_developers(setting[0])]
        for module, expr, context in for_real or given:
            for dotted in RoutePaths(self._project, Origins(self._project)).texts(module, expr, context, {}):
                found = self._project.modules.find(dotted, near=module)
                urls = self.tree.urls_of(found) if found is not None else None
                if urls is not None:
                    yield urls

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        paths: dict[Declaration, dict[str, None]] = defaultdict(dict)
        above: dict[Declaration, set[str]] = defaultdict(set)
        below = {i.child for inclusions in self.tree.included.values() for i in inclusions}
        # an app inside another is read below it, and on its own only if nothing that is read holds it
        for key in sorted(self.roots, key=lambda k: (k in below, k)):
            if key in below and any(key in known for known in above.values()):
                continue
            for declaration, path, chain in self._below(key):
                above[declaration] |= chain
                if len(paths[declaration]) < _MOST_PATHS:
                    paths[declaration][path] = None
        found = [self._placed(d, tuple(paths[d]), frozenset(above[d])) for d in paths]
        for key, declarations in self.tree.declared.items():
            prefixes = self.tree.own_prefixes(key) if key != UNKNOWN_OWNER else ("",)
            found += [_loose(d, prefixes, key) for d in declarations if d not in paths]
        found += early_answers(self._project)
        found += named_routes(self._project)
        return tuple(sorted(dict.fromkeys(found), key=lambda route: (route.site, route.paths)))

    def _placed(self, d: Declaration, paths: tuple[str, ...], above: frozenset[str]) -> Route:
        return Route(paths, d.methods, d.handler, d.site, d.via, tuple(sorted(above & self.roots.keys())), d.module, above)

    def _below(self, key: str) -> Iterator[tuple[Declaration, str, frozenset[str]]]:
        """The declarations below an app, with each of their paths and the containers on the way."""
        stack: list[tuple[str, str, frozenset[str]]] = [(key, joined(p), frozenset({key})) for p in self.tree.own_prefixes(key)]
        visits = 0
        while stack and visits < _MOST_VISITS:
            visits += 1
            owner, prefix, chain = stack.pop()
            for declaration in self.tree.declared.get(owner, ()):
                for path in declaration.paths:
                    yield declaration, joined(prefix.strip("/"), path), chain
            if len(chain) > _DEPTH:
                continue
            for inclusion in self.tree.included.get(owner, ()):
                if inclusion.child in chain:
                    continue
                own = ("",) if inclusion.overrides else self.tree.own_prefixes(inclusion.child)
                for part in inclusion.prefixes:
                    below = [joined(prefix.strip("/"), part, inner) for inner in own]
                    stack += [(inclusion.child, path, chain | {inclusion.child}) for path in below]


def _loose(d: Declaration, prefixes: tuple[str, ...], container: str) -> Route:
    paths = tuple(dict.fromkeys(joined(prefix, path) for prefix in prefixes for path in d.paths))
    return Route(paths, d.methods, d.handler, d.site, d.via, None, d.module, frozenset((container,)))


__all__ = ["App", "Handler", "Route", "Routes"]
