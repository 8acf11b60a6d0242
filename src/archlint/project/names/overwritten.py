"""Bindings of a name that a later one has replaced, whichever way the code took in between."""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import combinations
from typing import TYPE_CHECKING

from archlint.facts.syntax import Comparison, Constant, Context, Expr, Name, Statement
from archlint.project.control.sequence import are_branches, handlers_of

if TYPE_CHECKING:
    from archlint.facts.syntax import Body
    from archlint.project.names.scopes import Binding

_JUMPS = frozenset({"break", "continue"})
_LEAVES = frozenset({"raise", "return"}) | _JUMPS


def left(body: Body, bindings: tuple[Binding, ...], context: int, at: int) -> tuple[Binding, ...]:
    """The bindings that a name may have at an offset in a place, without those that stand in a place within which a later
    binding follows on the same level: `for part in parts: …` before `part = sorted(kept)`; or on the way from there to the
    offset.  A jump in between may come by the later one."""
    if len(bindings) < 2:
        return bindings
    reader = frozenset(_around(body, context))
    found: list[Binding] = []
    for position, binding in enumerate(bindings):
        around = frozenset(_around(body, binding.context))
        later = bindings[position + 1 :]
        alone = any(_replaces(body, each, binding, around | reader if each.at < at else around) for each in later)
        if not alone and not any(_replace(body, pair, binding, around) for pair in combinations(later, 2)):
            found.append(binding)
    return tuple(found)


def _replace(body: Body, later: tuple[Binding, Binding], earlier: Binding, around: Set[int]) -> bool:
    """Both branches of an `if` on that level give another value."""
    one, other = (body.contexts[binding.context] for binding in later)
    if not are_branches(one, other) or one.parent not in around:
        return False
    return all(_gives(body, each, earlier) and each.context not in around for each in later)


def _replaces(body: Body, later: Binding, earlier: Binding, around: Set[int]) -> bool:
    place = body.contexts[later.context]
    is_there = later.context in around
    if place.parent in around:
        is_there = is_there or (place.kind == "if" and _is_something(body, place, later))
        is_there = is_there or (place.kind == "try" and _is_left_by_handlers(body, later))
    return is_there and _gives(body, later, earlier)


def _is_left_by_handlers(body: Body, later: Binding) -> bool:
    """Whoever comes behind the `try` has come to its end, or by a handler that gives another value."""
    target = body.statements[later.index].target if later.kind == "statement" else None
    name = target.id if isinstance(target, Name) else ""
    rows = set(handlers_of(body.contexts, later.context))
    left = (s.context for s in body.statements if s.context in rows and (s.kind in _LEAVES or _assigns(s, name)))
    return bool(rows) and rows == set(left)


def _assigns(statement: Statement, name: str) -> bool:
    return statement.kind == "assign" and isinstance(statement.target, Name) and statement.target.id == name


def _is_something(body: Body, place: Context, later: Binding) -> bool:
    """`if limit: limit = int(limit)`: what is left of the earlier one is nothing."""
    target = body.statements[later.index].target if later.kind == "statement" else None
    return isinstance(target, Name) and _asks_for(place.subject, target.id)


def _asks_for(test: Expr | None, name: str) -> bool:
    match test:
        case Name():
            return test.id == name
        case Comparison(ops=("is not",) | ("!=",), operands=(Name() as asked, Constant(value=None))):
            return asked.id == name
        case _:
            return False


def _gives(body: Body, later: Binding, earlier: Binding) -> bool:
    """It is given behind the earlier one, whichever way the code took to its place."""
    if later.kind != "statement" or later.at <= earlier.at:
        return False
    if body.statements[later.index].kind not in ("assign", "annotate") or body.statements[later.index].value is None:
        return False
    return not any(s.kind in _JUMPS and earlier.at < s.at < later.at for s in body.statements)


def _around(body: Body, context: int) -> Iterator[int]:
    while context >= 0:
        yield context
        context = body.contexts[context].parent
