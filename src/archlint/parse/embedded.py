"""Which string-building expressions may hold SQL: the largest around each literal that names a statement."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from archlint.facts.syntax import (
    Attribute,
    Await,
    Call,
    CallRef,
    Collection,
    Comparison,
    Comprehension,
    Conditional,
    Expr,
    Mapping,
    Operation,
    Slice,
    Starred,
    Statement,
    String,
    Subscript,
    Template,
    Text,
    Walrus,
    Yield,
)
from archlint.parse.templates import SQL_KEYWORD

_METHODS = frozenset({
    "encode", "expandtabs", "format", "format_map", "join", "lower", "lstrip", "removeprefix", "removesuffix",
    "replace", "rstrip", "strip", "upper",
})  # fmt: skip
"""Methods of a string that give a string."""
_FILLING = frozenset({"format", "join"})
"""Those whose arguments become part of it."""


def candidates(statements: Sequence[Statement], calls: Sequence[Call], sql_at: Sequence[int]) -> tuple[Text, ...]:
    """The texts around the literals that stand at `sql_at`, in source order."""
    if not sql_at:
        return ()
    search = _Search(calls)
    marks = sorted(sql_at)
    for statement in statements:
        if _holds(marks, statement.at, statement.end) and not _is_comment(statement):
            for expr in (statement.target, statement.value, statement.annotation):
                if expr is not None:
                    search.visit(expr, statement.context)
    # Calls that are in no statement: of decorators, defaults, bases.
    for index, call in enumerate(calls):
        if index not in search.seen and _holds(marks, call.at, call.end):
            search.visit(CallRef(call.at, call.length, index), call.context)
    return tuple(sorted(search.found.values(), key=lambda text: (text.expr.at, -text.expr.end)))


def _holds(marks: Sequence[int], at: int, end: int) -> bool:
    first = bisect_left(marks, at)
    return first < len(marks) and marks[first] < end


def _is_comment(statement: Statement) -> bool:
    """A string on its own, which documents what stands above it."""
    return statement.kind == "expression" and isinstance(statement.value, (String, Template))


class _Search:
    def __init__(self, calls: Sequence[Call]) -> None:
        self.calls = calls
        self.seen: set[int] = set()
        self.found: dict[tuple[int, int], Text] = {}

    def visit(self, expr: Expr, context: int) -> None:
        """Finds the texts in `expr`, which is evaluated in `context`."""
        if not self._builds(expr):
            for part, place in self._parts(expr, context):
                self.visit(part, place)
            return
        foreign: list[Expr] = []
        keyword = False
        for piece in self._pieces(expr):
            if isinstance(piece, String):
                keyword = keyword or SQL_KEYWORD.search(piece.value) is not None
            else:
                foreign.append(piece)
        if keyword:
            self.found.setdefault((expr.at, expr.end), Text(expr, context))
        for piece in foreign:
            self.visit(piece, context)

    def _builds(self, expr: Expr) -> bool:
        """Whether an expression certainly makes a string out of literals."""
        if isinstance(expr, (String, Template)):
            return True
        if isinstance(expr, Operation):
            if expr.op == "+":
                return any(self._builds(operand) for operand in expr.operands)
            return expr.op == "%" and self._builds(expr.operands[0])
        return self._method(expr) is not None

    def _method(self, expr: Expr) -> tuple[Call, Attribute] | None:
        """The call and its callee, if `expr` calls a method that makes a string of a string."""
        if not isinstance(expr, CallRef):
            return None
        call = self.calls[expr.index]
        callee = call.callee
        if isinstance(callee, Attribute) and callee.attr in _METHODS and self._builds(callee.base):
            return call, callee
        return None

    def _pieces(self, expr: Expr) -> Iterator[Expr]:
        """The literals that become part of the string that `expr` builds, and the expressions that do not build."""
        if isinstance(expr, String):
            yield expr
        elif isinstance(expr, Template):
            for part in expr.parts:
                yield from self._pieces(part)
        elif isinstance(expr, Operation) and self._builds(expr):
            for operand in expr.operands:
                yield from self._pieces(operand)
        elif isinstance(expr, Conditional):
            yield expr.test
            yield from self._pieces(expr.body)
            yield from self._pieces(expr.orelse)
        elif isinstance(expr, Collection):
            for item in expr.items:
                yield from self._pieces(item)
        elif (method := self._method(expr)) is not None and isinstance(expr, CallRef):
            call, callee = method
            self.seen.add(expr.index)
            yield from self._pieces(callee.base)
            for argument in call.arguments:
                if callee.attr in _FILLING:
                    yield from self._pieces(argument.value)
                else:
                    yield argument.value
        else:
            yield expr

    def _parts(self, expr: Expr, context: int) -> Iterator[tuple[Expr, int]]:
        """The expressions directly inside one that builds no string, each with the place it is evaluated in."""
        if isinstance(expr, CallRef):
            if expr.index in self.seen:
                return
            self.seen.add(expr.index)
            call = self.calls[expr.index]
            yield call.callee, call.context
            for argument in call.arguments:
                yield argument.value, call.context
        elif isinstance(expr, Comprehension):
            yield expr.element, expr.context
            if expr.value is not None:
                yield expr.value, expr.context
        else:
            for part in _children(expr):
                yield part, context


def _children(expr: Expr) -> Sequence[Expr]:
    if isinstance(expr, (Operation, Comparison)):
        return expr.operands
    if isinstance(expr, Collection):
        return expr.items
    if isinstance(expr, Mapping):
        return [key for key in expr.keys if key is not None] + list(expr.values)
    if isinstance(expr, Conditional):
        return expr.test, expr.body, expr.orelse
    if isinstance(expr, Subscript):
        return expr.base, *expr.index
    if isinstance(expr, Slice):
        return [part for part in (expr.lower, expr.upper, expr.step) if part is not None]
    if isinstance(expr, (Await, Starred, Walrus)):
        return (expr.value,)
    if isinstance(expr, Yield):
        return () if expr.value is None else (expr.value,)
    if isinstance(expr, Attribute):
        return (expr.base,)
    return ()
