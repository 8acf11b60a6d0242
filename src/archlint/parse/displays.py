"""Displays and subscripts: what stands between brackets, item by item."""

from __future__ import annotations

from collections.abc import Sequence

from archlint.facts.syntax import Collection, Expr, Mapping, Slice, Starred, Subscript
from archlint.parse.light import nodes as cst
from archlint.parse.walk import ExpressionHandler, Walk


def element(walk: Walk, node: cst.BaseElement) -> Expr:
    """One item of a display, with the comma behind it."""
    expr = walk.expr(node) if isinstance(node, cst.StarredElement) else walk.expr(node.value)
    if node.comma is not cst.MaybeSentinel.DEFAULT:
        walk.emit(",")
    return expr


def starred(walk: Walk, node: cst.StarredElement) -> Expr:
    at = walk.at()
    walk.emit("*")
    value = walk.expr(node.value)
    return Starred(at, walk.end() - at, value)


def _items(walk: Walk, elements: Sequence[cst.BaseElement]) -> tuple[Expr, ...]:
    return tuple([element(walk, item) for item in elements])


def tuple_(walk: Walk, node: cst.Tuple) -> Expr:
    at = walk.at()
    items = _items(walk, node.elements)
    return Collection(at, walk.end() - at if items else 0, "tuple", items)


def list_(walk: Walk, node: cst.List) -> Expr:
    at = walk.at()
    walk.emit("[")
    items = _items(walk, node.elements)
    walk.emit("]")
    return Collection(at, walk.end() - at, "list", items)


def set_(walk: Walk, node: cst.Set) -> Expr:
    at = walk.at()
    walk.emit("{")
    items = _items(walk, node.elements)
    walk.emit("}")
    return Collection(at, walk.end() - at, "set", items)


def dict_(walk: Walk, node: cst.Dict) -> Expr:
    at = walk.at()
    walk.emit("{")
    keys: list[Expr | None] = []
    values: list[Expr] = []
    for item in node.elements:
        if isinstance(item, cst.DictElement):
            keys.append(walk.expr(item.key))
            walk.emit(":")
        else:
            keys.append(None)
            walk.emit("**")
        values.append(walk.expr(item.value))
        if item.comma is not cst.MaybeSentinel.DEFAULT:
            walk.emit(",")
    walk.emit("}")
    return Mapping(at, walk.end() - at, tuple(keys), tuple(values))


def subscript(walk: Walk, node: cst.Subscript) -> Expr:
    at = walk.at()
    base = walk.expr(node.value)
    walk.emit("[")
    index = tuple([_index(walk, item) for item in node.slice])
    walk.emit("]")
    return Subscript(base.at - at, walk.end() - at, base, index)


def _index(walk: Walk, node: cst.SubscriptElement) -> Expr:
    at = walk.at()
    inner = node.slice
    expr: Expr
    if isinstance(inner, cst.Slice):
        lower = walk.optional(inner.lower)
        walk.emit(":")
        upper = walk.optional(inner.upper)
        if inner.second_colon is not cst.MaybeSentinel.DEFAULT:
            walk.emit(":")
        step = walk.optional(inner.step)
        expr = Slice(at, walk.end() - at, lower, upper, step)
    else:
        assert isinstance(inner, cst.Index)  # noqa: S101
        if inner.star is not None:
            walk.emit("*")
        expr = walk.expr(inner.value)
        if inner.star is not None:
            expr = Starred(at, walk.end() - at, expr)
    if node.comma is not cst.MaybeSentinel.DEFAULT:
        walk.emit(",")
    return expr


HANDLERS: dict[type[cst.CSTNode], ExpressionHandler] = {
    cst.Dict: dict_,
    cst.List: list_,
    cst.Set: set_,
    cst.StarredElement: starred,
    cst.Subscript: subscript,
    cst.Tuple: tuple_,
}
