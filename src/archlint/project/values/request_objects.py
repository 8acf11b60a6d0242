"""The object by which a framework hands a request to its handler, whatever the handler calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Expr, Name
from archlint.project.model import Def, Type
from archlint.project.names.arguments import receives_itself
from archlint.project.names.origins import Parameter as Given
from archlint.project.names.passed_arguments import arguments_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_MAPPINGS = frozenset({"builtins.dict", "typing.Mapping", "typing.Dict", "collections.abc.Mapping"})
_MOST_CALLERS = 12
_MOST_CLIMBS = 3
"""Functions through which a handler hands its request on."""


class RequestObjects:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[tuple[Def, int], bool] = {}

    def is_one(self, module: Module, expr: Expr, context: int) -> bool:
        """A request that came in: by its type, or since the framework hands it to the handler in this place."""
        types = self._project.types
        found = types.all(module, expr, context)
        if any(types.role(t) == "request" for t in found):
            return True
        if any(self._is_known(t) for t in found) or not isinstance(expr, Name):
            return False
        return self._is_handed(module, expr, context, _MOST_CLIMBS)

    def is_body(self, module: Module, expr: Expr, context: int) -> bool:
        """A mapping that a framework hands to the handler: `data: dict`, which is no part of the path."""
        if not isinstance(expr, Name):
            return False
        bindings = self._project.symbols.scopes(module).lookup(context, expr.id, expr.at)[1]
        endpoints = self._project.endpoints.by_definition
        return bool(bindings) and all(
            b.kind == "parameter"
            and (definition := Def(module, module.name, b.function)) in endpoints
            and any(t.name in _MAPPINGS for t in self._annotated(definition, b.index))
            for b in bindings
        )

    def _is_known(self, found: Type) -> bool:
        """A class of which something is known: people annotate with the module that the request's class stands in."""
        if found.name in self._project.symbols.classes or found.name.startswith("builtins."):
            return True
        return any(True for _ in self._project.knowledge.infos(found.name))

    def _is_handed(self, module: Module, expr: Name, context: int, climbs: int) -> bool:
        bindings = self._project.symbols.scopes(module).lookup(context, expr.id, expr.at)[1]
        if not bindings or any(b.kind != "parameter" for b in bindings):
            return False
        return all(self._is_parameter(Def(module, module.name, b.function), b.index, climbs) for b in bindings)

    def _is_parameter(self, definition: Def, index: int, climbs: int) -> bool:
        key = (definition, index)
        known = self._known.get(key)
        if known is None:
            self._known[key] = False  # recursion ends here
            known = self._known[key] = self._is_first(definition, index) or self._is_passed(definition, index, climbs)
        return known

    def _is_first(self, definition: Def, index: int) -> bool:
        """The first parameter of a handler, of which nothing says that it is part of the path or of a kind of its own."""
        endpoints = self._project.endpoints.by_definition.get(definition, ())
        parameter = definition.function.parameters[index]
        if not endpoints or index != receives_itself(definition) or parameter.default is not None:
            return False
        in_path = any(f"{{{parameter.name}}}" in path for e in endpoints for path in (*e.route.paths, e.below))
        return parameter.kind in ("positional", "either") and not in_path and not self._is_annotated(definition, index)

    def _is_annotated(self, definition: Def, index: int) -> bool:
        return any(self._is_known(t) for t in self._annotated(definition, index))

    def _annotated(self, definition: Def, index: int) -> list[Type]:
        annotation = definition.function.parameters[index].annotation
        if annotation is None:
            return []
        found = self._project.types.inference.annotations.types(definition.module, annotation, definition.function.outer)
        return [t for t in found if isinstance(t, Type)]

    def _is_passed(self, definition: Def, index: int, climbs: int) -> bool:
        """Somebody hands on the request that he was handed."""
        if climbs == 0:
            return False
        callers = [site for site in self._project.calls.callers(definition) if not site.module.is_test]
        for site in callers[:_MOST_CALLERS]:
            for argument in arguments_of(Given(definition, index), site)[:1]:
                value = argument.value
                if isinstance(value, Name) and self._is_handed(site.module, value, site.call.context, climbs - 1):
                    return True
        return False
