"""Annotations → types: strings, `Optional`, unions, `Annotated`, generics, aliases, type variables."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Collection,
    Constant,
    Expr,
    Name,
    Opaque,
    Operation,
    String,
    Subscript,
)
from archlint.project.model import Type
from archlint.project.types.entities import UNKNOWN, VARIABLE, Entity, External, as_class, distinct, instance

if TYPE_CHECKING:
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference

_DEPTH = 12


class Annotations:
    """Reads annotations with the names that their place can see."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._knowledge = inference.project.knowledge

    def types(self, module: Module, expr: Expr, context: int, depth: int = 0) -> tuple[Entity, ...]:
        """The values that an annotation admits, `None` left out. Empty: it says nothing that is understood."""
        if depth > _DEPTH:
            return ()
        if isinstance(expr, String):
            parsed = _parsed(expr.value, expr.at)
            return self.types(module, parsed, context, depth + 1) if parsed is not None else ()
        if isinstance(expr, Operation) and expr.op == "|":
            return distinct([t for member in expr.operands for t in self.types(module, member, context, depth + 1)])
        if isinstance(expr, Subscript):
            return self._subscript(module, expr, context, depth)
        if isinstance(expr, Name | Attribute):
            return self._named(module, expr, context)
        return ()

    def _named(self, module: Module, expr: Name | Attribute, context: int) -> tuple[Entity, ...]:
        found: list[Entity] = []
        for entity in self._inference.entities(module, expr, context):
            if isinstance(entity, Type):
                if entity.is_class:
                    found.append(instance(entity))
                elif self._knowledge.role(entity.name) == "type-variable":
                    found.append(Type(VARIABLE + (expr.id if isinstance(expr, Name) else expr.attr), entity.arguments))
            elif isinstance(entity, External) and entity.name.rpartition(".")[2][:1].isupper():
                found.append(Type(entity.name))  # an unknown class; in lower case it is a module or a function, by mistake
        return distinct(found)

    def _subscript(self, module: Module, expr: Subscript, context: int, depth: int) -> tuple[Entity, ...]:
        found: list[Entity] = []
        for base in self._inference.entities(module, expr.base, context):
            if isinstance(base, External):
                found.append(Type(base.name))
            if not isinstance(base, Type) or not base.is_class:
                continue
            found += self._applied(module, base, expr.index, context, depth)
        return distinct(found)

    def _applied(self, module: Module, base: Type, index: tuple[Expr, ...], context: int, depth: int) -> tuple[Entity, ...]:
        role = self._knowledge.role(base.name)
        if role in ("transparent", "annotated", "class-of"):
            inner = self.types(module, index[0], context, depth + 1)
            if role == "class-of":
                return tuple(as_class(t) for t in inner if isinstance(t, Type))
            if role == "transparent" or inner:
                return inner
            return distinct([e for extra in index[1:] for e in self._inference.entities(module, extra, context)])
        if role == "union":
            return distinct([t for member in index for t in self.types(module, member, context, depth + 1)])
        if role == "opaque":
            return ()
        arguments: list[Type] = []
        for argument in index[-1:] if role == "callable" else index:  # `Callable[[…], R]` is about what it gives
            if isinstance(argument, Constant):  # the `...` of `tuple[int, ...]`
                continue
            types = [t for t in self.types(module, argument, context, depth + 1) if isinstance(t, Type)]
            arguments.append(types[0] if types else UNKNOWN)
        return (Type(base.name, tuple(arguments), False, base.confidence),)


@lru_cache(maxsize=65_536)
def _parsed(text: str, at: int) -> Expr | None:
    """A forward reference's text as an expression; every part of it stands where the string stands."""
    if len(text) > 500:
        return None
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _converted(tree.body, at)


def _converted(node: ast.expr, at: int) -> Expr:
    match node:
        case ast.Name():
            return Name(at, node.id)
        case ast.Attribute():
            return Attribute(0, 0, _converted(node.value, at), node.attr)
        case ast.Subscript():
            index = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return Subscript(0, 0, _converted(node.value, at), tuple(_converted(item, at) for item in index))
        case ast.BinOp(op=ast.BitOr()):
            return Operation(at, 0, "|", (_converted(node.left, at), _converted(node.right, at)))
        case ast.Constant(value=str() as text):
            return String(at, 0, text)
        case ast.Constant(value=None):
            return Constant(at, 0, None)
        case ast.Constant():
            return Constant(at, 0, "...")
        case ast.List():
            return Collection(at, 0, "list", tuple(_converted(item, at) for item in node.elts))
        case _:
            return Opaque(at, 0)
