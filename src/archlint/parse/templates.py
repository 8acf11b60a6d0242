"""Strings in the tree: plain ones, f-strings and t-strings, and implicit concatenations of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal as OneOf

from archlint.facts.syntax import Expr, String, Template, usual_anchors
from archlint.parse import strings
from archlint.parse.light import nodes as cst
from archlint.parse.walk import ExpressionHandler, Walk

SQL_KEYWORD = re.compile(r"\b(?:select|insert|update|delete|with|create|alter|drop|merge|replace|truncate)\b", re.IGNORECASE)
_Formatted = cst.FormattedString | cst.TemplatedString
_Part = tuple[strings.Literal, int, int] | Expr
"""A literal with its range, or the expression of a hole."""


def simple(walk: Walk, node: cst.SimpleString) -> Expr:
    at = walk.at()
    walk.emit(node.value)
    found = strings.literal(node.value, at)
    if SQL_KEYWORD.search(found.value):
        walk.sql_at.append(at)
    return _string(at, len(node.value), found)


def _string(at: int, length: int, found: strings.Literal) -> String:
    usual = found.anchors == usual_anchors(at, length, found.value)
    return String(at, length, found.value, () if usual else found.anchors, found.is_bytes)


def formatted(walk: Walk, node: _Formatted) -> Expr:
    at = walk.at()
    parts = list(_parts(walk, node))
    return _template(walk, at, parts, "t" if isinstance(node, cst.TemplatedString) else "f")


def concatenated(walk: Walk, node: cst.ConcatenatedString) -> Expr:
    at = walk.at()
    parts: list[_Part] = []
    kind: OneOf["f", "t", ""] = ""
    for piece in _pieces(node):
        for _ in piece.lpar:
            walk.emit("(")
        if isinstance(piece, cst.SimpleString):
            start = walk.at()
            walk.emit(piece.value)
            parts.append((strings.literal(piece.value, start), start, start + len(piece.value)))
        else:
            kind = "t" if isinstance(piece, cst.TemplatedString) else kind or "f"
            parts += _parts(walk, piece)
        for _ in piece.rpar:
            walk.emit(")")
    if kind:
        return _template(walk, at, parts, kind)
    joined = strings.join([part[0] for part in parts if isinstance(part, tuple)])
    if SQL_KEYWORD.search(joined.value):
        walk.sql_at.append(at)
    return _string(at, walk.end() - at, joined)


def _pieces(node: cst.ConcatenatedString) -> Iterator[cst.SimpleString | _Formatted]:
    """The strings of a concatenation in order; it nests to the right, thousands deep in generated code."""
    rest: cst.BaseExpression = node
    while isinstance(rest, cst.ConcatenatedString):
        yield rest.left
        rest = rest.right
    assert isinstance(rest, (cst.SimpleString, cst.FormattedString, cst.TemplatedString))  # noqa: S101
    yield rest


def _parts(walk: Walk, node: _Formatted) -> Iterator[_Part]:
    walk.emit(node.start)
    yield from _content(walk, node.parts, raw="r" in node.start.lower(), doubled=True)
    walk.emit(node.end)


def _content(walk: Walk, nodes: Sequence[cst.CSTNode], *, raw: bool, doubled: bool) -> Iterator[_Part]:
    for node in nodes:
        if isinstance(node, (cst.FormattedStringText, cst.TemplatedStringText)):
            at = walk.at()
            walk.emit(node.value)
            yield strings.template_text(node.value, at, raw, doubled=doubled), at, at + len(node.value)
        elif isinstance(node, (cst.FormattedStringExpression, cst.TemplatedStringExpression)):
            yield from _hole(walk, node, raw=raw)


def _hole(walk: Walk, node: cst.FormattedStringExpression | cst.TemplatedStringExpression, *, raw: bool) -> Iterator[_Part]:
    walk.emit("{")
    opened = walk.end()
    expr = walk.expr(node.expression)
    if node.equal is not None:
        walk.emit("=")
        yield _source(walk, opened)
    yield expr
    if node.conversion is not None:
        walk.emit("!")
        walk.emit(node.conversion)
    if node.format_spec is not None:
        walk.emit(":")
        # How a value is shown is no part of the string; but what is called to find out is a call of the program.
        for _ in _content(walk, node.format_spec, raw=raw, doubled=False):
            pass
    walk.emit("}")


def _source(walk: Walk, opened: int) -> _Part:
    """`{name=}` puts the expression's own source text before its value, with the spaces around it."""
    end = walk.at()
    return strings.Literal(walk.text[opened:end], (0, opened)), opened, end


def _template(walk: Walk, at: int, parts: Sequence[_Part], kind: OneOf["f", "t"]) -> Expr:
    """Neighbouring literals become one String."""
    merged: list[Expr] = []
    run: list[tuple[strings.Literal, int, int]] = []
    for part in (*parts, None):
        if isinstance(part, tuple):
            run.append(part)
            continue
        if run:
            joined = strings.join([literal for literal, _, _ in run])
            merged.append(_string(run[0][1], run[-1][2] - run[0][1], joined))
            if SQL_KEYWORD.search(joined.value):
                walk.sql_at.append(at)
            run = []
        if part is not None:
            merged.append(part)
    return Template(at, walk.end() - at, tuple(merged), kind)


HANDLERS: dict[type[cst.CSTNode], ExpressionHandler] = {
    cst.ConcatenatedString: concatenated,
    cst.FormattedString: formatted,
    cst.SimpleString: simple,
    cst.TemplatedString: formatted,
}
