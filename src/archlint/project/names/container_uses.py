"""Which names and attributes the functions of a module read, and which they put something into."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, Body, CallRef, Expr, Name, Starred, Subscript
from archlint.project.parts import parts_of

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_ADDING = frozenset({"append", "add", "appendleft", "insert", "setdefault", "update", "extend"})
_TAKING = frozenset({"pop", "remove", "discard", "clear", "popleft", "popitem"})


class Use(Struct, frozen=True, gc=False):
    """`expr`, a name or an attribute, in `contexts[context]`. `values`: what is put into it; `adds`: something is, or what
    is in it is changed."""

    expr: Name | Attribute
    context: int
    adds: bool = False
    values: tuple[Expr, ...] = ()


def uses_in(module: Module) -> dict[str, list[Use]]:
    """Last name → its uses in functions, those that add first."""
    body = module.body
    return _by_name(body, (*_added(body), *_read(body)))


def adding_in(module: Module) -> dict[str, list[Use]]:
    """Those of `uses_in` that add: they are found without looking through every expression."""
    return _by_name(module.body, _added(module.body))


def _by_name(body: Body, uses: Iterable[Use]) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = defaultdict(list)
    seen: set[tuple[int, int]] = set()  # `names` and `names.get` begin at the same place
    for use in uses:
        if body.contexts[use.context].function >= 0 and (use.expr.at, use.expr.end) not in seen:
            seen.add((use.expr.at, use.expr.end))
            found[use.expr.id if isinstance(use.expr, Name) else use.expr.attr].append(use)
    return found


def _added(body: Body) -> Iterator[Use]:
    for statement in body.statements:
        target = statement.target
        if statement.kind in ("assign", "annotate", "augment") and type(target) is Subscript:
            values = (statement.value,) if statement.value is not None else ()
            yield from _to(_root(body, target), statement.context, values)
    for call in body.calls:
        if type(call.callee) is Attribute and call.callee.attr in _ADDING:
            given = tuple(argument.value for argument in call.arguments)
            yield from _to(
                _root(body, call.callee.base), call.context, given[-1:] if call.callee.attr == "setdefault" else given
            )
        elif type(call.callee) is Attribute and call.callee.attr in _TAKING:
            continue  # what is taken out was put in elsewhere


def _to(expr: Expr, context: int, values: tuple[Expr, ...]) -> Iterator[Use]:
    if isinstance(expr, Name | Attribute):
        yield Use(expr, context, True, values)


def _root(body: Body, expr: Expr) -> Expr:
    """`users` of `users[key]["visits"]` and of `users.setdefault(key, [])`."""
    while True:
        if type(expr) is Subscript:
            expr = expr.base
        elif (
            type(expr) is CallRef and isinstance(callee := body.calls[expr.index].callee, Attribute) and callee.attr in _ADDING
        ):
            expr = callee.base
        else:
            return expr


def _read(body: Body) -> Iterator[Use]:
    starts = [(s.value, s.context) for s in body.statements if s.value is not None]
    starts += [(s.target, s.context) for s in body.statements if s.kind == "delete" and s.target is not None]
    starts += [(c.callee, c.context) for c in body.calls]
    starts += [(a.value, c.context) for c in body.calls for a in c.arguments]
    starts += [(place.subject, place.parent) for place in body.contexts if place.subject is not None]
    for start, context in starts:
        for part in parts_of(body, start.value if isinstance(start, Starred) else start):
            if isinstance(part, Name | Attribute):
                yield Use(part, context)
