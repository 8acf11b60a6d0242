"""Every expression of a module with the place in which it is evaluated, calls' arguments included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    return [found for found in module.rare_expressions if type(found[0]) in wanted]


def rare_expressions(body: Body) -> tuple[tuple[Expr, int], ...]:
    """All that `walk_module` may give but attributes, which are most of it: many ask, so it is found once."""
    return tuple(_walk(body, _RARE))


def _walk(body: Body, wanted: frozenset[type]) -> Iterator[tuple[Expr, int]]:
    for start, context in _starts(body):
        if type(start) not in _LEAVES:
            yield from _below(start, context, wanted)


def _starts(body: Body) -> Iterator[tuple[Expr, int]]:
    for statement in body.statements:
        if statement.kind in _HEADS:
            continue  # their subjects stand in the contexts
        if statement.value is not None:
            yield statement.value, statement.context
        target = statement.target
        if target is not None:
            yield target.base if isinstance(target, Attribute) else target, statement.context
    for call in body.calls:
        yield call.callee.base if isinstance(call.callee, Attribute) else call.callee, call.context
        for argument in call.arguments:
            yield argument.value, call.context
    for around in body.contexts:
        if around.subject is not None and around.kind in _SUBJECTS:
            yield around.subject, around.parent


def _below(start: Expr, context: int, wanted: frozenset[type]) -> Iterator[tuple[Expr, int]]:
    stack = [start]
    while stack:
        expr = stack.pop()
        kind = type(expr)
        if kind in wanted:
            yield expr, context
        if isinstance(expr, Comprehension):
            for part in reversed(PARTS[kind](expr)):
                yield from _below(part, expr.context, wanted)
        elif kind in PARTS:
            stack.extend(PARTS[kind](expr))
