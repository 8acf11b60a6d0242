"""Classes whose objects are what a person sends: a handler of a route takes one, and no row is kept of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.project.model import Type

if TYPE_CHECKING:
    from archlint.facts.syntax import Expr
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


class SentClasses:
    def __init__(self, project: Project) -> None:
        self._project = project

    def holds(self, module: Module, expr: Expr, context: int) -> bool:
        """The value is an object of such a class."""
        return any(not t.is_class and t.name in self._names for t in self._project.types.all(module, expr, context))

    @cached_property
    def _names(self) -> frozenset[str]:
        types, classes = self._project.types, self._project.symbols.classes
        found: set[str] = set()
        for definition in self._project.endpoints.by_definition:
            function = definition.function
            for parameter in function.parameters:
                if parameter.annotation is not None:
                    told = types.inference.annotations.types(definition.module, parameter.annotation, function.outer)
                    found.update(t.name for t in told if isinstance(t, Type) and t.name in classes)
        return frozenset(name for name in found if types.role(Type(name)) != "db-model")
