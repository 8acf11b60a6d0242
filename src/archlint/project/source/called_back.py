"""Functions that the program hands to something that runs them again and again: a scheduler, a signal, a dependency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Name, String
from archlint.project.model import Def
from archlint.project.parts import leaves_of
from archlint.project.source.callers import callers_above
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archlint.facts.syntax import Expr
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_STEPS = 1
"""Functions between what is handed on and what is asked about."""
_AT_ONCE = frozenset(
    {"map", "filter", "sorted", "min", "max", "partial", "reduce", "print", "isinstance", "run", "Thread", "Process"}
)
"""Calls that run it here and now, or once."""
_ONCE = frozenset({"lifespan", "startup", "shutdown", "on_startup", "on_shutdown", "post_init", "before_serving"})
_SIGNALS = frozenset({"receiver", "listens_for", "scheduled_job", "periodic_task", "repeat_every"})
"""Decorators of what waits for a signal, or for its time."""

_Place = tuple["Module", Name | Attribute, int]
"""A module, what stands in it, and in which context."""


class CalledBack:
    """By the name under which a plain function stands among what a call is given, or by a decorator that waits for signals."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._methods: dict[str, frozenset[Def]] = {}

    def holds(self, definition: Def) -> bool:
        """The function, or one that calls it, is called back."""
        return any(map(self.is_handed_on, callers_above(definition, self._project.effects.calling, _STEPS)))

    def is_handed_on(self, definition: Def) -> bool:
        """The function itself is."""
        module, function = definition.module, definition.function
        if any(last_name(module.body, decorator) in _SIGNALS for decorator in function.decorators):
            return True
        if function.klass >= 0:
            return definition in self._handed_methods(function.name)
        if module.body.contexts[function.outer].kind != "module":
            return False
        return self._is_meant(definition, self._given_later(function.name))

    def is_handed_once(self, definition: Def) -> bool:
        """A program is given the plain function to run it as it starts or ends: `FastAPI(lifespan=opened)`."""
        return definition.function.klass < 0 and self._is_meant(definition, self._given_once(definition.function.name))

    def _is_meant(self, definition: Def, places: Iterable[_Place]) -> bool:
        """A place at which the name stands for the function."""
        module, name = definition.module, definition.function.name
        found = [(taker, isinstance(leaf, Attribute)) for taker, leaf, _ in places]
        if any(taker is module for taker, _ in found):
            return True
        takers = self._project.types.inference.usage.importers(module) if found else ()
        return any(
            taker.path in takers and (is_part or any(given.name == name for given in taker.outline.imports))
            for taker, is_part in found
        )

    def _handed_methods(self, name: str) -> frozenset[Def]:
        """Those of a name that a call is given to run them later: `add_job(func=tasks.close_expired)`, of a known type."""
        if name not in self._methods:
            inference = self._project.types.inference
            places = [place for place in self._given_later(name) if isinstance(place[1], Attribute)]
            entities = (entity for module, leaf, context in places for entity in inference.entities(module, leaf, context))
            given = (entity.definition for entity in entities if isinstance(entity, FunctionRef))
            self._methods[name] = frozenset(definition for definition in given if not _is_property(definition))
        return self._methods[name]

    def _given_later(self, name: str) -> Iterator[_Place]:
        """What has the name where a call is given it, but for what it runs at once, or once."""
        for module, row, leaf in self._project.calls.given(name):
            call = module.body.calls[row]
            values = [argument.value for argument in call.arguments if argument.name not in _ONCE]
            if last_name(module.body, call.callee) not in _AT_ONCE and not _names_once(values) and _hold(values, leaf):
                yield module, leaf, call.context

    def _given_once(self, name: str) -> Iterator[_Place]:
        """`lifespan=opened`, `on_startup=[connect]`, `add_event_handler("startup", connect)`."""
        for module, row, leaf in self._project.calls.given(name):
            call = module.body.calls[row]
            of_once = [argument.value for argument in call.arguments if argument.name in _ONCE]
            if _names_once([argument.value for argument in call.arguments]) or _hold(of_once, leaf):
                yield module, leaf, call.context


def _hold(values: list[Expr], leaf: Expr) -> bool:
    return any(each is leaf for value in values for each in leaves_of(value))


def _names_once(values: list[Expr]) -> bool:
    return any(isinstance(value, String) and value.value in _ONCE for value in values)


def _is_property(definition: Def) -> bool:
    """What stands there is what it gives."""
    decorators = definition.function.decorators
    return any("property" in last_name(definition.module.body, decorator) for decorator in decorators)
