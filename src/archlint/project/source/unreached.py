"""Modules to which no import leads from anything that is run: left over in a program that is put together by imports."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import String
from archlint.project.source.one_off import PLAIN
from archlint.project.source.unimported import SERVED
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_MANY = 8
"""Modules that are led to, of one source root: fewer do not show how it is put together."""
_MOST = 3
"""Of this many modules of the root at most one is left, or something loads them that is not seen."""
_DESCRIBING = PLAIN | {"dataclass", "define", "frozen", "total_ordering", "unique", "final", "runtime_checkable"}
"""Decorators by which nothing is registered anywhere."""
_ACTING = frozenset({"expression", "for", "with", "while"})
"""Statements that do something when a module is loaded, and so may be what it is loaded for."""


class Unreached:
    """Told where apps or workers are seen to be served, nothing loads modules by names that it makes, and imports lead from
    what is run to nearly all that lies in the source root."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def holds(self, module: Module) -> bool:
        return module.path in self._left

    @cached_property
    def _left(self) -> frozenset[str]:
        if self._project.led_to.is_empty or self._project.loaded_by_name.makes_names:
            return frozenset()
        production = [module for module in self._project.modules.production if not module.is_package]
        seen = self._led_to(module for module in self._project.modules.all if self._is_run(module))
        if all(module.path in seen for module in production):
            return frozenset()
        # all texts are read for names of modules: last
        named = (module for module in self._project.modules.production if self._project.loaded_by_name.names(module))
        seen |= self._led_to(named)
        reached = Counter(module.root for module in production if module.path in seen)
        every = Counter(module.root for module in production)
        shown = {root for root, count in reached.items() if count >= _MANY and (every[root] - count) * _MOST <= every[root]}
        return frozenset(module.path for module in production if module.root in shown and module.path not in seen)

    def _led_to(self, begin: Iterable[Module]) -> set[str]:
        """The paths of what these import, and so on, with the packages that are loaded on the way."""
        found: set[str] = set()
        waiting = list(begin)
        while waiting:
            module = waiting.pop()
            if module.path in found:
                continue
            found.add(module.path)
            waiting += (edge.imported for edge in self._project.imports.edges(module, "all"))
            above = self._project.modules.find(module.package, module) if module.package != module.local_name else None
            waiting += [above] if above is not None else []
        return found

    def _is_run(self, module: Module) -> bool:
        """Something other than an import may be what loads the module; a test shows nothing."""
        if module.is_test or module.is_package:
            return False
        if not module.is_production or module.is_settings or module.outline.main_guard or module.scopes.gives_any(SERVED):
            return True
        if self._others[module.path.rpartition("/")[2]] > 1 or self._registers(module):
            return True
        acting = (s for s in module.body.statements if s.kind in _ACTING and not isinstance(s.value, String))
        return any((place := module.body.contexts[s.context]).function < 0 and place.klass < 0 for s in acting)

    @cached_property
    def _others(self) -> Counter[str]:
        """The name of a file → how many of that name nothing imports: frameworks find the same file in each package."""
        imported = {e.imported.path for m in self._project.modules.all for e in self._project.imports.edges(m, "all")}
        return Counter(m.path.rpartition("/")[2] for m in self._project.modules.production if m.path not in imported)

    def _registers(self, module: Module) -> bool:
        """Something at the top of the module is decorated, and not only as a route of a router that is put nowhere."""
        if any(site.path == module.path for site in self._project.calls.registered("serve")):
            return True
        outline, body = module.outline, module.body
        on_functions = (d for function in outline.functions if function.klass < 0 for d in function.decorators)
        decorators = (*on_functions, *(d for klass in outline.classes for d in klass.decorators))
        routes = (route for route in self._project.routes.routes if route.site.path == module.path)
        left = {route.site.at for route in routes if self._project.left_routers.hold(route)}
        return any(d.at not in left and last_name(body, d) not in _DESCRIBING for d in decorators)
