"""Items that all lead to one object: those of its own list, and those that a query has asked for by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Argument,
    Attribute,
    Body,
    Call,
    CallRef,
    Comparison,
    Comprehension,
    Constant,
    Expr,
    Name,
    Operation,
)
from archlint.project.parts import calls_below, children, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project

WHOLE = frozenset({"query", "all", "order_by", "options"})
"""Calls of which a query is made that asks for all rows of a class."""
KEYS = frozenset({"id", "pk"})
NARROWING = frozenset({"filter", "filter_by", "where"})
_AMONG = "in_"
_EITHER, _EITHER_CALL = "|", "or_"
_EMPTY, _IS_NULL = "is_", "__isnull"
"""`Line.order_id.is_(None)`, `order__isnull=True`: so is named what is asked to be empty, also by `order=None`."""


def is_of_its_owner(project: Project, loop: Loop, expr: Attribute) -> bool:
    """`line.order` in a loop over `order.lines` or over `Line.query.filter_by(order_id=…)`: what the attribute leads to is
    the object whose list is gone through, or one and the same for all items."""
    types, module, place = project.types, loop.module, loop.place
    wanted = {found.name for found in types.all(module, expr, loop.context) if not found.is_class}
    if not wanted or place.subject is None:
        return False
    waiting: list[tuple[Expr, int]] = [(place.subject, place.parent)]
    if isinstance(place.subject, Name):
        sources = project.values.sources.of(module, place.subject, place.parent)
        waiting += [(s.expr, s.context) for s in sources if s.expr is not None and s.module is module]
    own = {expr.attr, f"{expr.attr}_id"}
    keys = frozenset({*own, *(f"{key}{_IS_NULL}" for key in own)})
    return any(
        _asks_by(module.body, part, keys)
        or (
            isinstance(part, Attribute)
            and not wanted.isdisjoint(t.name for t in types.all(module, part.base, context) if not t.is_class)
        )
        for subject, context in waiting
        for part in _said_of_all(module.body, subject)
    )


def _said_of_all(body: Body, expr: Expr) -> Iterator[Expr]:
    """The parts of an expression without the sides of an `|`, each of which holds for some of the rows."""
    waiting = [expr]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += () if _is_either(body, current) else children(body, current)


def _is_either(body: Body, expr: Expr) -> bool:
    """`Q(buyer=user) | Q(seller=user)`, `or_(Order.buyer == user, Order.seller == user)`"""
    is_named = isinstance(expr, CallRef) and last_name(body, expr) == _EITHER_CALL
    return is_named or (isinstance(expr, Operation) and expr.op == _EITHER)


def is_among_all(project: Project, loop: Loop, expr: Attribute) -> bool:
    """`group.parent`, which is a group itself, in a loop over `session.query(Group).all()`: the session has them all.  What
    may be one or many is one where the class has its key, `parent_id`."""
    types, module, subject = project.types, loop.module, _asked(project, loop)
    if not isinstance(subject, CallRef):
        return False
    rows = [t for t in types.all(module, expr.base, loop.context) if not t.is_class]
    items, found = {t.name for t in rows}, {t.name for t in types.all(module, expr, loop.context) if not t.is_class}
    is_one = found == items or (
        items < found and all(types.inference.members.find(t, f"{expr.attr}_id") is not None for t in rows)
    )
    outer = module.body.calls[subject.index]
    calls = {last_name(module.body, call.callee) for call in (outer, *calls_below(module.body, outer))}
    return bool(items) and is_one and calls <= WHOLE


def has_one_row(project: Project, loop: Loop) -> bool:
    """`session.query(Order).filter_by(id=order_id).all()`, `filter(Order.id == order_id)`: one row has the key."""
    module, subject = loop.module, loop.place.subject
    if isinstance(subject, Name) and len(project.values.sources.of(module, subject, loop.place.parent)) > 1:
        return False
    asked = _asked(project, loop)
    if not isinstance(asked, CallRef):
        return False
    outer = module.body.calls[asked.index]
    narrowing = [c for c in (outer, *calls_below(module.body, outer)) if last_name(module.body, c.callee) in NARROWING]
    rows = (t for name in loop.targets for t in project.types.all(module, Name(loop.place.end, name), loop.context))
    owners = {found.name.rpartition(".")[2] for found in rows if not found.is_class}
    return any(_is_by_key(module.body, argument, owners) for call in narrowing for argument in call.arguments)


def are_those_of(project: Project, loop: Loop, expr: Attribute) -> bool:
    """`comment.post` in a loop over `filter(Comment.post_id.in_([post.id for post in posts]))`: the session has the posts."""
    types, module, asked = project.types, loop.module, _asked(project, loop)
    wanted = {found.name for found in types.all(module, expr, loop.context) if not found.is_class}
    return any(
        not wanted.isdisjoint(each.name for found in types.all(module, part, context) for each in found.arguments)
        for ids, place in _keys_of(project, loop, asked, f"{expr.attr}_id")
        for part, context in _gone_over(module.body, ids, place)
    )


def _gone_over(body: Body, ids: Expr, context: int) -> Iterator[tuple[Expr, int]]:
    """The names and attributes of which a list of keys is made, each with its place."""
    for part in parts_of(body, ids):
        if isinstance(part, Name | Attribute):
            yield part, context
        elif isinstance(part, Comprehension) and (subject := body.contexts[part.context].subject) is not None:
            yield from ((each, body.contexts[part.context].parent) for each in parts_of(body, subject))


def _keys_of(project: Project, loop: Loop, asked: Expr | None, column: str) -> Iterator[tuple[Expr, int]]:
    """What the column is asked to be among, through a name."""
    body, context = loop.module.body, loop.place.parent
    for part in parts_of(body, asked) if asked is not None else ():
        call = body.calls[part.index] if isinstance(part, CallRef) else None
        callee = call.callee if call is not None else None
        if call is None or not isinstance(callee, Attribute) or callee.attr != _AMONG:
            continue
        if last_name(body, callee.base) == column:
            for argument in call.arguments:
                yield argument.value, context
                sources = project.values.sources.of(loop.module, argument.value, context)
                yield from ((s.expr, s.context) for s in sources if s.expr is not None and s.module is loop.module)


def _is_by_key(body: Body, argument: Argument, owners: AbstractSet[str]) -> bool:
    value = argument.value
    if argument.name is not None:
        return argument.name in KEYS
    if not isinstance(value, Comparison) or value.ops != ("==",) or all(map(_is_column, value.operands)):
        return False
    keys = (each for each in value.operands if isinstance(each, Attribute) and each.attr in KEYS)
    return any(last_name(body, each.base) in owners for each in keys)


def _asked(project: Project, loop: Loop) -> Expr | None:
    """What a loop goes over; of a name what it was given last before the loop."""
    subject = loop.place.subject
    if not isinstance(subject, Name):
        return subject
    sources = project.values.sources.of(loop.module, subject, loop.place.parent)
    before = [s.expr for s in sources if s.module is loop.module and s.expr is not None and s.expr.at < loop.place.at]
    return max(before, key=lambda expr: expr.at, default=None)


def asked_for(body: Body, call: Call) -> Iterator[str]:
    """The columns of which a query's call asks for one value, and those that are to be empty, as `column__isnull`."""
    for argument in call.arguments:
        if argument.name is not None and not (argument.name.endswith(_IS_NULL) and not _is(argument.value, True)):
            yield f"{argument.name}{_IS_NULL}" if _is(argument.value, None) else argument.name
        elif argument.name is None:
            for part in _said_of_all(body, argument.value):
                yield from _named_by(body, part)


def _named_by(body: Body, part: Expr) -> Iterator[str]:
    if isinstance(part, Comparison) and part.ops == ("==",):
        end = _IS_NULL if any(_is(side, None) for side in part.operands) else ""
        named = [side for side in part.operands if isinstance(side, Attribute)]
        if not all(map(_is_column, part.operands)):  # by which two tables are joined
            yield from (f"{side.attr}{end}" for side in named)
    elif isinstance(part, CallRef):
        call = body.calls[part.index]
        if (
            isinstance(call.callee, Attribute)
            and call.callee.attr == _EMPTY
            and any(_is(a.value, None) for a in call.arguments)
        ):
            yield from (f"{p.attr}{_IS_NULL}" for p in (call.callee.base,) if isinstance(p, Attribute))


def _is_column(expr: Expr) -> bool:
    """`Order.customer_id`"""
    return isinstance(expr, Attribute) and isinstance(expr.base, Name) and expr.base.id[:1].isupper()


def _is(expr: Expr, value: object) -> bool:
    return isinstance(expr, Constant) and expr.value is value


def _asks_by(body: Body, part: Expr, keys: frozenset[str]) -> bool:
    """`filter_by(order_id=…)`, `filter(Line.order == order)`, `filter(order__isnull=True)`."""
    given = asked_for(body, body.calls[part.index]) if isinstance(part, CallRef) else ()
    return not keys.isdisjoint(given) or not keys.isdisjoint(_named_by(body, part))
