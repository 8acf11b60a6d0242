"""Items that all lead to one object: those of its own list, and those that a query has asked for by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, Call, CallRef, Comparison, Constant, Expr, Name
from archlint.project.parts import calls_below, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project

_WHOLE = frozenset({"query", "all", "order_by", "options"})
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
        for part in parts_of(module.body, subject)
    )


def is_among_all(project: Project, loop: Loop, expr: Attribute) -> bool:
    """`group.parent`, which is a group itself, in a loop over `session.query(Group).all()`: the session has them all.  What
    may be one or many is one where the class has its key, `parent_id`."""
    types, module, place = project.types, loop.module, loop.place
    subject, context = place.subject, place.parent
    if isinstance(subject, Name):
        sources = project.values.sources.of(module, subject, context)
        before = [s for s in sources if s.module is module and s.expr is not None and s.expr.at < place.at]
        last = max(before, key=lambda s: s.expr.at if s.expr is not None else -1, default=None)
        subject, context = (last.expr, last.context) if last is not None else (None, context)
    if not isinstance(subject, CallRef):
        return False
    rows = [t for t in types.all(module, expr.base, loop.context) if not t.is_class]
    items, found = {t.name for t in rows}, {t.name for t in types.all(module, expr, loop.context) if not t.is_class}
    is_one = found == items or (
        items < found and all(types.inference.members.find(t, f"{expr.attr}_id") is not None for t in rows)
    )
    outer = module.body.calls[subject.index]
    calls = {last_name(module.body, call.callee) for call in (outer, *calls_below(module.body, outer))}
    return bool(items) and is_one and calls <= _WHOLE


def asked_for(body: Body, call: Call) -> Iterator[str]:
    """The columns of which a query's call asks for one value, and those that are to be empty, as `column__isnull`."""
    for argument in call.arguments:
        if argument.name is not None and not (argument.name.endswith(_IS_NULL) and not _is(argument.value, True)):
            yield f"{argument.name}{_IS_NULL}" if _is(argument.value, None) else argument.name
        elif argument.name is None:
            for part in parts_of(body, argument.value):
                yield from _named_by(body, part)


def _named_by(body: Body, part: Expr) -> Iterator[str]:
    if isinstance(part, Comparison) and part.ops == ("==",):
        end = _IS_NULL if any(_is(side, None) for side in part.operands) else ""
        yield from (f"{side.attr}{end}" for side in part.operands if isinstance(side, Attribute))
    elif isinstance(part, CallRef):
        call = body.calls[part.index]
        if (
            isinstance(call.callee, Attribute)
            and call.callee.attr == _EMPTY
            and any(_is(a.value, None) for a in call.arguments)
        ):
            yield from (f"{p.attr}{_IS_NULL}" for p in (call.callee.base,) if isinstance(p, Attribute))


def _is(expr: Expr, value: object) -> bool:
    return isinstance(expr, Constant) and expr.value is value


def _asks_by(body: Body, part: Expr, keys: frozenset[str]) -> bool:
    """`filter_by(order_id=…)`, `filter(Line.order == order)`, `filter(order__isnull=True)`."""
    given = asked_for(body, body.calls[part.index]) if isinstance(part, CallRef) else ()
    return not keys.isdisjoint(given) or not keys.isdisjoint(_named_by(body, part))
