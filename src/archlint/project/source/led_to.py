"""Code to which something leads that runs again and again: a route, a task, what is started with the program."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, String
from archlint.project.effects.task_retries import is_decorated_task
from archlint.project.model import Def
from archlint.project.source.callers import callers_above
from archlint.project.values.outside_values import OutsideValues

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_STEPS = 4
_MOST_NAMED = 12
_REQUEST = "request"
_STARTING = ("serve", "middleware", "signal-handler")


class LedTo:
    """By calls (`runs`), or by imports (`holds`): what no module with a route or a task needs, directly or further down, is
    a client, a tool or a script beside the program."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def holds(self, module: Module) -> bool:
        """True as well where the project has neither routes nor tasks, and for what is loaded by name: modules in one
        folder with others that are led to, or in a folder beside them."""
        package, _, _ = module.name.rpartition(".")
        beside = package.rpartition(".")[0]
        return (
            not self._all
            or module.path in self._all
            or package in self._packages
            or ("." in beside and beside in self._packages)
        )

    @cached_property
    def _packages(self) -> frozenset[str]:
        """The packages, below the top, of the modules that are led to."""
        by_path = self._project.modules.by_path
        names = (by_path[path].name.rpartition(".")[0] for path in self._all if not by_path[path].is_package)
        return frozenset(name for name in names if name)

    @property
    def is_empty(self) -> bool:
        """The project has neither."""
        return not self._all

    def runs(self, definition: Def) -> bool:
        """A request or a task comes to the function within a few calls."""
        return self._comes(definition, is_task=True)

    def is_swept(self, definition: Def) -> bool:
        """A task does that is handed nothing: it goes through what there is, each time."""
        found = callers_above(definition, self._project.effects.calling, _STEPS)
        return any(not each.function.parameters and is_decorated_task(self._project, each) for each in found)

    def is_begun(self, definition: Def) -> bool:
        """The function itself is what a route or a task runs."""
        return self._is_route(definition) or is_decorated_task(self._project, definition)

    def _is_route(self, definition: Def) -> bool:
        return definition in self._project.endpoints.by_definition or _is_given_path(definition)

    def answers(self, definition: Def) -> bool:
        """A request does."""
        return self._comes(definition, is_task=False)

    def is_awaited(self, definition: Def) -> bool:
        """A request does, also by way of what a library runs for its view (`form_valid`), or what somebody writes in a chat,
        and not by way of a task, which is left for later."""
        return self._comes(definition, is_task=False, is_later=False, is_run=True)

    def is_named_for_later(self, definition: Def) -> bool:
        """A method that nothing is known to call, where all calls by its name that run nobody knows what stand in functions to
        which tasks come and no requests: `handler.make(row)`, of whatever handler a task has found."""
        calls = self._project.calls
        if definition.function.klass < 0 or calls.callers(definition):
            return False
        places = [
            (m, call) for m, call in calls.written(definition.function.name)[:_MOST_NAMED] if not calls.site(m, call).targets
        ]
        rows = [(module, module.body.contexts[call.context].function) for module, call in places]
        callers = [Def(module, module.name, row) for module, row in rows if row >= 0]
        return bool(callers) and all(self.runs(each) and not self.is_awaited(each) for each in callers)

    def is_waited_for(self, definition: Def) -> bool:
        """A request comes to it, or to what calls it, and not by way of a task; also one of which no route is known: it is
        handed on by its name."""
        return self._comes(definition, is_task=False, handed=_REQUEST, is_later=False, at_once=True)

    def _comes(
        self,
        definition: Def,
        *,
        is_task: bool,
        handed: str = "",
        is_later: bool = True,
        is_run: bool = False,
        at_once: bool = False,
    ) -> bool:
        def calling(found: Def) -> Iterable[Def]:
            """What only a task comes to is done later."""
            is_left = not is_later and is_decorated_task(self._project, found)
            return () if is_left else self._project.effects.calling(found, at_once=at_once)

        for found in callers_above(definition, calling, _STEPS):
            if self._is_route(found):
                return True
            if handed and any(parameter.name == handed for parameter in found.function.parameters):
                return True
            if is_run and (found in self._project.endpoints.running or self._outside.takes_chat(found)):
                return True
            if is_task and is_decorated_task(self._project, found):
                return True
        return False

    @cached_property
    def _outside(self) -> OutsideValues:
        return OutsideValues(self._project)

    @cached_property
    def _all(self) -> frozenset[str]:
        imports = self._project.imports
        waiting = list(self._roots())
        found = {module.path for module in waiting}
        while waiting:
            for edge in imports.edges(waiting.pop()):
                if edge.imported.path not in found:
                    found.add(edge.imported.path)
                    waiting.append(edge.imported)
        return frozenset(found)

    def _roots(self) -> Iterator[Module]:
        project = self._project
        by_path = project.modules.by_path
        places = {route.site.path for route in project.routes.routes}
        places.update(definition.module.path for definition in project.endpoints.by_definition)
        places.update(site.path for word in _STARTING for site in project.calls.registered(word))
        for path in sorted(places):
            if by_path[path].is_production:
                yield by_path[path]
        for module in project.modules.production:
            rows = (row for row, function in enumerate(module.outline.functions) if function.decorators)
            if any(is_decorated_task(project, Def(module, module.name, row)) for row in rows):
                yield module


def _is_given_path(definition: Def) -> bool:
    """`@answers(router, path="/orders")`, a decorator of the program's own that makes a route of the function."""
    calls = definition.module.body.calls
    given = (calls[d.index] for d in definition.function.decorators if isinstance(d, CallRef))
    texts = (argument.value for call in given for argument in call.arguments)
    return any(isinstance(text, String) and text.value.startswith("/") for text in texts)
