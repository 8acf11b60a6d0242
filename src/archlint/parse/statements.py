"""Compound statements: the places that they open and what they bind on entering."""

from __future__ import annotations

from typing import Literal

from archlint.facts.syntax import Attribute, Comparison, Constant, Expr, Name, Operation, String
from archlint.parse.light import nodes as cst
from archlint.parse.walk import StatementHandler, Walk


def if_(walk: Walk, node: cst.If) -> None:
    """An `elif` is an `if` in the `else` before it; a chain of them is walked without recursion."""
    following: cst.If = node
    elses: list[tuple[int, int, int, Expr, bool]] = []
    keyword = "if"
    while True:
        at = walk.at()
        walk.emit(keyword)
        test_at = walk.at()
        test = walk.expr(following.test)
        walk.statement("test", test_at, value=test)
        if walk.function < 0 and _is_main_guard(test):
            walk.main_guard = True
        only = _type_checking(walk, test)
        outer, checking = walk.context, walk.type_checking
        place = walk.enter()
        walk.type_checking = checking or only == "body"
        walk.suite(following.body)
        walk.leave(place, outer, "if", at, subject=test)
        walk.type_checking = checking or only == "else"
        orelse = following.orelse
        if orelse is None:
            walk.type_checking = checking
            break
        else_at = walk.at()
        elses.append((walk.enter(), outer, else_at, test, checking))
        if isinstance(orelse, cst.Else):
            walk.emit("else")
            walk.suite(orelse.body)
            break
        following, keyword = orelse, "elif"
    for place, outer, else_at, test, checking in reversed(elses):
        walk.leave(place, outer, "else", else_at, subject=test)
        walk.type_checking = checking


_Branch = Literal["body", "else", ""]
_OPPOSITE: dict[_Branch, _Branch] = {"body": "else", "else": "body", "": ""}


def _type_checking(walk: Walk, test: Expr) -> _Branch:
    """Which branch of `if test` only a type checker reads: `if False` is how that was written before the name was."""
    if isinstance(test, Constant) and isinstance(test.value, bool | int):
        return "else" if test.value else "body"
    if isinstance(test, Name) and test.id in walk.type_checking_names:
        return "body"
    if isinstance(test, Attribute) and test.attr == "TYPE_CHECKING":
        return "body"
    if isinstance(test, Comparison):
        return _compared_type_checking(walk, test)
    if isinstance(test, Operation):
        branches = [_type_checking(walk, operand) for operand in test.operands]
        if test.op == "not":
            return _OPPOSITE[branches[0]]
        if test.op == "and" and "body" in branches:
            return "body"
        if test.op == "or" and "else" in branches:
            return "else"
    return ""


def _compared_type_checking(walk: Walk, test: Comparison) -> _Branch:
    """`TYPE_CHECKING is True`, `False == TYPE_CHECKING`: the guard compared with a boolean, either way round."""
    truths = [operand.value for operand in test.operands if isinstance(operand, Constant) and isinstance(operand.value, bool)]
    others = [operand for operand in test.operands if not isinstance(operand, Constant)]
    if len(test.ops) != 1 or test.ops[0] not in ("is", "==", "is not", "!=") or len(truths) != 1 or len(others) != 1:
        return ""
    branch = _type_checking(walk, others[0])
    return branch if truths[0] == (test.ops[0] in ("is", "==")) else _OPPOSITE[branch]


def _is_main_guard(test: Expr) -> bool:
    if not isinstance(test, Comparison) or test.ops != ("==",):
        return False
    names = [operand.id for operand in test.operands if isinstance(operand, Name)]
    values = [operand.value for operand in test.operands if isinstance(operand, String)]
    return names == ["__name__"] and values == ["__main__"]


def for_(walk: Walk, node: cst.For) -> None:
    at = walk.at()
    is_async = node.asynchronous is not None
    if is_async:
        walk.emit("async")
    walk.emit("for")
    outer = walk.context
    place = walk.enter()
    target = walk.expr(node.target)
    walk.emit("in")
    walk.context = outer
    iterable = walk.expr(node.iter)
    walk.context = place
    walk.statement("for", at, target, iterable)
    walk.suite(node.body)
    walk.leave(place, outer, "for", at, subject=iterable, target=target, is_async=is_async)
    _else(walk, node.orelse)


def while_(walk: Walk, node: cst.While) -> None:
    at = walk.at()
    walk.emit("while")
    outer = walk.context
    place = walk.enter()
    test_at = walk.at()
    test = walk.expr(node.test)
    walk.statement("test", test_at, value=test)
    walk.suite(node.body)
    walk.leave(place, outer, "while", at, subject=test)
    _else(walk, node.orelse)


def _else(walk: Walk, node: cst.Else | None) -> None:
    """The `else` of a loop or a `try`, which has no test."""
    if node is None:
        return
    at = walk.at()
    walk.emit("else")
    outer = walk.context
    place = walk.enter()
    walk.suite(node.body)
    walk.leave(place, outer, "else", at)


def try_(walk: Walk, node: cst.Try | cst.TryStar) -> None:
    at = walk.at()
    walk.emit("try")
    outer = walk.context
    place = walk.enter()
    walk.suite(node.body)
    walk.leave(place, outer, "try", at)
    for handler in node.handlers:
        _except(walk, handler)
    _else(walk, node.orelse)
    if node.finalbody is not None:
        at = walk.at()
        walk.emit("finally")
        place = walk.enter()
        walk.suite(node.finalbody.body)
        walk.leave(place, outer, "finally", at)


def _except(walk: Walk, node: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
    at = walk.at()
    walk.emit("except")
    if isinstance(node, cst.ExceptStarHandler):
        walk.emit("*")
    types = walk.optional(node.type)
    outer = walk.context
    place = walk.enter()
    target: Expr | None = None
    if node.name is not None:
        walk.emit("as")
        target = walk.expr(node.name.name)
    if types is not None:
        walk.statement("except", at, target, types)
    walk.suite(node.body)
    walk.leave(place, outer, "except", at, subject=types, target=target)


def with_(walk: Walk, node: cst.With) -> None:
    """Each item opens a place inside the one before it."""
    at = walk.at()
    is_async = node.asynchronous is not None
    if is_async:
        walk.emit("async")
    walk.emit("with")
    parenthesized = isinstance(node.lpar, cst.LeftParen)
    if parenthesized:
        walk.emit("(")
    places: list[tuple[int, int, Expr, Expr | None]] = []
    for item in node.items:
        item_at = walk.at()
        manager = walk.expr(item.item)
        outer = walk.context
        place = walk.enter()
        target: Expr | None = None
        if item.asname is not None:
            walk.emit("as")
            target = walk.expr(item.asname.name)
        walk.statement("with", item_at, target, manager)
        walk.comma(item.comma)
        places.append((place, outer, manager, target))
    if parenthesized:
        walk.emit(")")
    walk.suite(node.body)
    for place, outer, manager, target in reversed(places):
        walk.leave(place, outer, "with", at, subject=manager, target=target, is_async=is_async)


HANDLERS: dict[type[cst.CSTNode], StatementHandler] = {
    cst.For: for_,
    cst.If: if_,
    cst.Try: try_,
    cst.TryStar: try_,
    cst.While: while_,
    cst.With: with_,
}
