"""Routers that the program makes and puts nowhere, or leaves out where it lists the others: what is declared on them nobody
can ask for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.routes.route_records import Container, Route


_MANY = 3
"""Routers that are listed by texts: fewer do not show that all are."""


class LeftRouters:
    """Told where the program puts other routers of the same kind into its apps, so that it is seen how it does, and loads no
    modules by names that it makes; or lists by texts (`"shop.orders:router"`) those that it loads."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def hold(self, route: Route) -> bool:
        """The route is declared on routers alone, none of which is put into anything, in modules that at most tests import."""
        containers = self._project.routes.tree.containers
        declared_on = [containers[key] for key in route.containers if key in containers]
        return bool(declared_on) and route.apps is None and all(map(self._is_left, declared_on))

    def _is_left(self, container: Container) -> bool:
        if container.kind != "router" or container.key in self._included:
            return False
        if self._listed:
            return not self._is_named(container)
        if container.type_name not in self._kinds:
            return False
        modules = self._project.modules.by_path
        if any(not modules[path].is_test for path in self._project.types.inference.usage.importers(container.module)):
            return False  # a test may put it into an app of its own
        return not self._project.loaded_by_name.makes_names

    def _is_named(self, container: Container) -> bool:
        """By a text of a list, or by an import of it or of all its module."""
        module, symbols = container.module, self._project.symbols
        if f"{module.local_name}:{container.name}" in self._listed or f"{module.name}:{container.name}" in self._listed:
            return True
        importers = (self._project.modules.by_path[path] for path in self._project.types.inference.usage.importers(module))
        return any(
            meant.module is module and (given.name in (None, "*", container.name) or meant.kind == "module")
            for importer in importers
            for row, given in enumerate(importer.outline.imports)
            for meant in symbols.imported(importer, row)
        )

    @cached_property
    def _listed(self) -> frozenset[str]:
        """The texts that name routers of the program, where they name many and no module is found by other ways."""
        containers = self._project.routes.tree.containers.values()
        routers = {
            f"{name}:{c.name}" for c in containers if c.kind == "router" for name in (c.module.local_name, c.module.name)
        }
        found = self._project.loaded_by_name.with_attributes & routers
        return found if len(found) >= _MANY and not self._project.loaded_by_name.searches else frozenset()

    @cached_property
    def _included(self) -> frozenset[str]:
        return frozenset(each.child for found in self._project.routes.tree.included.values() for each in found)

    @cached_property
    def _kinds(self) -> frozenset[str]:
        """The library types of the routers that are put somewhere."""
        containers = self._project.routes.tree.containers
        return frozenset(containers[key].type_name for key in self._included if key in containers)
