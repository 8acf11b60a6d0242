"""Relations that some query of the project loads ahead: evaluating them item by item may then ask nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, String

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_LOADS = "eager-load"
_ITEMS = "relation-items"


class EagerLoads:
    """By name only: which of the objects at hand were loaded that way is not followed, so it makes a doubt, no proof."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._values: dict[str, dict[tuple[int, str], list[Expr | None]]] = {}

    def may_hold(self, module: Module, expr: Expr, context: int) -> bool:
        """The expression reads all items of a relation (`order.lines.all()`) that is loaded ahead somewhere; or it is a
        name of the function that has been given nothing else."""
        if isinstance(expr, Name):
            given = self._given(module).get((module.body.contexts[context].function, expr.id), [])
            return bool(given) and all(self._reads(module, value) for value in given)
        return self._reads(module, expr)

    def _given(self, module: Module) -> dict[tuple[int, str], list[Expr | None]]:
        """(function, name) → the values that its statements give it."""
        known = self._values.get(module.path)
        if known is None:
            known = self._values[module.path] = {}
            for statement in module.body.statements:
                if type(statement.target) is Name:
                    function = module.body.contexts[statement.context].function
                    known.setdefault((function, statement.target.id), []).append(statement.value)
        return known

    def _reads(self, module: Module, expr: Expr | None) -> bool:
        if not isinstance(expr, CallRef):
            return False
        call = module.body.calls[expr.index]
        if not isinstance(call.callee, Attribute) or not isinstance(call.callee.base, Attribute):
            return False
        operation = self._project.calls.in_module(module)[expr.index].operation
        return operation is not None and operation.register == _ITEMS and call.callee.base.attr in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(
            name
            for site in self._project.calls.registered(_LOADS)
            for argument in site.call.arguments
            for name in _relations(argument.value)
        )


def _relations(expr: Expr) -> Iterator[str]:
    """The names that `"lines__product"` and `Order.lines` mean."""
    if isinstance(expr, String):
        yield from expr.value.split("__")
    elif isinstance(expr, Attribute):
        yield expr.attr
