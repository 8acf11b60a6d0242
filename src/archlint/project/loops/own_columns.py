"""Loops over the columns of one table: each turn asks for another one, so that no list of keys asks for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Body, CallRef, Expr, Name
from archlint.project.loops.batches import expression_of
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop

_COLUMNS = frozenset({"field", "column", "col", "attribute", "field_name", "column_name", "attr_name"})
_HOLDERS = frozenset({"model", "table", "entity", "klass", "cls"})
_NAMED = 2
"""`getattr(model, name)`."""


def asks_own_column(loop: Loop, point: EffectPoint, *, is_direct: bool) -> bool:
    """The loop's variable tells which column is asked. `is_direct`: the query stands in the loop itself."""
    return (is_direct and _makes_column(loop, point)) or _is_told_column(loop, point)


def _makes_column(loop: Loop, point: EffectPoint) -> bool:
    """`column = getattr(Order, name)`, where `name` is the loop's: no two turns ask for the same."""
    body, found = loop.module.body, set[str]()
    for statement in loop.statements if loop.mapping is None else ():
        target, value = statement.target, statement.value
        if isinstance(target, Name) and value is not None and statement.at < point.site.at:
            is_made = any(_is_column(body, part, loop.targets) for part in parts_of(body, value))
            found.update((target.id,) if is_made or not found.isdisjoint(names_in(body, value)) else ())
    return not found.isdisjoint(names_in(body, expression_of(point)))


def _is_told_column(loop: Loop, point: EffectPoint) -> bool:
    """`distinct(Order, field)`, where the loop goes over names of columns."""
    body, target = point.module.body, loop.place.target if loop.mapping is None else None
    return (
        isinstance(target, Name)
        and target.id in _COLUMNS
        and any(
            argument.value == Name(argument.value.at, target.id)
            for part in parts_of(body, expression_of(point))
            if isinstance(part, CallRef)
            for argument in body.calls[part.index].arguments
            if argument.name is None
        )
    )


def _is_column(body: Body, part: Expr, names: frozenset[str]) -> bool:
    call = body.calls[part.index] if isinstance(part, CallRef) else None
    if call is None or not isinstance(call.callee, Name) or call.callee.id != "getattr" or len(call.arguments) < _NAMED:
        return False
    holder, name = call.arguments[0].value, call.arguments[1].value
    is_class = last_name(body, holder)[:1].isupper() or last_name(body, holder) in _HOLDERS
    return is_class and not names.isdisjoint(names_in(body, name)) and names.isdisjoint(names_in(body, holder))
