"""Numbers of objects that are changed by what they were: `x.n += 1`, `x.n = x.n + 1`; and flags: `x.open = not x.open`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Body,
    CallRef,
    Collection,
    Conditional,
    Constant,
    Expr,
    Name,
    Operation,
    Statement,
    String,
    Template,
)
from archlint.project.model import Def
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.computed_updates import ADDING, is_old_value, made_before
from archlint.project.transactions.written_names import ROW_KEYS

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_LIMITING = frozenset({"max", "min", "round", "int", "float", "Decimal"})
_ROUNDING = frozenset({"quantize", "normalize", "to_integral_value"})
_MAKING_TEXTS = frozenset({"str", "repr", "list", "tuple", "strip", "lower", "upper", "title", "join", "format", "dumps"})


def changes_of(module: Module) -> Iterator[tuple[Def, Statement, Attribute]]:
    """`x.n += 1` and `x.n = x.n + 1`, with the function in which they stand, by place."""
    body = module.body
    sums = frozenset(s.target.id for s in module.statements["assign"] if type(s.target) is Name and _is_sum(body, s.value))
    for statement in sorted((*module.statements["augment"], *module.statements["assign"]), key=lambda s: s.at):
        target, function = statement.target, body.contexts[statement.context].function
        if function < 0 or statement.value is None or type(target) is not Attribute or root_of(target.base) is None:
            continue
        if _adds(module, statement, target, sums):
            yield Def(module, module.name, function), statement, target


def is_of_copy(definition: Def, target: Attribute) -> bool:
    """`item.id = None` stands in the function: another row is made of what was read, and that stays as it is."""
    body = definition.module.body
    keys = (
        s.target
        for s in definition.module.own_statements(definition.index)
        if s.kind == "assign" and isinstance(s.target, Attribute) and isinstance(s.value, Constant) and s.value.value is None
    )
    owner = spell(body, target.base)
    return any(key.attr in ROW_KEYS and spell(body, key.base) == owner for key in keys)


def root_of(expr: Expr) -> Name | None:
    """`item`, of `item` and `item.book`."""
    while type(expr) is Attribute:
        expr = expr.base
    return expr if isinstance(expr, Name) else None


def _is_sum(body: Body, value: Expr | None) -> bool:
    """`old + n`, `max(0, old + n)`, `(old + n).quantize(cent)`"""
    if type(value) is CallRef:
        call = body.calls[value.index]
        given = [a.value for a in call.arguments] if last_name(body, value) in _LIMITING else []
        if type(call.callee) is Attribute and call.callee.attr in _ROUNDING:
            given.append(call.callee.base)
        return any(type(each) is Operation for each in given)
    return type(value) is Operation


def _adds(module: Module, statement: Statement, target: Attribute, sums: frozenset[str]) -> bool:
    if statement.kind == "augment":
        return statement.operator.rstrip("=") in ADDING and not is_no_number(module.body, statement.value)
    return statement.kind == "assign" and _is_of_itself(module, statement, target, sums)


def _is_of_itself(module: Module, statement: Statement, target: Attribute, sums: frozenset[str]) -> bool:
    """`x.n = x.n + 1`, `x.n = (x.n or 0) + 1`, `x.n = max(0, x.n - 1)`; also with a name for the sum,
    and where that is limited (`left = x.n - 1`, `x.n = max(left, 0)`)."""
    body, value = module.body, statement.value
    if type(value) is Operation and value.op == "not":
        return is_old_value(module, value.operands[0], spell(body, target), statement.at)
    if type(value) is Name:
        made = made_before(module, value, statement.at) if value.id in sums else None
        while made is not None and isinstance(made.value, Constant) and body.contexts[made.context].kind == "if":
            made = made_before(module, value, made.at)  # `if left < 0: left = 0`
        value = made.value if made is not None else None
    for part in _parts(module, value, statement.at, sums):
        if type(part) is Operation and part.op in ADDING and len(part.operands) > 1:
            own = spell(body, target)
            if any(is_old_value(module, inner, own, statement.at) for side in part.operands for inner in parts_of(body, side)):
                return not any(is_no_number(body, side) for side in part.operands)
    return False


def _parts(module: Module, value: Expr | None, before: int, sums: frozenset[str]) -> Iterator[Expr]:
    """What a sum is made of, or what a call is given: `min(left, most)`, with a name for the sum."""
    if not isinstance(value, Operation | CallRef):
        return
    for part in parts_of(module.body, value):
        yield part
        if type(part) is Name and part.id in sums and type(value) is CallRef:
            made = made_before(module, part, before)
            yield from parts_of(module.body, made.value) if made is not None else ()


def is_no_number(body: Body, value: Expr | None) -> bool:
    """A text or a list is written here; the key in `sent["count"]`, or in `int(sent.get("count", 0))`, is none."""
    match value:
        case String() | Template() | Collection():
            return True
        case Operation():
            return any(is_no_number(body, each) for each in value.operands)
        case Conditional():
            return is_no_number(body, value.body) or is_no_number(body, value.orelse)
        case CallRef():
            callee = body.calls[value.index].callee
            is_of_text = isinstance(callee, Attribute) and is_no_number(body, callee.base)
            return is_of_text or last_name(body, callee) in _MAKING_TEXTS
        case _:
            return False
