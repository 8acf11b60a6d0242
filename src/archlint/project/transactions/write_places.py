"""What the statements that write say by themselves: what they are called on, what they are given, which fields they set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Collection, Expr, Name, Statement, String, Subscript
from archlint.project.effects.effects import EffectPoint
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_CHANGING = frozenset({"update", "aupdate", "values"})
_MAKING = frozenset({"insert", "create", "add", "delete"})
_SAVES = frozenset({"save", "asave"})
_OF_MANY = frozenset({"update", "aupdate", "delete", "adelete", "create", "acreate", "bulk_create", "abulk_create"})
"""Methods of what stands behind a row."""
_RUNNING = frozenset({"execute", "scalars", "scalar"})
_STATEMENTS = frozenset({"delete", "insert", "update"})
_ADDING = frozenset({"append", "extend", "insert", "add", "remove", "discard"})


def given_fields(module: Module, own: Sequence[Statement], point: EffectPoint) -> set[str]:
    """`update(replies=2)`, `update(Post).values(replies=2)`: the fields that the statement of a write names, if it only
    changes rows."""
    statement = next((s for s in own if s.at <= point.point.at < s.end and point.is_direct), None)
    if statement is None:
        return set()
    calls = [c for c in module.body.calls if statement.at <= c.at and c.end <= statement.end]
    changing = [c for c in calls if last_name(module.body, c.callee) in _CHANGING]
    named = {a.name for c in changing for a in c.arguments if a.name is not None and a.name.isidentifier()}
    made = any(last_name(module.body, c.callee) in _MAKING for c in calls)
    return set() if made else named


def saved_fields(module: Module, own: Sequence[Statement], point: EffectPoint, since: int | None) -> set[str]:
    """`order.paid = True` before `order.save()`, `order.save(update_fields=["paid"])`: the fields that are set behind an
    offset, or named; none where the row is made or read behind it, so that there may be others."""
    call = point.call.call if point.call is not None else None
    if (
        since is None
        or call is None
        or last_name(module.body, call.callee) not in _SAVES
        or not isinstance(call.callee, Attribute)
    ):
        return set()
    told = next((a.value for a in call.arguments if a.name == "update_fields"), None)
    if isinstance(told, Collection):
        return {item.value for item in told.items if isinstance(item, String)}
    row, behind = call.callee.base, [s for s in own if since < s.at < call.at]
    if any(isinstance(row, Name) and isinstance(s.target, Name) and s.target.id == row.id for s in behind):
        return set()
    shown = spell(module.body, row)
    return {s.target.attr for s in behind if isinstance(s.target, Attribute) and spell(module.body, s.target.base) == shown}


def first_name(statement: Statement) -> set[str]:
    """`order = …`, `order, is_new = …`."""
    target = statement.target if statement.kind in ("assign", "annotate") else None
    first = target.items[0] if isinstance(target, Collection) and target.items else target
    return {first.id} if isinstance(first, Name) else set()


def moved_amount(module: Module, statement: Statement) -> tuple[str, str] | None:
    """`account.balance -= amount`: (`balance`, `amount`)."""
    target, value = statement.target, statement.value
    if statement.kind != "augment" or not isinstance(target, Attribute) or not isinstance(value, Name | Attribute):
        return None
    return target.attr, spell(module.body, value)


def sets_attribute(statement: Statement) -> bool:
    """`order.paid = True`, `cart.articles[number] += 1`."""
    target = statement.target.base if isinstance(statement.target, Subscript) else statement.target
    return statement.kind in ("assign", "augment") and isinstance(target, Attribute)


def added_to(module: Module, statement: Statement) -> Expr | None:
    """`order.lines`, of `order.lines.append(line)`."""
    if statement.kind != "expression" or not isinstance(statement.value, CallRef):
        return None
    callee = module.body.calls[statement.value.index].callee
    is_adding = isinstance(callee, Attribute) and callee.attr in _ADDING and isinstance(callee.base, Attribute)
    return callee.base if is_adding and isinstance(callee, Attribute) else None


def told_about(module: Module, point: EffectPoint) -> tuple[set[str], set[str]]:
    """The names of what a call is about: what it is called on, and what is handed to it as it is."""
    call = point.call
    if call is None:
        return set(), set()
    handed = {
        argument.value.id
        for argument in call.call.arguments
        if isinstance(argument.value, Name) and (argument.name is None or not point.is_direct)
    }
    return root_names(module, call.call.callee.base) if isinstance(call.call.callee, Attribute) else set(), handed


def deeds(point: EffectPoint, verbs: frozenset[str]) -> frozenset[str]:
    """What a write does: the verbs of its SQL, `delete` of `execute(delete(Line))`, else the name of the method at the end."""
    if verbs:
        return verbs
    name, call = point.witness.target.rpartition(".")[2], point.call
    given = call.call.arguments[0].value if call is not None and name in _RUNNING and call.call.arguments else None
    said = {last_name(point.module.body, part) for part in parts_of(point.module.body, given) if isinstance(part, CallRef)}
    return frozenset(said & _STATEMENTS) or frozenset({name})


def is_of_one(module: Module, expr: Expr | None) -> bool:
    """`order.lines`, `order.lines.all()`: what belongs to one thing, and not what was looked for by it."""
    if isinstance(expr, CallRef):
        call = module.body.calls[expr.index]
        return not call.arguments and isinstance(call.callee, Attribute) and isinstance(call.callee.base, Attribute)
    return isinstance(expr, Attribute)


def written_row(point: EffectPoint) -> str:
    """What a writing method is called on, where that is a name or an attribute: `order`, `order.customer`."""
    callee = point.call.call.callee if point.call is not None else None
    base = callee.base if isinstance(callee, Attribute) else None
    inner = base
    while isinstance(inner, Attribute):
        inner = inner.base
    if isinstance(inner, Name):
        return spell(point.module.body, base)
    return next(iter(root_names(point.module, base)), "") if isinstance(base, CallRef) and _is_super(point.module, base) else ""


def related_rows(point: EffectPoint) -> tuple[str, str]:
    """What is changed at once by way of a row, and the name of that: `order.lines`, of `order.lines.all().delete()`."""
    callee = point.call.call.callee if point.call is not None and point.is_direct else None
    expr = callee.base if isinstance(callee, Attribute) and callee.attr in _OF_MANY else None
    while isinstance(expr, CallRef):
        called = point.module.body.calls[expr.index].callee
        expr = called.base if isinstance(called, Attribute) else None
    inner: Expr | None = expr
    while isinstance(inner, Attribute):
        inner = inner.base
    is_chain = isinstance(expr, Attribute) and isinstance(inner, Name)
    return (spell(point.module.body, expr), inner.id) if is_chain and isinstance(inner, Name) else ("", "")


def _is_super(module: Module, expr: CallRef) -> bool:
    callee = module.body.calls[expr.index].callee
    return isinstance(callee, Name) and callee.id == "super"


def root_names(module: Module, expr: Expr | None) -> set[str]:
    """The name that a chain of attributes and calls begins with."""
    while expr is not None:
        if isinstance(expr, Name):
            return {"self" if expr.id == "super" else expr.id}
        if isinstance(expr, Attribute | Subscript):
            expr = expr.base
        elif isinstance(expr, Await):
            expr = expr.value
        elif isinstance(expr, CallRef):
            expr = module.body.calls[expr.index].callee
        else:
            return set()
    return set()
