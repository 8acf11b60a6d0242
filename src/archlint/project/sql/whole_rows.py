"""Queries for whose rows a star takes nothing too much: every column of them is read, or none is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Comparison, Constant, Expr, Name, Operation, Starred, String
from archlint.project.model import Def
from archlint.project.parts import names_in, parts_of
from archlint.project.schema.names import last_part

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.sql.statements import Sql

_ONE_ROW = re.compile(r"\bLIMIT\s+1\b|\bTOP\s*\(?\s*1\b|\bFETCH\s+(?:FIRST|NEXT)\s+(?:1\s+)?ROW\b", re.IGNORECASE)
_TRUTH = frozenset({"bool"})
_FEW = 2
"""Columns of which one may be the key and the other what is looked for."""


class WholeRows:
    """Asked of single statements, for whose tables the schema is known."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def reads_every_column(self, sink: CallSite, tables: Iterable[str]) -> bool:
        """The function that asks, and what it hands the rows to, say the name of each column of the tables."""
        columns: set[str] = set()
        for name in tables:
            known = self._project.schemas.by_name.get(last_part(name).lower(), ())
            if len(known) != 1 or known[0][1].doubtful:
                return False
            columns |= {column.name.lower() for column in known[0][1].columns}
        if len(columns) <= _FEW or sink.caller is None:
            return False
        said = {word.lower() for definition in self._readers(sink, sink.caller) for word in _said(definition)}
        return columns <= said

    def asks_whether(self, sql: Sql) -> bool:
        """One row at most, and it is only asked whether it came."""
        if sql.sink is None or not _ONE_ROW.search(sql.text):
            return False
        body, index = sql.sink.module.body, sql.sink.index
        own = sql.sink.module.own_statements(body.contexts[sql.sink.call.context].function)
        holding = [s for s in own if _holds(body, s.value, index)]
        return bool(holding) and all(_is_truth(sql.sink.module, s.value, s.kind == "test") for s in holding)

    def _readers(self, sink: CallSite, caller: Def) -> Iterator[Def]:
        yield caller
        rows = _rows_of(sink.module, caller.index, sink.index)
        for site in self._project.calls.of(caller):
            if any(_is_of(a.value, rows) for a in site.call.arguments):
                yield from (target.definition for target in site.targets if target.definition is not None)


def _rows_of(module: Module, function: int, index: int) -> frozenset[str]:
    """The names that hold what the call delivers, or a row of it."""
    body = module.body
    names: set[str] = set()
    own = [s for s in module.own_statements(function) if isinstance(s.target, Name)]
    holding = [s for s in own if _holds(body, s.value, index)]
    cursor = body.calls[index].callee
    base = cursor.base.id if not holding and isinstance(cursor, Attribute) and isinstance(cursor.base, Name) else ""
    for statement in own:
        assert isinstance(statement.target, Name)  # noqa: S101 - others are left out above
        if (
            statement in holding
            or not names.isdisjoint(names_in(body, statement.value))
            or (base and base in names_in(body, statement.value))
        ):
            names.add(statement.target.id)
    return frozenset(names)


def _holds(body: Body, value: Expr | None, index: int) -> bool:
    """The call stands in the expression."""
    return any(isinstance(part, CallRef) and part.index == index for part in parts_of(body, value))


def _is_of(expr: Expr, rows: Collection[str]) -> bool:
    inner = expr.value if isinstance(expr, Starred) else expr
    return isinstance(inner, Name) and inner.id in rows


def _said(definition: Def) -> Iterator[str]:
    """The texts and attributes of a function, as words."""
    module = definition.module
    body = module.body
    read: list[Expr | None] = [s.value for s in module.own_statements(definition.index)]
    read += [a.value for call in module.own_calls(definition.index) for a in call.arguments]
    for expr in read:
        for part in parts_of(body, expr):
            if isinstance(part, String):
                yield part.value
            elif isinstance(part, Attribute):
                yield part.attr


def _is_truth(module: Module, expr: Expr | None, is_test: bool) -> bool:
    """Only whether there is something comes of the expression."""
    if isinstance(expr, Comparison):
        return any(isinstance(operand, Constant) and operand.value is None for operand in expr.operands)
    if isinstance(expr, Operation) and expr.op == "not":
        return True
    if isinstance(expr, CallRef):
        callee = module.body.calls[expr.index].callee
        return is_test or (isinstance(callee, Name) and callee.id in _TRUTH)
    return is_test
