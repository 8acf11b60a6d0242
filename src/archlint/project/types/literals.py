"""What literals and operators are: displays, comprehensions, strings, numbers, `or`, conditionals, lambdas."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Await,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    Lambda,
    Mapping,
    Operation,
    Starred,
    String,
    Template,
    Walrus,
)
from archlint.project.model import Def, Type
from archlint.project.types.entities import UNKNOWN, Entity, FunctionRef, distinct

if TYPE_CHECKING:
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference

_STR = Type("builtins.str")
_BYTES = Type("builtins.bytes")
Reader = Callable[["Module", Expr, int], tuple[Entity, ...]]


class Literals:
    """Readers for the expressions that are no name, attribute, call or subscript; see `Inference.entities`."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    @property
    def readers(self) -> dict[type, Reader]:
        """Kind of expression → what reads it."""
        return {
            Operation: self._operation,
            Conditional: self._conditional,
            Collection: self._collection,
            Mapping: self._mapping,
            Comprehension: self._comprehension,
            Lambda: self._lambda,
            Await: self._await,
            Starred: self._inside,
            Walrus: self._inside,
            String: self._string,
            Template: self._string,
            Constant: self._constant,
        }

    def _operation(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:
        assert isinstance(expr, Operation)  # noqa: S101 - the table of readers decides
        if expr.op in ("or", "and"):
            return distinct([e for operand in expr.operands for e in self._inference.entities(module, operand, context)])
        if expr.op == "not" or not expr.operands:
            return (Type("builtins.bool"),)
        return self._inference.entities(module, expr.operands[0], context)

    def _conditional(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:
        assert isinstance(expr, Conditional)  # noqa: S101 - the table of readers decides
        branches = (expr.body, expr.orelse)
        return distinct([e for branch in branches for e in self._inference.entities(module, branch, context)])

    def _await(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:
        awaited = self._inference.library.awaited
        found = self._inside(module, expr, context)
        return tuple(each for e in found for each in (awaited(e) if isinstance(e, Type) and not e.is_class else (e,)))

    def _inside(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:
        assert isinstance(expr, Await | Starred | Walrus)  # noqa: S101 - the table of readers decides
        return self._inference.entities(module, expr.value, context)

    def _first(self, module: Module, expr: Expr | None, context: int) -> Type:
        if expr is None:
            return UNKNOWN
        return next((e for e in self._inference.entities(module, expr, context) if isinstance(e, Type)), UNKNOWN)

    def _element(self, module: Module, item: Expr, context: int) -> Type:
        """What a display has of an item: of `*rows` a row."""
        first = self._first(module, item, context)
        if not isinstance(item, Starred) or first == UNKNOWN:
            return first
        return next((e for e in self._inference.items(first) if isinstance(e, Type)), UNKNOWN)

    def _collection(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:
        assert isinstance(expr, Collection)  # noqa: S101 - the table of readers decides
        if expr.kind == "tuple":
            return (Type("builtins.tuple", tuple(self._first(module, item, context) for item in expr.items[:8])),)
        first = next((t for item in expr.items[:3] if (t := self._element(module, item, context)) != UNKNOWN), None)
        return (Type(f"builtins.{expr.kind}", (first,) if first else ()),)

    def _mapping(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:
        assert isinstance(expr, Mapping)  # noqa: S101 - the table of readers decides
        values = (self._first(module, value, context) for value in expr.values[:3])
        first = next((t for t in values if t != UNKNOWN), None)
        key = next((self._first(module, key, context) for key in expr.keys[:1]), UNKNOWN)
        return (Type("builtins.dict", (key, first) if first else ()),)

    def _comprehension(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:  # noqa: ARG002
        assert isinstance(expr, Comprehension)  # noqa: S101 - the table of readers decides
        element = self._first(module, expr.element, expr.context)
        if expr.kind == "dict":
            return (Type("builtins.dict", (element, self._first(module, expr.value, expr.context))),)
        name = "collections.abc.Generator" if expr.kind == "generator" else f"builtins.{expr.kind}"
        return (Type(name, () if element == UNKNOWN else (element,)),)

    def _lambda(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:  # noqa: ARG002
        assert isinstance(expr, Lambda)  # noqa: S101 - the table of readers decides
        return (FunctionRef(Def(module, module.name, expr.function)),)

    def _string(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:  # noqa: ARG002
        return (_BYTES,) if isinstance(expr, String) and expr.is_bytes else (_STR,)

    def _constant(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:  # noqa: ARG002
        assert isinstance(expr, Constant)  # noqa: S101 - the table of readers decides
        return () if expr.value is None else (Type(f"builtins.{type(expr.value).__name__}"),)
