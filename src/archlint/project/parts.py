"""The parts of an expression: its subexpressions, and the names that it uses."""

from __future__ import annotations

from collections.abc import Iterator

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


def children(body: Body, expr: Expr) -> tuple[Expr, ...]:
    """The direct subexpressions, in source order as far as it matters; of a call its callee and arguments."""
    match expr:
        case Attribute():
            return (expr.base,)
        case CallRef():
            call = body.calls[expr.index]
            return (call.callee, *(argument.value for argument in call.arguments))
        case Template():
            return expr.parts
        case Operation() | Comparison():
            return expr.operands
        case Conditional():
            return (expr.test, expr.body, expr.orelse)
        case Collection():
            return expr.items
        case Mapping():
            return (*(key for key in expr.keys if key is not None), *expr.values)
        case Subscript():
            return (expr.base, *expr.index)
        case Slice():
            return tuple(end for end in (expr.lower, expr.upper, expr.step) if end is not None)
        case Comprehension():
            return (expr.element,) if expr.value is None else (expr.element, expr.value)
        case Await() | Starred() | Walrus():
            return (expr.value,)
        case Yield():
            return (expr.value,) if expr.value is not None else ()
        case _:
            return ()


def parts_of(body: Body, expr: Expr | None) -> Iterator[Expr]:
    """The expression and everything in it, outermost first; lambdas are not entered."""
    waiting = [expr] if expr is not None else []
    while waiting:
        current = waiting.pop()
        yield current
        waiting += reversed(children(body, current))


def names_in(body: Body, expr: Expr | None) -> Iterator[str]:
    """The plain names that an expression uses (`a` and `i` of `a.b[i]`), with repetition."""
    return (part.id for part in parts_of(body, expr) if isinstance(part, Name))
