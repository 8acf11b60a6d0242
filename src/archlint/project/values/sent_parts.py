"""Parts of what a request sends: what nothing but the request gives to a function that answers, wherever it is handed on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, Subscript
from archlint.project.model import Def
from archlint.project.names.origins import Origins, Parameter
from archlint.project.parts import parts_of
from archlint.project.types.injected import Injected, Written

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_OWN = frozenset({"self", "cls"})
_CALLS = 3
"""From the function that answers to the one that works: what comes from further away has been made anew on the way."""


class SentParts:
    def __init__(self, project: Project, origins: Origins) -> None:
        self._project = project
        self._origins = origins
        self._injected = Injected(project)
        self._known: dict[tuple[Def, int, int], bool] = {}

    @cached_property
    def handlers(self) -> frozenset[Def]:
        """The functions that answer requests."""
        found = (route.handler for route in self._project.routes.routes)
        return frozenset(h.target for h in found if h is not None and isinstance(h.target, Def))

    def is_sent(self, parameter: Parameter) -> bool:
        """A parameter of what answers a route that nothing but the request fills."""
        definition, module = parameter.definition, parameter.definition.module
        own = definition.function.parameters[parameter.position]
        if definition not in self.handlers or own.name in _OWN:
            return False
        given = [part for part in (own.annotation, own.default) if part is not None]
        calls = [part for expr in given for part in parts_of(module.body, expr) if isinstance(part, CallRef)]
        if not all(self._tells_where(module, call) for call in calls):
            return False  # `Depends(…)`
        outer = definition.function.outer
        return not any(next(self._injected.within(Written(module, expr, outer)), None) for expr in given)

    def _tells_where(self, module: Module, call: CallRef) -> bool:
        """`Body(…)`, `Query(…)`: a library's own word for a part of the request, which injects nothing."""
        operation = self._project.calls.in_module(module)[call.index].operation
        return operation is not None and not operation.register and operation.returns is None

    def is_part(self, module: Module, expr: Expr, context: int, depth: int = _CALLS) -> bool:
        """An attribute, an item or the whole of such a parameter, in the function or in one that it hands it to."""
        while isinstance(expr, Attribute | Subscript):
            expr = expr.base
        if not isinstance(expr, Name) or expr.id in _OWN or depth <= 0:
            return False
        for origin in self._origins.of(module, expr, context):
            if isinstance(origin, Parameter):
                if self._is_given(origin, depth):
                    return True
            elif self.is_part(origin.module, origin.expr, origin.context, depth - 1):
                return True
        return False

    def _is_given(self, parameter: Parameter, depth: int) -> bool:
        key = parameter.definition, parameter.position, depth
        if key not in self._known:
            self._known[key] = False  # recursion ends here
            self._known[key] = self.is_sent(parameter) or any(
                self.is_part(o.module, o.expr, o.context, depth - 1) for o in self._origins.given_anywhere(parameter)
            )
        return self._known[key]
