"""Branches in which a value is no secret: it is missing, an error, or an address of a kind that holds none; masks that are
put in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    CallRef,
    Comparison,
    Conditional,
    Constant,
    Expr,
    Name,
    Operation,
    Slice,
    String,
    Subscript,
    Template,
)
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.secrets.flows import Habits
    from archlint.project.source.modules import Module

_FAILURES = frozenset({"error", "exception", "failure"})
_LOCAL = ("sqlite", "file")
"""Beginnings of addresses that hold no password."""
_WITHOUT = frozenset({"sqlite"})
"""Words in the names of functions that tell such addresses."""


def is_blotted(habits: Habits, module: Module, choice: Conditional) -> bool:
    """One side is a mask, or the part behind the `@` that the test asks for: without one there is no password.  Or it is cut
    where it is long."""
    if any(_is_mask(habits, side) for side in (choice.body, choice.orelse)) or _is_cut(module, choice):
        return True
    test = choice.test
    asks = isinstance(test, Comparison) and test.ops == ("in",) and _is_at(test.operands[0])
    return asks and any(
        isinstance(part, CallRef)
        and last_name(module.body, part) in ("split", "rsplit", "partition", "rpartition")
        and any(_is_at(argument.value) for argument in module.body.calls[part.index].arguments)
        for part in parts_of(module.body, choice.body)
    )


def _is_cut(module: Module, choice: Conditional) -> bool:
    """`token[:8] + "…" if len(token) > 8 else token`, `value[:4] if "token" in key else value`"""
    body = module.body
    sliced = {
        spell(body, part.base)
        for side in (choice.body, choice.orelse)
        for part in parts_of(body, side)
        if type(part) is Subscript and any(type(index) is Slice for index in part.index)
    }
    if sliced and any(
        isinstance(part, Comparison) and part.ops == ("in",) and isinstance(part.operands[0], String)
        for part in parts_of(body, choice.test)
    ):
        return True  # its key says whether it is shown
    measured = (p for p in parts_of(body, choice.test) if isinstance(p, CallRef) and last_name(body, p) == "len")
    return any(spell(body, argument.value) in sliced for call in measured for argument in body.calls[call.index].arguments)


def is_replaced(habits: Habits, module: Module, name: Name, context: int) -> bool:
    """A mask is put in the place of the value before, where a branch tells that it must (`if key in HIDDEN: value = "***"`)."""
    for statement in module.own_statements(module.body.contexts[context].function):
        target, value = statement.target, statement.value
        if statement.kind != "assign" or statement.end > name.at:
            continue
        if isinstance(target, Name) and target.id == name.id and value is not None and _is_branch(module, statement.context):
            sides = (value.body, value.orelse) if isinstance(value, Conditional) else (value,)
            if any(_is_mask(habits, side) for side in sides):
                return True
    return False


def is_closed(module: Module, expr: Expr, context: int) -> bool:
    """A branch around the place is taken only where the value is missing, an error, or an address without a password."""
    contexts, text = module.body.contexts, spell(module.body, expr)
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        place = contexts[context]
        if place.kind == "if" and place.subject is not None and _excuses(module, place.subject, text):
            return True
        context = place.parent
    return False


def _excuses(module: Module, test: Expr, text: str) -> bool:
    body = module.body
    match test:
        case Operation(op="or"):
            return all(_excuses(module, side, text) for side in test.operands)
        case Operation(op="and"):
            return any(_excuses(module, side, text) for side in test.operands)
        case Operation(op="not"):
            return spell(body, test.operands[0]) == text
        case Comparison(ops=("is",) | ("==",)):
            left, right = test.operands
            return spell(body, left) == text and isinstance(right, Constant) and right.value is None
        case CallRef():
            call = body.calls[test.index]
            given = [argument.value for argument in call.arguments]
            if last_name(body, call.callee) == "isinstance" and len(given) > 1 and spell(body, given[0]) == text:
                return not _FAILURES.isdisjoint(words_of(last_name(body, given[1])))
            if given and spell(body, given[0]) == text and not _WITHOUT.isdisjoint(words_of(last_name(body, call.callee))):
                return True  # `is_sqlite(url)`
            begins = isinstance(call.callee, Attribute) and call.callee.attr == "startswith"
            if begins and isinstance(call.callee, Attribute) and spell(body, call.callee.base) == text and given:
                return isinstance(given[0], String) and given[0].value.startswith(_LOCAL)
            return False
        case _:
            return False


def _is_mask(habits: Habits, expr: Expr) -> bool:
    parts = expr.parts if isinstance(expr, Template) else (expr,)
    return any(isinstance(part, String) and habits.is_mask(part.value) for part in parts)


def _is_branch(module: Module, context: int) -> bool:
    return module.body.contexts[context].kind in ("if", "else", "case")


def _is_at(expr: Expr) -> bool:
    return isinstance(expr, String) and expr.value == "@"


def in_other_branch(module: Module, earlier: int, later: int) -> bool:
    """The earlier place is where a test is true, the later one where the same test is false."""
    contexts = module.body.contexts
    tests = set()
    while earlier >= 0:
        place = contexts[earlier]
        if place.kind == "if" and place.subject is not None:
            tests.add((place.parent, place.subject.at))
        earlier = place.parent
    while later >= 0:
        place = contexts[later]
        if place.kind == "else" and place.subject is not None and (place.parent, place.subject.at) in tests:
            return True
        later = place.parent
    return False
