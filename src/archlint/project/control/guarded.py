"""Why a place in a loop is come to for few of the items: it remembers, fills a buffer, or asks for a written key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Body,
    CallRef,
    Collection,
    Comparison,
    Constant,
    Expr,
    Name,
    Operation,
    Statement,
    String,
    Subscript,
)
from archlint.project.effects.kept_answers import empty_names
from archlint.project.parts import children, item_read, names_in, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop

_BRANCHES = frozenset({"if", "else", "case"})
_FIRST = (0, 1)
_CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]+")
_CONVERTER = re.compile(r"_*(to|as|parse)_\w+")
_STEPS = 2
"""From what is compared back to the item it is made of."""
_NOW = frozenset({"now", "current"})
_CLOCK = re.compile(r"time|monotonic|(?<![a-z])now(?![a-z])|elapsed|interval", re.IGNORECASE)


def guarded(loop: Loop, chain: tuple[int, ...], at: int) -> str | None:
    """Why a branch around the expression at an offset is taken for few of the items; None if none is. `chain`: the
    contexts from the expression out to the loop."""
    body = loop.module.body
    holder = next((s for s in reversed(loop.statements) if s.at <= at < s.end), None)
    if holder is not None and _is_memo(loop, holder, at):
        return "it remembers what it has asked for"
    if _skips_known(loop, chain, at):
        return "it goes on where it has the answer"
    for index in chain[:-1]:
        place = body.contexts[index]
        if place.kind not in _BRANCHES or place.subject is None:
            continue
        if _fills_once(loop, index, holder):
            return "it asks only as long as it has nothing"
        if place.kind == "if" and _asks_for_key(loop, place.subject):
            return "its keys are written in the code"
        for part in parts_of(body, place.subject):
            if isinstance(part, Operation) and part.op == "%":
                return "it asks every so many items"
            if isinstance(part, Comparison) and (_measures(loop, part) or _counts_anew(loop, index, part)):
                return "it asks when a buffer is full or time is up"
    return None


def _asks_for_key(loop: Loop, test: Expr) -> bool:
    """`if kind == "name":` where `kind` goes over kinds, or over the keys of a mapping, each of which it has once; or
    `if kind == Kind.Name`, `if kind in KINDS`, also where `kind = to_kind(key)`."""
    body, subject, target = loop.module.body, loop.place.subject, loop.place.target
    key = target
    if isinstance(target, Collection) and isinstance(subject, CallRef) and last_name(body, subject) == "items":
        key = target.items[0] if target.items else target
    sides = test.operands if isinstance(test, Operation) and test.op == "and" else (test,)
    tests = [side for side in sides if isinstance(side, Comparison) and side.ops in (("==",), ("in",))]
    return isinstance(key, Name) and any(
        (_is_key(left, key) and (_is_literal(right) or (test.ops == ("in",) and _is_constant(right))))
        or (test.ops == ("==",) and _is_entry(body, right) and _is_key(left, key))
        or (test.ops == ("==",) and _is_member(right) and (_is_key(left, key) or _is_made_into_kind(loop, left, right, key)))
        for test in tests
        for left, right in (test.operands,)
    )


def _is_key(expr: Expr, key: Name) -> bool:
    return isinstance(expr, Name) and expr.id == key.id


def _is_constant(expr: Expr) -> bool:
    """`LABELS`, `self.LABELS`: written in the code, by its name."""
    name = expr.attr if isinstance(expr, Attribute) else expr.id if isinstance(expr, Name) else ""
    return _CONSTANT.fullmatch(name) is not None


def _is_member(expr: Expr) -> bool:
    return isinstance(expr, Attribute) and isinstance(expr.base, Name) and expr.base.id[:1].isupper()


def _is_entry(body: Body, expr: Expr) -> bool:
    """`Filing.KINDS["annual"].get("name")`: what a class says under a written key."""
    is_written = False
    while not isinstance(expr, Name):
        if isinstance(expr, CallRef):
            call = body.calls[expr.index]
            if not (isinstance(call.callee, Attribute) and call.callee.attr == "get"):
                return False
            given = [argument.value for argument in call.arguments]
            expr = call.callee
        elif isinstance(expr, Subscript):
            given = list(expr.index)
        elif isinstance(expr, Attribute):
            given = []
        else:
            return False
        if not all(_is_literal(part) for part in given):
            return False
        is_written = is_written or bool(given)
        expr = expr.base
    return is_written and expr.id[:1].isupper()


def _is_made_into_kind(loop: Loop, expr: Expr, member: Expr, key: Name) -> bool:
    """`kind = Kind(key)`, `Kind[key]` or `to_kind(key)`, of the item itself; what is looked up by it is no kind of it."""
    kind = _named(member.base if isinstance(member, Attribute) else None)
    targets = [(s.target, s.value) for s in loop.statements if isinstance(expr, Name) and isinstance(s.target, Name)]
    made = [value for target, value in targets if _named(target) == _named(expr)]
    return bool(made) and all(_is_conversion(loop.module.body, value, kind, key) for value in made)


def _is_conversion(body: Body, value: Expr | None, kind: str, key: Name) -> bool:
    match value:
        case Subscript(index=(only,)):
            return _named(value.base) == kind and _is_key(only, key)
        case CallRef():
            name = last_name(body, value)
            given = [_is_key(argument.value, key) for argument in body.calls[value.index].arguments]
            return given == [True] and (name == kind or _CONVERTER.fullmatch(name) is not None)
        case _:
            return False


def _named(expr: Expr | None) -> str:
    return expr.id if isinstance(expr, Name) else ""


def _is_literal(expr: Expr) -> bool:
    return isinstance(expr, String | Constant) or (
        isinstance(expr, Collection) and all(_is_literal(item) for item in expr.items)
    )


def _is_memo(loop: Loop, holder: Statement, at: int) -> bool:
    """`if key not in known: known[key] = ask(key)`, in any of the ways to write it."""
    body = loop.module.body
    found = {holder.target.id} if isinstance(holder.target, Name) else set()
    for statement in loop.statements:  # `user = ask(key); key_of[name] = user.pk`, in two steps
        if statement.at > at and type(statement.target) is Name and not found.isdisjoint(names_in(body, statement.value)):
            found.add(statement.target.id)
    filled = {
        spell(body, statement.target.base)
        for statement in loop.statements
        if statement.kind == "assign" and isinstance(statement.target, Subscript) and statement.value is not None
        if statement is holder or statement.at <= at < statement.end or not found.isdisjoint(names_in(body, statement.value))
    } - loop.targets  # what is put into the item is gone with it
    filled -= {spell(body, s.target.base) for s in loop.statements if isinstance(s.target, Subscript) and _adds_up(body, s)}
    filled -= {s.target.id for s in loop.statements if s.kind == "assign" and type(s.target) is Name}  # so is what a turn makes
    ends = max((call.end for call in body.calls if call.at == at), default=at)
    return bool(filled) and any(
        _looks_up(body, part, filled)
        for statement in loop.statements
        if statement.at <= holder.at  # what is looked up behind it spares nothing
        for part in parts_of(body, statement.value)
        if not at < part.at < ends  # nor does what the call is given
    )


def _adds_up(body: Body, statement: Statement) -> bool:
    """`total[key] = total.get(key, 0) + n`, `total[key] += n`: a sum, not what was asked for."""
    if statement.kind == "augment":
        return True
    value, target = statement.value, statement.target
    own = {spell(body, target.base)} if isinstance(target, Subscript) else set[str]()
    is_sum = isinstance(value, Operation) and value.op in ("+", "-")
    return is_sum and any(_looks_up(body, part, own) for part in parts_of(body, value))


def _skips_known(loop: Loop, chain: tuple[int, ...], at: int) -> bool:
    """`if key in known: use(known[key]); continue` before the place, where the loop goes on to fill `known[key]`."""
    body = loop.module.body
    filled = {
        (spell(body, s.target.base), spell(body, s.target.index[0]))
        for s in loop.statements
        if s.kind == "assign" and s.end > at and isinstance(s.target, Subscript) and s.target.index
    }
    for statement in loop.statements:
        if statement.kind != "continue" or statement.at > at:
            continue
        place = body.contexts[statement.context]
        test = place.subject
        if place.kind == "if" and place.parent in chain and isinstance(test, Comparison) and test.ops == ("in",):
            key, known = (spell(body, side) for side in test.operands)
            uses = any(
                f"{known}[{key}]" in spell(body, s.value)
                for s in loop.statements
                if place.at <= s.at < statement.at and s.value
            )
            if uses and (known, key) in filled:
                return True
    return False


def _looks_up(body: Body, part: object, filled: set[str]) -> bool:
    if type(part) is Comparison:
        return any(
            op in ("in", "not in") and spell(body, side) in filled for op, side in zip(part.ops, part.operands[1:], strict=True)
        )
    if type(part) is CallRef:
        return last_name(body, part) == "get" and spell(body, body.calls[part.index].callee).removesuffix(".get") in filled
    return False


def _fills_once(loop: Loop, branch: int, holder: Statement | None) -> bool:
    """`if found is None: found = ask()`, where nothing else in the loop sets `found`; also where the branch asks first and
    sets it of what that gave: `if found is None: key = ask(); found = made_of(key)`."""
    body, place = loop.module.body, loop.module.body.contexts[branch]
    tested = set(names_in(body, place.subject)) - loop.targets
    asked = {holder.target.id} if holder is not None and isinstance(holder.target, Name) else set()
    empty = set(empty_names(place.subject, holds=place.kind == "if")) if place.subject is not None else set()
    filled = {s.target.id for s in loop.statements if s.context == branch and isinstance(s.target, Name) and _holds(s.value)}
    return any(not _is_set_elsewhere(loop, branch, name) for name in (asked & tested) | (filled & empty & tested))


def _holds(value: Expr | None) -> bool:
    return value is not None and not (isinstance(value, Constant) and not value.value)


def _is_set_elsewhere(loop: Loop, branch: int, name: str) -> bool:
    place = loop.module.body.contexts[branch]
    return any(isinstance(s.target, Name) and s.target.id == name and not place.at <= s.at < place.end for s in loop.statements)


def _counts_anew(loop: Loop, branch: int, comparison: Comparison) -> bool:
    """`if pending >= size: session.commit(); pending = 0`"""
    counted = comparison.operands[0]
    return (
        comparison.ops in ((">=",), (">",), ("==",))
        and isinstance(counted, Name)
        and any(
            isinstance(s.target, Name) and s.target.id == counted.id and isinstance(s.value, Constant) and s.value.value == 0
            for s in loop.statements
            if s.context == branch
        )
    )


def _measures(loop: Loop, comparison: Comparison) -> bool:
    """`len(waiting) >= size`, `time.time() - last > 60`: what fills up, or passes, as the loop goes on; and `row.due_time <
    now`, of which few are so at a time.  Not how long the item is (`len(row.parts) > 3`), or when it was made by another
    (`row.time < best.time`), nor what is the same in each turn."""
    body = loop.module.body
    if not any(op in (">", ">=", "<", "<=", "==") for op in comparison.ops):
        return False
    if any(isinstance(operand, Constant) and operand.value in _FIRST for operand in comparison.operands):
        return False  # whether there is anything at all
    sides = [spell(body, operand) for operand in comparison.operands]
    tells_time = any(_CLOCK.search(side) for side in sides)
    if not _of_item(loop).isdisjoint(name for operand in comparison.operands for name in _roots(body, operand)):
        return tells_time and any(_is_now(body, part) for part in parts_of(body, comparison))
    set_here = {s.target.id for s in loop.statements if isinstance(s.target, Name)}
    passes = any(_is_now(body, part) or _named(part) in set_here for part in parts_of(body, comparison))
    return (tells_time and passes) or any(side.startswith("len(") for side in sides)


def _is_now(body: Body, part: Expr) -> bool:
    """`time.time()`, `datetime.now()`, `current_time`."""
    if isinstance(part, CallRef):
        return _CLOCK.search(last_name(body, part)) is not None
    return not _NOW.isdisjoint(words_of(_named(part)))


def _of_item(loop: Loop) -> frozenset[str]:
    """The loop's variables, but for one that counts, and what a turn makes of them; what grows by them is not of one item."""
    body, subject, target = loop.module.body, loop.place.subject, loop.place.target
    counting = last_name(body, subject) if isinstance(subject, CallRef) else ""
    items = target.items[1:] if counting == "enumerate" and isinstance(target, Collection) else (target,)
    found = {name for item in items for name in names_in(body, item)} if counting != "range" else set[str]()
    for _ in range(_STEPS):
        for s in loop.statements:
            if s.kind == "assign" and isinstance(s.target, Name) and not found.isdisjoint(used := set(names_in(body, s.value))):
                found.update({s.target.id} - used)
    return frozenset(found)


def _roots(body: Body, expr: Expr) -> Iterator[str]:
    """The names that an expression is about: `waiting` of `waiting[item.kind]` and of `waiting.get(item.kind)`."""
    read = item_read(body, expr)
    if read is not None:
        yield from _roots(body, read[0])
    elif isinstance(expr, Name):
        yield expr.id
    else:
        for part in children(body, expr):
            yield from _roots(body, part)
