"""Every expression of a module with the place in which it is evaluated, calls' arguments included."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.facts.syntax import Attribute, CallRef, Comprehension, Constant, Expr, Name, String
from archlint.project.modules import Module
from archlint.project.parts import PARTS

_LEAVES = frozenset({Name, Constant, String, CallRef})
_HEADS = frozenset({"for", "with", "except"})
_SUBJECTS = frozenset({"for", "comprehension", "with", "case"})


def walk_module(module: Module, wanted: frozenset[type]) -> Iterator[tuple[Expr, int]]:
    """(expression, context) of all of the wanted types that are read; stores are left out, their parts not.

    Statements first, then calls, then the subjects of loops and blocks; each from the outside in.  No leaf is wanted.
    """
    for start, context in _starts(module):
        if type(start) not in _LEAVES:
            yield from _below(start, context, wanted)


def _starts(module: Module) -> Iterator[tuple[Expr, int]]:
    body = module.body
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
