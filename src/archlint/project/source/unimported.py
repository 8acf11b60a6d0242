"""Modules that nobody imports and that nothing shows to be served: left over, or a script that is run by hand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Name
from archlint.project.source.by_hand import LASTING
from archlint.project.source.one_off import PLAIN
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.syntax import Statement
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

SERVED = frozenset({"app", "application", "asgi", "wsgi", "api", "server", "worker", "handler", "lambda_handler", "dag"})
"""Names at the top of a module by which a server, a worker or a platform finds what it runs."""


class Unimported:
    def __init__(self, project: Project) -> None:
        self._project = project

    def is_idle(self, module: Module) -> bool:
        """Nobody imports the module, it registers nothing, and what it does itself is no program that goes on."""
        name = module.local_name.rpartition(".")[2]
        if not self._project.imports.count or module.is_package or name in self._imported or self._is_served(module):
            return False  # where no file imports another, that nobody does tells nothing
        done = {statement.kind for statement in module.body.statements if _is_at_top(module, statement)}
        if {"expression", "for", "with"}.isdisjoint(done) and not module.outline.main_guard:
            return True
        return not goes_on(module)

    def is_for_scripts(self, module: Module) -> bool:
        """Scripts import the module, and beside them nothing but tests and migrations."""
        if module.is_package or self._is_served(module):
            return False
        takers = [
            other
            for other in self._project.modules.all
            if other is not module and any(edge.imported is module for edge in self._project.imports.edges(other))
        ]
        aside = self._project.by_hand.files
        scripts = [
            other
            for other in takers
            if (other.is_script or other.path in aside) and not LASTING.search(other.name.rpartition(".")[2])
        ]
        return bool(scripts) and all(o in scripts or o.is_migration or not o.is_production for o in takers)

    @cached_property
    def _imported(self) -> frozenset[str]:
        """Last names of what is imported anywhere, modules and members alike: who shares one with a module keeps it."""
        return frozenset(
            name
            for module in self._project.modules.all
            for given in module.outline.imports
            for name in (given.module.rpartition(".")[2], given.name)
            if name
        )

    def _is_served(self, module: Module) -> bool:
        if any(site.path == module.path for site in self._project.calls.registered("serve")):
            return True
        if module.path.rpartition("/")[2] in self._project.by_hand.started:
            return True
        outline = module.outline
        decorators = (d for function in outline.functions if function.klass < 0 for d in function.decorators)
        if any(last_name(module.body, decorator) not in PLAIN for decorator in decorators):
            return True
        if not SERVED.isdisjoint(function.name for function in outline.functions):
            return True
        return any(isinstance(s.target, Name) and s.target.id in SERVED for s in module.statements["assign"])


def goes_on(module: Module) -> bool:
    """It is a program that does not end, by a loop of its own or by its name."""
    has_loop = any(place.kind == "while" and place.function < 0 for place in module.body.contexts)
    return has_loop or LASTING.search(module.local_name.rpartition(".")[2]) is not None


def _is_at_top(module: Module, statement: Statement) -> bool:
    place = module.body.contexts[statement.context]
    return place.function < 0 and place.klass < 0
