"""Every expression of a module with the place in which it is evaluated, calls' arguments included."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Comprehension, Constant, Expr, Name, String
from archlint.project.parts import PARTS

if TYPE_CHECKING:
    from archlint.project.modules import Module

_LEAVES = frozenset({Name, Constant, String, CallRef})
_RARE = frozenset(PARTS) - {Attribute}
_HEADS = frozenset({"for", "with", "except"})
_SUBJECTS = frozenset({"for", "comprehension", "with", "case"})


def walk_module(module: Module, wanted: frozenset[type]) -> Iterable[tuple[Expr, int]]:
    """(expression, context) of all of the wanted types that are read; stores are left out, their parts not.

    Statements first, then calls, then the subjects of loops and blocks; each from the outside in.  No leaf is wanted.
    """
    if Attribute in wanted:
        return _walk(module.body, wanted)
    return [found for found in zip(*module.rare_expressions, strict=True) if type(found[0]) in wanted]


def attributes_named(module: Module, names: Container[str]) -> list[tuple[Attribute, int]]:
    """(attribute, context) of the attributes of these names that are read, in the order of `walk_module`."""
    found: list[tuple[Attribute, int]] = []
    for start, context in _starts(module.body):
        if type(start) not in _LEAVES:
            _named_below(start, context, names, found)
    return found


def rare_expressions(body: Body) -> tuple[tuple[Expr, ...], tuple[int, ...]]:
    """All that `walk_module` may give but attributes, which are most of it, and their contexts: many ask, so it is found once
    and kept without a pair for each."""
    found = _walk(body, _RARE)
    return tuple(expr for expr, _ in found), tuple(context for _, context in found)


def _walk(body: Body, wanted: frozenset[type]) -> list[tuple[Expr, int]]:
    found: list[tuple[Expr, int]] = []
    for start, context in _starts(body):
        if type(start) not in _LEAVES:
            _below(start, context, wanted, found)
    return found


def starts_of_reading(module: Module) -> Iterator[tuple[Expr, int]]:
    """(expression, context) of what a module reads: all of it is in these and their parts."""
    for statement in module.body.statements:
        if statement.value is not None:
            yield statement.value, statement.context
    for place in module.body.contexts:
        if place.subject is not None and place.parent >= 0:
            yield place.subject, place.parent
    for call in module.body.calls:
        yield call.callee, call.context
        for argument in call.arguments:
            yield argument.value, call.context
    for function in module.outline.functions:
        for decorator in function.decorators:
            yield decorator, function.outer


def _starts(body: Body) -> Iterator[tuple[Expr, int]]:
    for statement in body.statements:
        if statement.kind in _HEADS:
            continue  # their subjects stand in the contexts
        if statement.value is not None:
            yield statement.value, statement.context
        target = statement.target
        if target is not None:
            yield target.base if type(target) is Attribute else target, statement.context
    for call in body.calls:
        callee = call.callee
        yield callee.base if type(callee) is Attribute else callee, call.context
        for argument in call.arguments:
            yield argument.value, call.context
    for around in body.contexts:
        if around.subject is not None and around.kind in _SUBJECTS:
            yield around.subject, around.parent


def _below(start: Expr, context: int, wanted: frozenset[type], found: list[tuple[Expr, int]]) -> None:
    stack = [start]
    while stack:
        expr = stack.pop()
        kind = type(expr)
        if kind in wanted:
            found.append((expr, context))
        if kind in _LEAVES:
            continue
        if type(expr) is Attribute:
            stack.append(expr.base)
        elif type(expr) is Comprehension:
            for part in reversed(PARTS[kind](expr)):
                _below(part, expr.context, wanted, found)
        elif kind in PARTS:
            stack.extend(PARTS[kind](expr))


def _named_below(start: Expr, context: int, names: Container[str], found: list[tuple[Attribute, int]]) -> None:
    stack = [start]
    while stack:
        expr = stack.pop()
        while type(expr) is Attribute:
            if expr.attr in names:
                found.append((expr, context))
            expr = expr.base
        kind = type(expr)
        if kind in _LEAVES:
            continue
        if type(expr) is Comprehension:
            for part in reversed(PARTS[kind](expr)):
                _named_below(part, expr.context, names, found)
        elif kind in PARTS:
            stack.extend(PARTS[kind](expr))
