"""Who may use a framework's views, by their permission classes, or by those that its settings give to all of them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Expr, Mapping, Name, String
from archlint.project.model import Def, Type
from archlint.project.names.symbols import ClassDef
from archlint.project.parts import leaves_of
from archlint.project.routes.apps import is_for_developers
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.facts.knowledge import Operation, TypeInfo
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_ACCESS, _BY_DEFAULT = "access", "default-access"
_OPEN = "open-access"


class Guard(IntEnum):
    """`NONE`: nothing asks who comes; `DECLARED`: it is written down that everybody may; `UNKNOWN`: something may ask, of
    which nothing is known; `CHECKS`: what answers looks itself; `ASKS`: something asks before it answers."""

    NONE = 0
    DECLARED = 1
    UNKNOWN = 2
    CHECKS = 3
    ASKS = 4


class ViewAccess:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._inference = project.types.inference

    def of_view(self, view: ClassDef) -> Guard:
        """By the view's own attribute or method, else by the settings of the framework that asks it."""
        asked = False
        for ancestor in self._inference.members.ancestors(Type(view.name)):
            klass = self._project.symbols.classes.get(ancestor.name)
            told = self._of_class(klass, self._named(view)) if klass is not None else None
            if told is not None:
                return told
            asked = asked or any(_ACCESS in info.subclass_attribute.values() for info in self._infos(ancestor))
        return self.by_default if asked else Guard.NONE

    def of_function(self, definition: Def) -> Guard:
        """By the decorators that give a function permission classes, or make a view of it."""
        found: Guard | None = None
        for decorator in definition.function.decorators:
            for operation in self._operations(definition, decorator):
                if operation.register == _ACCESS and isinstance(decorator, CallRef):
                    given = definition.module.body.calls[decorator.index].arguments
                    return self._told(definition.module, [a.value for a in given], definition.function.outer)
                if operation.register == _BY_DEFAULT:
                    found = self.by_default
        return found or Guard.NONE

    def tells(self, definition: Def, decorator: Expr) -> bool:
        """It gives the function permission classes: these say who may come, and its own name nothing."""
        return any(operation.register == _ACCESS for operation in self._operations(definition, decorator))

    @cached_property
    def by_default(self) -> Guard:
        """What the settings of the framework say of all views; unknown where there are none, as in a package for others."""
        told = [guard for module, value, key in self._settings() if (guard := self._set(module, value, key)) is not None]
        if told:
            return max(told)
        return Guard.NONE if any(c.kind == "urls" for c in self._project.routes.roots.values()) else Guard.UNKNOWN

    def _operations(self, definition: Def, decorator: Expr) -> Iterator[Operation]:
        for entity in self._inference.returns.decorator_entities(definition, decorator):
            operation = self._inference.operation(entity) if not isinstance(entity, FunctionRef) else None
            if operation is not None:
                yield operation

    def _infos(self, found: Type) -> Iterator[TypeInfo]:
        return (info for _, info in self._project.knowledge.infos(found.name))

    def _named(self, view: ClassDef) -> frozenset[str]:
        return frozenset(
            name
            for ancestor in self._inference.members.ancestors(Type(view.name))
            for info in self._infos(ancestor)
            for name, meant in info.subclass_attribute.items()
            if meant == _ACCESS
        )

    def _of_class(self, klass: ClassDef, names: frozenset[str]) -> Guard | None:
        """A method that chooses is taken to ask."""
        if any(f.klass == klass.index and f.name in names for f in klass.module.outline.functions):
            return Guard.ASKS
        for statement in reversed(klass.module.body.statements):
            target = statement.target
            if statement.context != klass.klass.context or not isinstance(target, Name) or target.id not in names:
                continue
            if statement.value is not None:
                return self._told(klass.module, [statement.value], statement.context)
        return None

    def _told(self, module: Module, given: list[Expr], context: int) -> Guard:
        """Any permission class asks but that which admits everybody."""
        leaves = [leaf for expr in given for leaf in leaves_of(expr)]
        open_to_all = all(self._is_open(module, leaf, context) for leaf in leaves)
        return Guard.DECLARED if open_to_all else Guard.ASKS

    def _is_open(self, module: Module, expr: Expr, context: int) -> bool:
        if isinstance(expr, String):
            return self._project.knowledge.role(self._project.knowledge.canonical(expr.value)) == _OPEN
        found = self._inference.entities(module, expr, context)
        return any(isinstance(e, Type) and self._project.types.role(e) == _OPEN for e in found)

    def _settings(self) -> Iterator[tuple[Module, Expr, str]]:
        """(module, value, key): `REST_FRAMEWORK = {…}` and the key in it that tells."""
        paths = dict(
            name.split(".", 1)
            for library in self._project.knowledge.libraries
            for name, meant in library.settings.items()
            if meant == _BY_DEFAULT and "." in name
        )
        for module in self._project.modules.all:
            if module.is_test or is_for_developers(module):
                continue
            for statement in module.body.statements:
                if isinstance(statement.target, Name) and statement.target.id in paths and statement.value is not None:
                    yield module, statement.value, paths[statement.target.id]

    def _set(self, module: Module, value: Expr, key: str) -> Guard | None:
        if not isinstance(value, Mapping):
            return Guard.UNKNOWN
        for name, given in zip(value.keys, value.values, strict=True):
            if isinstance(name, String) and name.value == key:
                found = self._told(module, [given], 0)
                return Guard.NONE if found is Guard.DECLARED else found
        return Guard.UNKNOWN if None in value.keys else None
