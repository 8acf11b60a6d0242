"""Functions that the program hands to something that runs them again and again: a scheduler, a signal, a dependency."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Name, String
from archlint.project.model import Def
from archlint.project.parts import leaves_of
from archlint.project.source.callers import callers_above
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.facts.syntax import Call, Expr
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
        return self._is_meant(definition, self._handed.get(function.name) or set())

    def is_handed_once(self, definition: Def) -> bool:
        """A program is given the plain function to run it as it starts or ends: `FastAPI(lifespan=opened)`."""
        return definition.function.klass < 0 and self._is_meant(
            definition, self._handed_once.get(definition.function.name, set())
        )

    def _is_meant(self, definition: Def, places: set[tuple[str, bool]]) -> bool:
        """A place at which the name stands for the function."""
        module, name = definition.module, definition.function.name
        if any(path == module.path for path, _ in places):
            return True
        takers = self._project.types.inference.usage.importers(module) if places else ()
        return any(path in takers and (is_part or self._is_imported(name, path)) for path, is_part in places)

    def _handed_methods(self, name: str) -> frozenset[Def]:
        """Those of a name that a call is given to run them later: `add_job(func=tasks.close_expired)`, of a known type."""
        if name not in self._methods:
            inference = self._project.types.inference
            places = self._attributes.get(name, ())
            entities = (entity for module, leaf, context in places for entity in inference.entities(module, leaf, context))
            given = (entity.definition for entity in entities if isinstance(entity, FunctionRef))
            self._methods[name] = frozenset(definition for definition in given if not _is_property(definition))
        return self._methods[name]

    @cached_property
    def _attributes(self) -> dict[str, list[tuple[Module, Attribute, int]]]:
        """Last name → the attributes that a call is given, but for what it runs at once."""
        found: dict[str, list[tuple[Module, Attribute, int]]] = defaultdict(list)
        for module in self._project.modules.production:
            for call in module.body.calls:
                for leaf in self._given_later(module, call):
                    if isinstance(leaf, Attribute):
                        found[leaf.attr].append((module, leaf, call.context))
        return found

    def _is_imported(self, name: str, path: str) -> bool:
        return any(given.name == name for given in self._project.modules.by_path[path].outline.imports)

    @cached_property
    def _handed(self) -> dict[str, set[tuple[str, bool]]]:
        """Name of a plain function → the files in which a call is given it to run it later, and whether as a part of
        a module."""
        outlines = (module.outline for module in self._project.modules.production)
        known = {function.name for outline in outlines for function in outline.functions if function.klass < 0}
        found: dict[str, set[tuple[str, bool]]] = defaultdict(set)
        for module in self._project.modules.production:
            for call in module.body.calls:
                for leaf in self._given_later(module, call):
                    if isinstance(leaf, Name) and leaf.id in known:
                        found[leaf.id].add((module.path, False))
                    elif isinstance(leaf, Attribute) and leaf.attr in known:
                        found[leaf.attr].add((module.path, True))
        return found

    @cached_property
    def _handed_once(self) -> dict[str, set[tuple[str, bool]]]:
        """Name of a function → the files in which a call is given it to run it once, and whether as a part of a module."""
        found: dict[str, set[tuple[str, bool]]] = defaultdict(set)
        for module in self._project.modules.production:
            for call in module.body.calls:
                for leaf in _given_once(call):
                    if isinstance(leaf, Name):
                        found[leaf.id].add((module.path, False))
                    elif isinstance(leaf, Attribute):
                        found[leaf.attr].add((module.path, True))
        return found

    def _given_later(self, module: Module, call: Call) -> Iterator[Expr]:
        """What a call is given, but for what it runs at once, or once."""
        if last_name(module.body, call.callee) in _AT_ONCE:
            return
        values = [argument.value for argument in call.arguments if argument.name not in _ONCE]
        if not _names_once(values):
            for value in values:
                yield from leaves_of(value)


def _given_once(call: Call) -> Iterator[Expr]:
    """`lifespan=opened`, `on_startup=[connect]`, `add_event_handler("startup", connect)`."""
    by_name = _names_once([argument.value for argument in call.arguments])
    for argument in call.arguments:
        if by_name or argument.name in _ONCE:
            yield from leaves_of(argument.value)


def _names_once(values: list[Expr]) -> bool:
    return any(isinstance(value, String) and value.value in _ONCE for value in values)


def _is_property(definition: Def) -> bool:
    """What stands there is what it gives."""
    decorators = definition.function.decorators
    return any("property" in last_name(definition.module.body, decorator) for decorator in decorators)
