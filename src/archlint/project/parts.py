"""The parts of an expression: its subexpressions, and the names that it uses."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any

from archlint.facts.syntax import (
    Attribute,
    Await,
    Body,
    Call,
    CallRef,
    Collection,
    Comparison,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    Mapping,
    Name,
    Operation,
    Slice,
    Starred,
    String,
    Subscript,
    Template,
    Walrus,
    Yield,
)


def _ends(expr: Slice) -> tuple[Expr, ...]:
    return tuple(end for end in (expr.lower, expr.upper, expr.step) if end is not None)


PARTS: dict[type, Callable[[Any], tuple[Expr, ...]]] = {
    Attribute: lambda e: (e.base,),
    Template: lambda e: e.parts,
    Operation: lambda e: e.operands,
    Comparison: lambda e: e.operands,
    Conditional: lambda e: (e.test, e.body, e.orelse),
    Collection: lambda e: e.items,
    Mapping: lambda e: (*(key for key in e.keys if key is not None), *e.values),
    Subscript: lambda e: (e.base, *e.index),
    Slice: _ends,
    Comprehension: lambda e: (e.element,) if e.value is None else (e.element, e.value),
    Await: lambda e: (e.value,),
    Starred: lambda e: (e.value,),
    Walrus: lambda e: (e.value,),
    Yield: lambda e: (e.value,) if e.value is not None else (),
}
"""Type of expression → what gives its direct subexpressions in source order, those of a call left out. A table, since
every expression of the project goes through it."""

_LEAVES = frozenset({Name, Constant, String})
"""Most of an expression: they have no parts."""


def item_read(body: Body, expr: Expr | None, methods: Container[str] = ("get",)) -> tuple[Expr, Expr] | None:
    """(base, key) of `base[key]` and of `base.get(key)`, or of another of the `methods`."""
    if isinstance(expr, Subscript):
        return (expr.base, expr.index[0]) if len(expr.index) == 1 else None
    call = body.calls[expr.index] if isinstance(expr, CallRef) else None
    if call is None or not isinstance(call.callee, Attribute) or call.callee.attr not in methods or not call.arguments:
        return None
    return call.callee.base, call.arguments[0].value


def calls_below(body: Body, call: Call) -> Iterator[Call]:
    """The calls on whose results one is made, the nearest first: `filter(…)`, then `all()`, of `all().filter(…).update(…)`."""
    expr = call.callee
    while isinstance(expr, Attribute | CallRef):
        if isinstance(expr, CallRef):
            inner = body.calls[expr.index]
            yield inner
            expr = inner.callee
        else:
            expr = expr.base


def children(body: Body, expr: Expr) -> tuple[Expr, ...]:
    """The direct subexpressions, in source order as far as it matters; of a call its callee and arguments."""
    if type(expr) is CallRef:
        call = body.calls[expr.index]
        return (call.callee, *(argument.value for argument in call.arguments))
    parts = PARTS.get(type(expr))
    return parts(expr) if parts is not None else ()


def parts_of(body: Body, expr: Expr | None) -> Iterator[Expr]:
    """The expression and everything in it, outermost first; lambdas are not entered."""
    waiting = [expr] if expr is not None else []
    while waiting:
        current = waiting.pop()
        yield current
        if type(current) not in _LEAVES:
            waiting += reversed(children(body, current))


def leaves_of(expr: Expr) -> Iterator[Expr]:
    """What a display holds, through those inside it and what they unpack; of another expression itself."""
    if isinstance(expr, Starred):
        yield from leaves_of(expr.value)
    elif isinstance(expr, Collection):
        for item in expr.items:
            yield from leaves_of(item)
    else:
        yield expr


def root_name(expr: Expr) -> str:
    """`row` of `row.order.customer`; empty where it begins with no name."""
    while isinstance(expr, Attribute):
        expr = expr.base
    return expr.id if isinstance(expr, Name) else ""


def names_in(body: Body, expr: Expr | None) -> Iterator[str]:
    """The plain names that an expression uses (`a` and `i` of `a.b[i]`), with repetition."""
    return (part.id for part in parts_of(body, expr) if type(part) is Name)
