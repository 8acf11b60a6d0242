"""Writes of a loop that do the same to each row and take only its key from the item: one statement with all keys does that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Argument, Attribute, Body, CallRef, Collection, Comparison, Expr, Mapping, Operation, String
from archlint.project.effects.statement_kind import StatementKind
from archlint.project.loops.plain_inserts import BETWEEN
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.loops.repeated import Repeated
    from archlint.project.model import CallSite
    from archlint.project.program import Project

_CHANGING = re.compile(r"\s*(update|delete)\b", re.IGNORECASE)
_WHERE = re.compile(r"\bwhere\b", re.IGNORECASE)
_PLACE = re.compile(r"%\((?P<keyed>\w+)\)s|%s|\?|\$(?P<number>\d+)|(?<!:):(?P<named>\w+)")
_EQUAL = re.compile(r"=\s*$")
_FILTERING = frozenset({"filter", "filter_by", "where", "exclude"})
_NEVER = frozenset({"join", "limit", "order_by", "select_for_update", "with_for_update"})
_QUERIES = frozenset({"db-query", "db-statement", "db-manager", "relation"})
_CHANGES = frozenset({"update", "delete", "aupdate", "adelete", "values"})


def writes_the_same(project: Project, query: Repeated) -> bool:
    """`UPDATE … SET done = true WHERE id = %s` with the item's key, `Order.objects.filter(pk=order.pk).update(done=True)`."""
    call = query.point.call
    if query.loop.mapping is not None or query.path.through or call is None or call.is_open:
        return False
    if not BETWEEN.union({"with"}).isdisjoint(query.loop.kinds_around(query.point.context)):
        return False
    statement = StatementKind(project.types.inference).executed(call)
    if statement is None:
        return _changes_filtered(project, query, call.expr)
    if isinstance(statement, CallRef) and _changes_filtered(project, query, statement):
        return True
    text = project.values.text(call.module, statement, call.call.context)
    if text is None or text.holes or not _CHANGING.match(text.rendered):
        return False
    return _takes_only_keys(query, call, text.rendered, statement)


def _takes_only_keys(query: Repeated, call: CallSite, sql: str, statement: Expr) -> bool:
    """What is of the item stands behind `WHERE`, and each is compared with a column as it is."""
    body, where = call.module.body, _WHERE.search(sql)
    given = _given(call, statement)
    if where is None or given is None or len(_WHERE.findall(sql)) != 1:
        return False
    found = False
    for row, place in enumerate(_PLACE.finditer(sql)):
        name = place["keyed"] or place["named"]
        key = name or (int(place["number"]) - 1 if place["number"] else row)
        if key not in given:
            return False
        if _varying(query).isdisjoint(names_in(body, given[key])):
            continue
        if place.start() < where.start() or not _EQUAL.search(sql[: place.start()]):
            return False
        found = True
    return found


def _given(call: CallSite, statement: Expr) -> dict[str | int, Expr] | None:
    """Name or position of a parameter → what it is given; None where that cannot be told."""
    others = [a for a in call.call.arguments if a.value is not statement]
    if len(others) == 1 and isinstance(others[0].value, Mapping):
        display = others[0].value
        pairs = zip(display.keys, display.values, strict=True)
        return {key.value: value for key, value in pairs if isinstance(key, String)}
    if len(others) == 1 and isinstance(others[0].value, Collection):
        return dict(enumerate(others[0].value.items))
    return dict(enumerate(a.value for a in others)) if all(a.name is None for a in others) else None


def _changes_filtered(project: Project, query: Repeated, expr: CallRef) -> bool:
    """The rows are found by the item, and what is set in them is no matter of it, nor of what they were."""
    module, body, derived = query.point.module, query.point.module.body, _varying(query)
    steps, begin = _chain(body, expr)
    told = [a for name, arguments in steps if name in _FILTERING for a in arguments]
    said = [a for name, arguments in steps if name not in _FILTERING for a in arguments]
    changing = [name for name, _ in steps if name in _CHANGES]
    if not told or not changing or not _NEVER.isdisjoint(name for name, _ in steps):
        return False
    if not derived.isdisjoint(names_in(body, begin)) or not all(_is_plain(body, a.value, derived) for a in said):
        return False
    if not all(_is_key(body, a, derived) for a in told) or all(_is_plain(body, a.value, derived) for a in told):
        return False
    callee = body.calls[expr.index].callee
    asked = project.types.all(module, callee.base, query.point.context) if isinstance(callee, Attribute) else ()
    return any(project.types.role(t) in _QUERIES for t in asked if not t.is_class)


def _varying(query: Repeated) -> frozenset[str]:
    """The names that are another thing in each turn."""
    loop = query.loop
    given = (name for s in loop.statements if s.target is not None for name in names_in(loop.module.body, s.target))
    return loop.derived | frozenset(given)


def _is_key(body: Body, given: Argument, derived: frozenset[str]) -> bool:
    """`pk=item.pk`, `Line.order == item.pk`, or nothing of the item."""
    if derived.isdisjoint(names_in(body, given.value)):
        return True
    if given.name is not None:
        return not given.name.startswith("*") and "__" not in given.name.removesuffix("_id")
    value = given.value
    is_equal = isinstance(value, Comparison) and value.ops == ("==",)
    return is_equal and isinstance(value, Comparison) and derived.isdisjoint(names_in(body, value.operands[0]))


def _is_plain(body: Body, expr: Expr, derived: frozenset[str]) -> bool:
    """It is the same for each item, and does not go on from what was there (`F("count") - 1`)."""
    parts = list(parts_of(body, expr))
    return derived.isdisjoint(names_in(body, expr)) and not any(isinstance(part, Operation) for part in parts)


def _chain(body: Body, expr: Expr) -> tuple[list[tuple[str, tuple[Argument, ...]]], Expr]:
    """The calls of a chain with their arguments, the last first; and what it begins with."""
    found: list[tuple[str, tuple[Argument, ...]]] = []
    while isinstance(expr, CallRef | Attribute):
        if isinstance(expr, Attribute):
            expr = expr.base
            continue
        call = body.calls[expr.index]
        found.append((last_name(body, expr), call.arguments))
        expr = call.callee
    return found, expr
