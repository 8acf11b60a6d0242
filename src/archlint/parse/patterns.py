"""`match` statements. A pattern calls nothing and reads little; what it does is to bind names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archlint.facts.syntax import Expr, Name, Opaque
from archlint.parse.light import nodes as cst
from archlint.parse.walk import StatementHandler, Walk


def match(walk: Walk, node: cst.Match) -> None:
    walk.emit("match")
    at = walk.at()
    subject = walk.expr(node.subject)
    walk.statement("test", at, value=subject)
    walk.emit(":")
    for case in node.cases:
        _case(walk, case, subject)


def _case(walk: Walk, node: cst.MatchCase, subject: Expr) -> None:
    at = walk.at()
    walk.emit("case")
    outer = walk.context
    place = walk.enter()
    _pattern(walk, node.pattern, subject)
    if node.guard is not None:
        walk.emit("if")
        guard_at = walk.at()
        guard = walk.expr(node.guard)
        walk.statement("test", guard_at, value=guard)
    walk.suite(node.body)
    walk.leave(place, outer, "case", at, subject=subject)


def _pattern(walk: Walk, node: cst.MatchPattern, subject: Expr | None = None) -> None:
    """Walks a pattern; `subject` is what it matches where that is an expression of the program."""
    if isinstance(node, (cst.MatchValue, cst.MatchSingleton)):
        walk.expr(node.value)
        return
    if isinstance(node, _PARENTHESIZED):
        walk.emitted += "(" * len(node.lpar)
        _PATTERNS[type(node)](walk, node, subject)
        walk.emitted += ")" * len(node.rpar)


def _bind(walk: Walk, node: cst.Name, value: Expr | None) -> None:
    """Says a capture's name and records what it is bound to; None: a part of the subject."""
    at = walk.at()
    walk.emit(node.value)
    end = walk.end()
    walk.statement("assign", at, Name(at, node.value), value or Opaque(at, end - at))


def _as(walk: Walk, node: cst.MatchAs, subject: Expr | None) -> None:
    if node.pattern is not None:
        _pattern(walk, node.pattern, subject)
        walk.emit("as")
    if node.name is None:
        walk.emit("_")
    else:
        _bind(walk, node.name, subject)


def _or(walk: Walk, node: cst.MatchOr, subject: Expr | None) -> None:
    for option in node.patterns:
        _pattern(walk, option.pattern, subject)
        if option.separator is not cst.MaybeSentinel.DEFAULT:
            walk.emit("|")


def _sequence(walk: Walk, node: cst.MatchList | cst.MatchTuple, _subject: Expr | None) -> None:
    # A list may also be written without brackets; a tuple's parentheses are around it.
    bracketed = isinstance(node, cst.MatchList) and node.lbracket is not None
    if bracketed:
        walk.emit("[")
    for item in node.patterns:
        if isinstance(item, cst.MatchStar):
            walk.emit("*")
            if item.name is None:
                walk.emit("_")
            else:
                _bind(walk, item.name, None)
        else:
            _pattern(walk, item.value)
        walk.comma(item.comma)
    if bracketed:
        walk.emit("]")


def _mapping(walk: Walk, node: cst.MatchMapping, _subject: Expr | None) -> None:
    walk.emit("{")
    for item in node.elements:
        walk.expr(item.key)
        walk.emit(":")
        _pattern(walk, item.pattern)
        walk.comma(item.comma)
    if node.rest is not None:
        walk.emit("**")
        _bind(walk, node.rest, None)
        if isinstance(node.trailing_comma, cst.Comma):
            walk.emit(",")
    walk.emit("}")


def _class(walk: Walk, node: cst.MatchClass, _subject: Expr | None) -> None:
    walk.expr(node.cls)
    walk.emit("(")
    for item in node.patterns:
        _pattern(walk, item.value)
        walk.comma(item.comma)
    for keyword in node.kwds:
        walk.emit(keyword.key.value)
        walk.emit("=")
        _pattern(walk, keyword.pattern)
        walk.comma(keyword.comma)
    walk.emit(")")


_PARENTHESIZED = (cst.MatchAs, cst.MatchClass, cst.MatchList, cst.MatchMapping, cst.MatchOr, cst.MatchTuple)
_PATTERNS: dict[type[cst.CSTNode], Callable[[Walk, Any, Expr | None], None]] = {
    cst.MatchAs: _as,
    cst.MatchClass: _class,
    cst.MatchList: _sequence,
    cst.MatchMapping: _mapping,
    cst.MatchOr: _or,
    cst.MatchTuple: _sequence,
}
HANDLERS: dict[type[cst.CSTNode], StatementHandler] = {cst.Match: match}
