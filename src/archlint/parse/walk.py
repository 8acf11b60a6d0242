"""The state of one walk over a syntax tree: the token it has reached, the place it is in, the tables it fills.

The walk meets the leaves of the tree in source order and says each of them (`emit`).  The n-th leaf is the n-th token,
so a leaf's place is the token's; that the leaves are the tokens is checked once, at the end, for the whole file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from archlint.facts.syntax import (
    Call,
    Class,
    Context,
    ContextKind,
    Expr,
    Function,
    Import,
    Statement,
    StatementKind,
)
from archlint.parse.light import nodes as cst
from archlint.parse.tokens import Tokens

_MAX_DEPTH = 200
"""Expressions nested more deeply are refused: facts must be encoded and decoded by recursive code."""


class TooDeepError(Exception):
    """An expression is nested more deeply than facts can hold; `at` is where."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class UnknownSyntaxError(Exception):
    """The tree holds a class of nodes that this walk has no handler for: libcst is newer than archlint."""


class Handlers(dict[type[cst.CSTNode], Any]):
    """Handlers by class of node; raises UnknownSyntaxError for a class it does not know."""

    def __missing__(self, node_class: type[cst.CSTNode]) -> Any:
        raise UnknownSyntaxError(node_class.__name__)


ExpressionHandler = Callable[["Walk", Any], Expr]
StatementHandler = Callable[["Walk", Any], None]


class Walk:
    """One walk; handlers are found by the class of a node."""

    __slots__ = (
        "calls",
        "class_body",
        "classes",
        "context",
        "contexts",
        "depth",
        "emit",
        "emitted",
        "ends",
        "expressions",
        "function",
        "functions",
        "imports",
        "klass",
        "main_guard",
        "qualifier",
        "sql_at",
        "starts",
        "statements",
        "suites",
        "text",
        "type_checking",
        "type_checking_names",
        "yields",
    )

    def __init__(
        self,
        text: str,
        tokens: Tokens,
        expressions: Handlers,
        suites: Handlers,
    ) -> None:
        self.text = text
        self.expressions = expressions
        self.suites = suites
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.emitted: list[str] = []
        self.emit = self.emitted.append
        self.depth = 0
        # Where the walk is.
        self.context = 0
        self.function = -1
        self.klass = -1
        self.class_body = -1
        self.qualifier = ""
        self.type_checking = False
        self.yields = False
        # What it has found. `None` keeps the place of a record that is not complete yet.
        self.contexts: list[Context | None] = []
        self.functions: list[Function | None] = []
        self.classes: list[Class | None] = []
        self.calls: list[Call | None] = []
        self.statements: list[Statement] = []
        self.imports: list[Import] = []
        self.type_checking_names = {"TYPE_CHECKING"}
        self.main_guard = False
        self.sql_at: list[int] = []

    def at(self) -> int:
        """Where the next token begins."""
        return self.starts[len(self.emitted)]

    def end(self) -> int:
        """Where the last token ended."""
        return self.ends[len(self.emitted) - 1]

    def expr(self, node: cst.BaseExpression) -> Expr:
        """Walks an expression; the parentheses around it are outside its range."""
        depth = self.depth
        if depth > _MAX_DEPTH:
            raise TooDeepError(self.at())
        self.depth = depth + 1
        if node.lpar:
            for _ in node.lpar:
                self.emit("(")
            expr: Expr = self.expressions[type(node)](self, node)
            for _ in node.rpar:
                self.emit(")")
        else:
            expr = self.expressions[type(node)](self, node)
        self.depth = depth
        return expr

    def optional(self, node: cst.BaseExpression | None) -> Expr | None:
        return None if node is None else self.expr(node)

    def statement(
        self,
        kind: StatementKind,
        at: int,
        target: Expr | None = None,
        value: Expr | None = None,
        *,
        annotation: Expr | None = None,
        operator: str = "",
    ) -> None:
        """Records a statement that began at `at` and ends with the last token, in the current place."""
        self.statements.append(
            Statement(kind, at, self.ends[len(self.emitted) - 1] - at, self.context, target, value, annotation, operator)
        )

    def enter(self) -> int:
        """Opens a place below the current one; `leave` says what it was."""
        self.context = len(self.contexts)
        self.contexts.append(None)
        return self.context

    def leave(
        self,
        place: int,
        parent: int,
        kind: ContextKind,
        at: int,
        *,
        subject: Expr | None = None,
        target: Expr | None = None,
        is_async: bool = False,
    ) -> None:
        """Closes the place at the last token and returns to its parent."""
        self.contexts[place] = Context(
            kind,
            parent,
            self.function,
            self.klass,
            at,
            max(at, self.end()) if self.emitted else at,
            subject,
            target,
            is_async,
        )
        self.context = parent

    def suite(self, body: cst.BaseSuite) -> None:
        """Walks the `:` and the body of a compound statement."""
        self.emit(":")
        suites = self.suites
        if isinstance(body, cst.SimpleStatementSuite):
            suites[cst.SimpleStatementSuite](self, body)
            return
        for node in body.body:
            suites[type(node)](self, node)

    def comma(self, comma: cst.Comma | cst.MaybeSentinel) -> None:
        if comma is not cst.MaybeSentinel.DEFAULT:
            self.emit(",")


def complete(records: Iterable[Any]) -> tuple[Any, ...]:
    """A table none of whose records is missing."""
    table = tuple(records)
    assert None not in table, "a place was opened and not closed"  # noqa: S101
    return table
