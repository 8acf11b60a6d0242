"""Routers that the program makes and puts nowhere: what is declared on them nobody can ask for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.routes.route_records import Container, Route


class LeftRouters:
    """Told where the program puts other routers of the same kind into its apps, so that it is seen how it does, and loads no
    modules by names that it makes."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def hold(self, route: Route) -> bool:
        """The route is declared on routers alone, none of which is put into anything, in modules that at most tests import."""
        containers = self._project.routes.tree.containers
        declared_on = [containers[key] for key in route.containers if key in containers]
        return bool(declared_on) and route.apps is None and all(map(self._is_left, declared_on))

    def _is_left(self, container: Container) -> bool:
        if container.kind != "router" or container.key in self._included or container.type_name not in self._kinds:
            return False
        modules = self._project.modules.by_path
        if any(not modules[path].is_test for path in self._project.types.inference.usage.importers(container.module)):
            return False  # a test may put it into an app of its own
        return not self._project.loaded_by_name.makes_names

    @cached_property
    def _included(self) -> frozenset[str]:
        return frozenset(each.child for found in self._project.routes.tree.included.values() for each in found)

    @cached_property
    def _kinds(self) -> frozenset[str]:
        """The library types of the routers that are put somewhere."""
        containers = self._project.routes.tree.containers
        return frozenset(containers[key].type_name for key in self._included if key in containers)
