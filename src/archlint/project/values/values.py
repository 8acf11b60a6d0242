"""Values known without running the code: plain constants, and the text that string building makes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Literal

from archlint.facts.syntax import Attribute, Conditional, Constant, Expr, Name, Operation, String, Template, Walrus
from archlint.project.names.sources import Sources
from archlint.project.values.text_building import TextBuilder
from archlint.project.values.texts import BuiltText, Written

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


class Missing(Enum):
    """The answer where no constant is known; None is a constant of its own."""

    UNKNOWN = "unknown"


UNKNOWN = Missing.UNKNOWN
Plain = bool | int | float | str | None
_DEPTH = 20
_LARGEST = 1e15
_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}


class Values:
    """Questions are about an expression of `module`, standing in `module.body.contexts[context]`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.sources = Sources(project)
        """Where names and attributes get their values."""

    def constant(self, module: Module, expr: Expr | None, context: int) -> Plain | Literal[Missing.UNKNOWN]:
        """The one plain value that the expression has whatever happens: through names, class attributes and modules,
        simple arithmetic, conditionals whose branches agree. `UNKNOWN` where it may have another."""
        return UNKNOWN if expr is None else self._constant(module, expr, context, _DEPTH)

    def texts(self, module: Module, expr: Expr, context: int) -> tuple[BuiltText, ...]:
        """The texts that the expression may build, what is not known as holes in them; empty where nothing of them
        is known."""
        found = TextBuilder(self._project, self.sources).texts(module, expr, context)
        return tuple(text for text in found if any(type(piece) is Written for piece in text.pieces))

    def text(self, module: Module, expr: Expr, context: int) -> BuiltText | None:
        """The first of `texts`."""
        return next(iter(self.texts(module, expr, context)), None)

    def _constant(self, module: Module, expr: Expr, context: int, depth: int) -> Plain | Literal[Missing.UNKNOWN]:
        if depth <= 0:
            return UNKNOWN
        down = depth - 1
        match expr:
            case Constant():
                return expr.value
            case String():
                return UNKNOWN if expr.is_bytes else expr.value
            case Walrus():
                return self._constant(module, expr.value, context, down)
            case Conditional():
                return _agreed([self._constant(module, part, context, down) for part in (expr.body, expr.orelse)])
            case Operation() if expr.op == "or":
                return self._first_true(module, expr, context, down)
            case Operation():
                return self._arithmetic(module, expr, context, down)
            case Name() | Attribute():
                return self._named(module, expr, context, down)
            case Template():
                text = self.text(module, expr, context)
                return text.rendered if text is not None and text.is_constant else UNKNOWN
            case _:
                return UNKNOWN

    def _named(self, module: Module, expr: Name | Attribute, context: int, depth: int) -> Plain | Literal[Missing.UNKNOWN]:
        sources = self.sources.of(module, expr, context)
        if not sources and isinstance(expr, Attribute) and expr.attr == "value":
            return self._constant(module, expr.base, context, depth)  # an enum's member
        if any(source.is_parameter or source.added_to is not None or source.expr is None for source in sources):
            return UNKNOWN
        return _agreed([self._constant(s.module, s.expr, s.context, depth) for s in sources if s.expr is not None])

    def _first_true(self, module: Module, expr: Operation, context: int, depth: int) -> Plain | Literal[Missing.UNKNOWN]:
        value: Plain | Literal[Missing.UNKNOWN] = UNKNOWN
        for operand in expr.operands:
            value = self._constant(module, operand, context, depth)
            if value is UNKNOWN or value:
                return value
        return value

    def _arithmetic(self, module: Module, expr: Operation, context: int, depth: int) -> Plain | Literal[Missing.UNKNOWN]:
        values = [self._constant(module, operand, context, depth) for operand in expr.operands]
        if expr.op == "+" and len(values) > 1 and all(isinstance(value, str) for value in values):
            return "".join(value for value in values if isinstance(value, str))
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(numbers) < len(values) or not numbers:
            return UNKNOWN
        if len(numbers) == 1:
            return {"-": -numbers[0], "+": numbers[0]}.get(expr.op, UNKNOWN)
        result = numbers[0]
        for number in numbers[1:]:
            if expr.op not in _ARITHMETIC or abs(result) > _LARGEST or (expr.op in ("/", "//", "%") and number == 0):
                return UNKNOWN
            result = _ARITHMETIC[expr.op](result, number)
        return result


def _agreed(values: list[Plain | Literal[Missing.UNKNOWN]]) -> Plain | Literal[Missing.UNKNOWN]:
    """The value that all of them are; 1, 1.0 and True differ."""
    if not values or any(value != values[0] or type(value) is not type(values[0]) for value in values):
        return UNKNOWN
    return values[0]
