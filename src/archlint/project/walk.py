"""Every expression of a module with the place in which it is evaluated, calls' arguments included."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archlint.facts.syntax import (
    Attribute,
    Await,
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
from archlint.project.modules import Module

_LEAVES = (Name, Constant, String, CallRef)


def walk_module(module: Module, wanted: Callable[[Expr], bool]) -> Iterator[tuple[Expr, int]]:
    """(expression, context) of all that are wanted and read, outermost first; stores are left out, their parts not."""
    body = module.body
    waiting: list[tuple[Expr, int]] = []
    for statement in body.statements:
        if statement.kind in ("for", "with", "except"):
            continue  # heads: their subjects stand in the contexts
        if statement.value is not None:
            waiting.append((statement.value, statement.context))
        target = statement.target
        if target is not None and not isinstance(target, Name):
            waiting.append((target.base, statement.context) if isinstance(target, Attribute) else (target, statement.context))
    for call in body.calls:
        waiting.append((call.callee.base if isinstance(call.callee, Attribute) else call.callee, call.context))
        waiting.extend((argument.value, call.context) for argument in call.arguments)
    for around in body.contexts:
        if around.subject is not None and around.kind in ("for", "comprehension", "with", "case"):
            waiting.append((around.subject, around.parent))
    for start, place in waiting:
        stack = [(start, place)]
        while stack:
            expr, context = stack.pop()
            if isinstance(expr, _LEAVES):
                continue
            if wanted(expr):
                yield expr, context
            _push_parts(expr, context, stack)


def _push_parts(expr: Expr, context: int, stack: list[tuple[Expr, int]]) -> None:
    match expr:
        case Attribute():
            stack.append((expr.base, context))
        case Await() | Starred() | Walrus():
            stack.append((expr.value, context))
        case Subscript():
            stack.append((expr.base, context))
            stack.extend((part, context) for part in expr.index)
        case Operation() | Comparison():
            stack.extend((part, context) for part in expr.operands)
        case Collection():
            stack.extend((part, context) for part in expr.items)
        case Template():
            stack.extend((part, context) for part in expr.parts)
        case Mapping():
            stack.extend((part, context) for part in (*expr.keys, *expr.values) if part is not None)
        case Conditional():
            stack.extend((part, context) for part in (expr.test, expr.body, expr.orelse))
        case Slice():
            stack.extend((part, context) for part in (expr.lower, expr.upper, expr.step) if part is not None)
        case Comprehension():
            stack.extend((part, expr.context) for part in (expr.element, expr.value) if part is not None)
        case Yield():
            if expr.value is not None:
                stack.append((expr.value, context))
        case _:
            pass
