"""Loops that look for one of their items: what they do for each they do for few, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Body,
    CallRef,
    Comparison,
    Comprehension,
    Constant,
    Expr,
    Name,
    Operation,
    Statement,
    String,
    Subscript,
)
from archlint.project.control.refusals import is_refusal
from archlint.project.loops.batches import expression_of
from archlint.project.loops.loop_items import listed_by
from archlint.project.loops.stations import carried
from archlint.project.loops.turns import made_from
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import Repeated

_BOUNDS = ("__lt", "__lte", "__gt", "__gte", "__range")
_ORDERS = frozenset({"<", "<=", ">", ">="})
_SAME = (("==",), ("is",))
_OWN = "self"
_ENDING = frozenset({"any", "all"})
_PATH_PARTS = frozenset({"parts", "parents"})
_PATHS = frozenset({"path", "file", "folder", "dir", "directory", "url", "location"})


def is_search(query: Repeated) -> bool:
    """The loop returns what it found for an item, or ends at the first that the query says is fit: `if is_free: break`."""
    loop, body = query.loop, query.loop.module.body
    if loop.mapping is not None:
        return False
    given = made_from(loop, query.point) | {
        s.target.id
        for s in loop.statements
        if isinstance(s.target, Name) and s.value and s.value.at <= query.made.at < s.value.end
    }
    own = [s for s in loop.statements if s.kind == "return" and s.at > query.made.at and not _refuses(loop, s, given)]
    if any(not loop.derived.isdisjoint(names_in(body, statement.value)) for statement in own):
        return True
    ends = [s for s in loop.statements if s.kind == "break" and s.at > query.made.at and _is_answer(loop, s.context)]
    left = [body.contexts[s.context] for s in ends]
    tests = [place.subject for place in left if place.kind == "if" and place.subject is not None]
    at = query.made.at
    return any(test.at <= at < test.end or not given.isdisjoint(names_in(body, test)) for test in tests)


def _refuses(loop: Loop, end: Statement, given: frozenset[str]) -> bool:
    """`if not row: return refused(item)`: it ends at an item for which there is nothing, or with which something is wrong, and
    goes through all others."""
    body = loop.module.body
    if is_refusal(body, end.value) or any(body.contexts[row].kind == "except" for row in loop.chain(end.context)[:-1]):
        return True
    test = body.contexts[end.context].subject if body.contexts[end.context].kind == "if" else None
    first = test.operands[0] if isinstance(test, Operation) and test.op == "or" else test
    is_missing = (isinstance(first, Operation) and first.op == "not") or (
        isinstance(first, Comparison) and first.ops == ("is",) and isinstance(first.operands[1], Constant)
    )
    told = set(names_in(body, end.value))
    return (
        is_missing and not given.isdisjoint(names_in(body, first)) and (given.isdisjoint(told) or _is_answer_itself(test, end))
    )


def _is_answer_itself(test: Expr | None, end: Statement) -> bool:
    """`if not answer.success: return answer`: what went wrong is handed on."""
    asked = test.operands[0] if isinstance(test, Operation) and test.op == "not" else None
    while isinstance(asked, Attribute):
        asked = asked.base
    return isinstance(asked, Name) and isinstance(end.value, Name) and asked.id == end.value.id


def _is_answer(loop: Loop, context: int) -> bool:
    """A `break` there ends this loop, none inside of it, and says nothing of a failure: it keeps what was found, no more."""
    if any(s.context == context and s.kind not in ("assign", "break") for s in loop.statements):
        return False
    contexts, chain = loop.module.body.contexts, loop.chain(context)
    return next(row for row in chain if contexts[row].kind in ("for", "while") or row == loop.context) == loop.context


def is_for_one(query: Repeated) -> bool:
    """`if topic["name"] == name:` or `if index == position - 1:` around the place, where the name is not the loop's, nor that
    of a constant; with a constant, where what is asked is told nothing of the item: `if option.kind == Kind.OTHER:
    all_others(order_id)`.  What is told nothing of all that a turn finds is asked for the one of which that is so, too:
    `if main_id is None: all(order_id)`."""
    loop, body = query.loop, query.loop.module.body
    places = [body.contexts[row] for row in loop.chain(query.point.context)[:-1]] if loop.mapping is None else []
    tests = [test for place in places if place.kind == "if" for test in _all_of(place.subject)]
    told = set(names_in(body, query.expression))
    is_same = loop.derived.isdisjoint(told)
    if any(test.ops == ("==",) and _tells_one(body, test, loop.derived, is_same=is_same) for test in tests):
        return True
    found = loop.derived.union(name for s in loop.statements if s.target is not None for name in names_in(body, s.target))
    return found.isdisjoint(told) and any(test.ops in _SAME and _tells_one(body, test, found, is_same=True) for test in tests)


def _all_of(test: Expr | None) -> Iterator[Comparison]:
    """The comparisons that must all hold."""
    if isinstance(test, Comparison):
        yield test
    elif isinstance(test, Operation) and test.op == "and":
        for operand in test.operands:
            yield from _all_of(operand)


def _tells_one(body: Body, test: Comparison, derived: frozenset[str], *, is_same: bool) -> bool:
    sides = [(side, derived.isdisjoint(names_in(body, side))) for side in test.operands]
    return any(not is_fixed for _, is_fixed in sides) and any(
        is_fixed and (is_same or _may_vary(body, side)) for side, is_fixed in sides
    )


def _may_vary(body: Body, side: Expr) -> bool:
    """It holds what is looked for, and is no constant and no member of a class (`State.DONE`)."""
    match side:
        case Attribute():
            return not side.attr.isupper() and _may_vary(body, side.base)
        case Subscript():
            return _may_vary(body, side.base)
        case Operation():  # `position - 1`
            return any(_may_vary(body, operand) for operand in side.operands)
        case CallRef():  # `str(wanted)`
            return any(_may_vary(body, argument.value) for argument in body.calls[side.index].arguments)
        case _:
            return isinstance(side, Name) and not side.id[:1].isupper()


def has_own_range(places: list[EffectPoint], loop: Loop) -> bool:
    """`filter(start__lt=span.end)`, `Event.start < span.end`, at the end of the way: no list of keys asks for what lies
    between the ends of each."""
    end, own = places[-1], carried(places, loop)[-1]
    body, function = end.module.body, end.caller.function if end.caller is not None else None
    asked = [expression_of(end)]
    named = {name for part in asked for name in names_in(body, part)}
    begin = loop.place.at if len(places) == 1 or function is None else function.at
    asked += [
        s.value for s in body.statements if begin <= s.at < end.site.at and isinstance(s.target, Name) and s.target.id in named
    ]
    return any(_bounds(body, part, own) for expr in asked for part in parts_of(body, expr))


def _bounds(body: Body, part: Expr, own: frozenset[str]) -> bool:
    if isinstance(part, CallRef):
        given = [a.value for a in body.calls[part.index].arguments if a.name and a.name.endswith(_BOUNDS)]
    elif isinstance(part, Comparison) and not _ORDERS.isdisjoint(part.ops):
        given = list(part.operands)
    else:
        return False
    return any(not own.isdisjoint(names_in(body, value)) for value in given)


def ends_at_first(query: Repeated) -> bool:
    """`if fits(item): return True`: the loop asks only whether there is one."""
    loop, body, found = query.loop, query.loop.module.body, list[bool]()
    for statement in loop.statements if loop.mapping is None else []:
        place = body.contexts[statement.context]
        is_end = statement.kind == "return" and statement.at > query.made.at and place.kind == "if"
        if is_end and isinstance(statement.value, Constant) and statement.value.value is True:
            found.append(not loop.derived.isdisjoint(names_in(body, place.subject)))
    return any(found)


def asks_any_of_own(loop: Loop) -> bool:
    """`any(line.is_sent() for line in self.lines.all())`: what belongs to one object may be a handful, and the first that is
    so answers."""
    body, place = loop.module.body, loop.place
    if loop.mapping is not None or place.kind != "comprehension" or _root(body, place.subject) != _OWN:
        return False
    return any(
        isinstance(call.callee, Name)
        and call.callee.id in _ENDING
        and len(call.arguments) == 1
        and isinstance(call.arguments[0].value, Comprehension)
        and call.arguments[0].value.context == loop.context
        for call in body.calls
        if call.at <= place.at < call.end
    )


def _root(body: Body, expr: Expr | None) -> str:
    while isinstance(expr, Attribute | CallRef):
        expr = expr.base if isinstance(expr, Attribute) else body.calls[expr.index].callee
    return expr.id if isinstance(expr, Name) else ""


def goes_down_a_path(loop: Loop) -> bool:
    """It goes over the parts of one path: `path.parts`, `path.split("/")`, also by a name that they were given."""
    body = loop.module.body
    for part in listed_by(loop):
        if (
            isinstance(part, Attribute)
            and part.attr in _PATH_PARTS
            and not _PATHS.isdisjoint(words_of(last_name(body, part.base)))
        ):
            return True
        if isinstance(part, CallRef) and last_name(body, part) == "split":
            given = [argument.value for argument in body.calls[part.index].arguments]
            if any(isinstance(value, String) and value.value == "/" for value in given):
                return True
    return False
