"""What a function does with the value of one of its names: closes it, keeps it, lends it, gives it away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Comparison,
    Conditional,
    Expr,
    Name,
    Operation,
    Statement,
    Yield,
)
from archlint.project.parts import children, names_in, parts_of

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.source.modules import Module

UseKind = Literal["method", "argument", "managed", "yielded", "returned", "kept"]


class Use(Struct, frozen=True):
    """method: `name.word` (`called` says whether it is); argument: of the call `call`, as it is; managed: `with name:`;
    yielded; returned; kept: anything else that may outlive the function, or hands the value to another name.  What only asks
    whether there is something (`if name:`) is no use."""

    kind: UseKind
    at: int
    context: int
    word: str = ""
    called: bool = False
    call: int = -1


def uses_of(definition: Def, name: str, since: int) -> tuple[Use, ...]:
    """By place, of what stands behind an offset in the function."""
    return tuple(sorted(_uses(definition, name, since), key=lambda use: use.at))


def attributes_of(definition: Def, name: str) -> Iterator[str]:
    """The attributes of a name that the function uses in its statements and in what it gives to calls, with repetition."""
    body, function = definition.module.body, definition.function
    read = [s.value for s in definition.module.statements_between(function.at, function.end)]
    read += [a.value for c in body.calls if function.at <= c.at < function.end for a in c.arguments]
    for value in read:
        for part in parts_of(body, value):
            if isinstance(part, Attribute) and isinstance(part.base, Name) and part.base.id == name:
                yield part.attr


def _uses(definition: Def, name: str, since: int) -> Iterator[Use]:
    module, function = definition.module, definition.function
    contexts = module.body.contexts
    for statement in module.body.statements:
        if not (function.at <= statement.at < function.end) or statement.at < since:
            continue
        if contexts[statement.context].function == definition.index:
            yield from _of_statement(module, statement, name)
        elif name in names_in(module.body, statement.value):
            yield Use("kept", statement.at, statement.context)  # a function inside this one has it
    for place in contexts:
        if place.kind == "with" and place.function == definition.index and place.at >= since and place.subject is not None:
            if isinstance(place.subject, Name) and place.subject.id == name:
                yield Use("managed", place.at, place.parent)
            else:
                yield from _within(module, place.subject, name, place.parent)


def _of_statement(module: Module, statement: Statement, name: str) -> Iterator[Use]:
    value = statement.value
    if isinstance(value, Yield) and _is(value.value, name):
        yield Use("yielded", statement.at, statement.context)
    elif _is(value, name) and statement.kind in ("return", "assign", "annotate"):
        yield Use("returned" if statement.kind == "return" else "kept", statement.at, statement.context)
    elif value is not None and not (statement.kind in ("test", "assert") and _is_flat_test(value)):
        yield from _within(module, value, name, statement.context)


def _is_flat_test(value: Expr) -> bool:
    """`if name and other:`"""
    parts = value.operands if isinstance(value, Operation) else ()
    return bool(parts) and all(isinstance(part, Name) for part in parts)


def _within(module: Module, expr: Expr, name: str, context: int) -> Iterator[Use]:
    body = module.body
    if isinstance(expr, CallRef):
        call = body.calls[expr.index]
        callee = call.callee
        if isinstance(callee, Attribute) and _is(callee.base, name):
            yield Use("method", expr.at, context, callee.attr, called=True)
        elif not _is(callee, name):
            yield from _within(module, callee, name, context)
        for argument in call.arguments:
            if _is(argument.value, name):
                yield Use("argument", expr.at, context, argument.name or "", call=expr.index)
            else:
                yield from _within(module, argument.value, name, context)
    elif isinstance(expr, Attribute) and _is(expr.base, name):
        yield Use("method", expr.at, context, expr.attr)
    else:
        for part in children(body, expr):
            if not _is(part, name):
                yield from _within(module, part, name, context)
            elif not _only_asks(expr, part):
                yield Use("kept", expr.at, context)


def _only_asks(expr: Expr, part: Expr) -> bool:
    """`not name`, `name is None`, `… if name else …`, `await name`; `name or other` hands it on."""
    if isinstance(expr, Conditional):
        return part == expr.test
    return isinstance(expr, Comparison | Await) or (isinstance(expr, Operation) and expr.op == "not")


def _is(expr: Expr | None, name: str) -> bool:
    return isinstance(expr, Name) and expr.id == name
