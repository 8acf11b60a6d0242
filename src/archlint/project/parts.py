"""The parts of an expression: its subexpressions, and the names that it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from archlint.facts.syntax import (
    Attribute,
    Await,
    Body,
    CallRef,
    Collection,
    Comparison,
    Comprehension,
    Conditional,
    Expr,
    Mapping,
    Name,
    Operation,
    Slice,
    Starred,
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


def names_in(body: Body, expr: Expr | None) -> Iterator[str]:
    """The plain names that an expression uses (`a` and `i` of `a.b[i]`), with repetition."""
    return (part.id for part in parts_of(body, expr) if type(part) is Name)
