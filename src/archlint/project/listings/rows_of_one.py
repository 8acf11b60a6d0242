"""Rows that belong to one thing: `order.lines.all()`, `filter(order=order)`, `where(Line.order_id == order_id)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, Call, CallRef, Comparison, Expr, Name
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project

_DEPTH = 6
_SAME_ITEMS = frozenset({"list", "tuple", "sorted", "reversed", "enumerate", "set", "iter"})
_NARROWING = frozenset({"filter", "filter_by", "where"})
_OF_RELATION = _NARROWING | {"all", "exclude", "order_by", "select_related", "prefetch_related", "iterator"}
_WHOLE = frozenset({"objects", "queryset", "qs", "query", "session", "manager", "db"})
"""Last words in names of what gives the rows of a table, and not of one thing."""
_MARKS = frozenset({"status", "state", "type", "kind", "date", "day", "month", "year", "version", "level"})
"""Last words in names of columns that belong to no other thing."""


def are_of_one(project: Project, loop: Loop) -> bool:
    """The loop goes over the rows that belong to one thing, of which another table has a row."""
    subject = loop.place.subject if loop.mapping is None else None
    return subject is not None and any(_is_narrowed(loop, part) for part in _sources(project, loop, subject, _DEPTH))


def _sources(project: Project, loop: Loop, expr: Expr, depth: int) -> Iterator[Expr]:
    """What the items come from, through local names and calls that give the same items."""
    yield expr
    if depth <= 0:
        return
    body = loop.module.body
    match expr:
        case Await():
            yield from _sources(project, loop, expr.value, depth - 1)
        case CallRef() if isinstance(body.calls[expr.index].callee, Name) and last_name(body, expr) in _SAME_ITEMS:
            for argument in body.calls[expr.index].arguments[:1]:
                yield from _sources(project, loop, argument.value, depth - 1)
        case Name():
            for source in project.values.sources.of(loop.module, expr, loop.place.parent):
                if source.module is loop.module and source.expr is not None and source.expr is not expr:
                    yield from _sources(project, loop, source.expr, depth - 1)


def _is_narrowed(loop: Loop, expr: Expr) -> bool:
    body = loop.module.body
    while isinstance(expr, CallRef):
        call = body.calls[expr.index]
        if not isinstance(call.callee, Attribute):
            return False
        if call.callee.attr in _NARROWING and _names_owner(call):
            return True
        expr = call.callee.base
        if isinstance(expr, Attribute) and call.callee.attr in _OF_RELATION:
            words = words_of(expr.attr)
            return bool(words) and words[-1] not in _WHOLE and not expr.attr[:1].isupper()
    return False


def _names_owner(call: Call) -> bool:
    """A column is asked to be what a name or an attribute holds."""
    for argument in call.arguments:
        match argument.value:
            case Name() | Attribute() if argument.name is not None and _is_owner(argument.name, argument.value):
                return True
            case Comparison(ops=("==",), operands=(Attribute(attr=column), Name() | Attribute() as value)):
                if _is_owner(column, value):
                    return True
            case _:
                continue
    return False


def _is_owner(column: str, value: Expr) -> bool:
    name = value.id if isinstance(value, Name) else value.attr if isinstance(value, Attribute) else ""
    is_constant = name.isupper() or (isinstance(value, Attribute) and _is_constant(value))
    words = words_of(column)
    return bool(words) and words[-1] not in _MARKS and not column.startswith("is_") and "__" not in column and not is_constant


def _is_constant(value: Attribute) -> bool:
    """`Status.open`, `settings.TENANT`"""
    base = value.base
    return (isinstance(base, Name) and base.id[:1].isupper()) or (isinstance(base, Attribute) and base.attr[:1].isupper())
