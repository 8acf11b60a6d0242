"""What a module says it exports: the literal forms of `__all__`."""

from __future__ import annotations

from collections.abc import Sequence

from archlint.facts.syntax import Argument, Attribute, Body, Call, CallRef, Collection, Expr, Name, Operation, Statement, String

_ALL = "__all__"


def exports(body: Body) -> tuple[str, ...] | None:
    """The names in `__all__` in the order given, or None where there is none or it is computed."""
    names: list[str] | None = None
    for statement in body.statements:
        context = body.contexts[statement.context]
        if context.function >= 0 or context.klass >= 0:
            continue
        step = _step(statement, body.calls)
        if step is None:
            continue
        kind, found = step
        if found is None or (kind == "add" and names is None):
            return None
        names = found if kind == "set" or names is None else names + found
    return None if names is None else tuple(dict.fromkeys(names))


def _step(statement: Statement, calls: Sequence[Call]) -> tuple[str, list[str] | None] | None:
    """What a statement does to `__all__`: sets it, adds to it (what: None if computed), or nothing (None)."""
    if isinstance(statement.target, Name) and statement.target.id == _ALL:
        if statement.kind == "augment":
            return "add", _names(statement.value) if statement.operator == "+" else None
        if statement.kind == "assign" or (statement.kind == "annotate" and statement.value is not None):
            return "set", _names(statement.value)
    if statement.kind == "expression" and isinstance(statement.value, CallRef):
        call = calls[statement.value.index]
        callee = call.callee
        if isinstance(callee, Attribute) and isinstance(callee.base, Name) and callee.base.id == _ALL:
            return "add", _added(callee.attr, call.arguments)
    return None


def _added(method: str, arguments: Sequence[Argument]) -> list[str] | None:
    if len(arguments) != 1 or arguments[0].name is not None:
        return None
    value = arguments[0].value
    if method == "append" and isinstance(value, String):
        return [value.value]
    return _names(value) if method == "extend" else None


def _names(value: Expr | None) -> list[str] | None:
    if isinstance(value, Operation) and value.op == "+":
        parts = [_names(operand) for operand in value.operands]
        return None if None in parts else [name for part in parts if part is not None for name in part]
    if not isinstance(value, Collection):
        return None
    names = [item.value for item in value.items if isinstance(item, String)]
    return names if len(names) == len(value.items) else None
