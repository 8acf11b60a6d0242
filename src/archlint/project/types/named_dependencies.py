"""Dependencies that a mapping gives to parameters by their names: `dependencies={"orders": Provide(open_orders)}` at a
handler, in a controller, at a router or an app."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import CallRef, Expr, Mapping, Parameter, String
from archlint.project.model import Def
from archlint.project.types.entities import FunctionRef
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

NAMED = "named-dependency"
_MOST_FAR = 2
"""Providers of one name above the controller that are taken as alternatives: of more nobody knows which it is."""


class Provided(Struct, frozen=True):
    """A provider as it is written: `expr` stands in `context` of `module`."""

    module: Module
    expr: Expr
    context: int


class _Entry(Struct, frozen=True):
    provided: Provided
    at: int
    klass: int
    """Row of the class in whose body the mapping stands, else -1."""


class NamedDependencies:
    """Asked only of functions that a framework calls: handlers, and what is itself provided."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._inference = project.types.inference

    @property
    def are(self) -> bool:
        """The program names any."""
        return bool(self._by_name)

    def of(self, definition: Def) -> Iterator[tuple[Parameter, Provided]]:
        """The parameters that are given by name, each with what gives it: the nearest mapping decides."""
        if not self._by_name or not self._is_called_by_framework(definition):
            return
        for parameter in definition.function.parameters:
            for provided in self._nearest(definition, parameter.name):
                yield parameter, provided

    def _nearest(self, definition: Def, name: str) -> list[Provided]:
        entries = self._by_name.get(name, [])
        module, function = definition.module, definition.function
        here = [entry for entry in entries if entry.provided.module is module]
        on_handler = [e.provided for e in here if any(d.at <= e.at < d.end for d in function.decorators)]
        in_class = [e.provided for e in here if e.klass >= 0 and e.klass == function.klass]
        far = [e.provided for e in entries if e.klass < 0 and not self._is_at_a_handler(e)]
        return on_handler or in_class or (far if len(far) <= _MOST_FAR else [])

    def _is_at_a_handler(self, entry: _Entry) -> bool:
        functions = entry.provided.module.outline.functions
        return any(d.at <= entry.at < d.end for function in functions for d in function.decorators)

    def _is_called_by_framework(self, definition: Def) -> bool:
        if definition in self.providers:
            return True
        decorations = self._inference.returns.decorations(definition) if definition.function.decorators else ()
        return any(operation.route is not None for operation in decorations)

    @cached_property
    def providers(self) -> frozenset[Def]:
        """The functions that give what is named."""
        return frozenset(
            entity.definition
            for entries in self._by_name.values()
            for entry in entries
            for entity in self._inference.entities(entry.provided.module, entry.provided.expr, entry.provided.context)
            if isinstance(entity, FunctionRef)
        )

    @cached_property
    def _by_name(self) -> dict[str, list[_Entry]]:
        found: dict[str, list[_Entry]] = defaultdict(list)
        modules = {site.module.path: site.module for site in self._project.calls.registered(NAMED)}
        for module in modules.values():
            for mapping, context in walk_module(module, frozenset({Mapping})):
                assert isinstance(mapping, Mapping)  # noqa: S101 - it was asked for
                klass = module.body.contexts[context].klass if module.body.contexts[context].function < 0 else -1
                for key, value in zip(mapping.keys, mapping.values, strict=True):
                    given = self._given(module, value) if isinstance(key, String) else None
                    if given is not None and isinstance(key, String):
                        found[key.value].append(_Entry(given, value.at, klass))
        return dict(found)

    def _given(self, module: Module, value: Expr) -> Provided | None:
        """What the mapping's value provides, if it does."""
        if not isinstance(value, CallRef):
            return None
        site = self._project.calls.in_module(module)[value.index]
        if site.operation is None or site.operation.register != NAMED or not site.call.arguments:
            return None
        return Provided(module, site.call.arguments[0].value, site.call.context)
