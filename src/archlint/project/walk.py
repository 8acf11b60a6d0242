"""Every expression of a module with the place in which it is evaluated, calls' arguments included."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, Body, CallRef, Comprehension, Constant, Expr, Name, String
from archlint.project.parts import PARTS

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_ATTRIBUTES = frozenset({Attribute})
_LEAVES = frozenset({Name, Constant, String, CallRef})
_HEADS = frozenset({"for", "with", "except"})
_SUBJECTS = frozenset({"for", "comprehension", "with", "case"})


def walk_module(module: Module, wanted: frozenset[type]) -> Iterable[tuple[Expr, int]]:
    """(expression, context) of all of the wanted types that are read; stores are left out, their parts not.

    Statements first, then calls, then the subjects of loops and blocks; each from the outside in.  No leaf is wanted.
    """
    read = module.expressions_read
    if wanted == _ATTRIBUTES:
        return zip(read.attributes, read.attribute_contexts, strict=True)
    if Attribute in wanted:
        return _walk(module.body, wanted)
    pairs = zip(read.rare, read.rare_contexts, strict=True)
    if len(wanted) == 1:
        (kind,) = wanted
        return [(expr, context) for expr, context in pairs if type(expr) is kind]
    return [(expr, context) for expr, context in pairs if type(expr) in wanted]


def attributes_named(module: Module, names: Container[str]) -> list[tuple[Attribute, int]]:
    """(attribute, context) of the attributes of these names that are read, in the order of `walk_module`."""
    read = module.expressions_read
    return [
        (expr, context) for expr, context in zip(read.attributes, read.attribute_contexts, strict=True) if expr.attr in names
    ]


class ExpressionsRead(Struct, frozen=True, gc=False):
    """All that `walk_module` may give, each with its context, in two rows of one order: many ask, so it is found once for all,
    and kept without a pair for each. Attributes, which are most of it, are asked for by their names; `rare` is the rest."""

    attributes: tuple[Attribute, ...]
    attribute_contexts: tuple[int, ...]
    rare: tuple[Expr, ...]
    rare_contexts: tuple[int, ...]


def expressions_read(body: Body) -> ExpressionsRead:
    """All that is read in a file."""
    attributes: list[Attribute] = []
    attribute_contexts: list[int] = []
    rare: list[Expr] = []
    rare_contexts: list[int] = []

    def below(start: Expr, context: int) -> None:
        stack = [start]
        while stack:
            expr = stack.pop()
            while type(expr) is Attribute:
                attributes.append(expr)
                attribute_contexts.append(context)
                expr = expr.base
            parts = PARTS.get(type(expr))
            if parts is None:
                continue
            rare.append(expr)
            rare_contexts.append(context)
            if type(expr) is Comprehension:
                for part in reversed(parts(expr)):
                    below(part, expr.context)
            else:
                stack.extend(parts(expr))

    for start, context in _starts(body):
        if type(start) not in _LEAVES:
            below(start, context)
    return ExpressionsRead(tuple(attributes), tuple(attribute_contexts), tuple(rare), tuple(rare_contexts))


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
