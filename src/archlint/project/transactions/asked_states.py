"""States by which a row is looked for, before code sets them: `filter(code=code, used=False).first()`, and then
`code.used = True`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import (
    Attribute,
    Call,
    CallRef,
    Comparison,
    Constant,
    Expr,
    Mapping,
    Name,
    Operation,
    Statement,
    String,
)
from archlint.project.control.empty_ways import given_where, missing_where
from archlint.project.control.sequence import chain
from archlint.project.model import Def
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.transactions.computed_updates import made_before

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.transactions.state_writes import StateWrite

_LEAVING = frozenset({"raise", "return", "continue"})
_RAISING = re.compile(r"^a?get$|^(scalar_)?one$|_or_404$")
"""Calls that give a row, and raise where they find none."""
_ALIKE = {"": "==", "exact": "==", "iexact": "==", "in": "in"}
_EXCLUDES = "exclude"
_DEPTH = 3
"""Names of queries that are followed: `statement`, `answer`, `row`."""


class AskedState(Struct, frozen=True):
    """The row is found only where its column is `op` `value`; `query` is what asks, in the way of `TestedChange`: `branch` is
    the one in which it was found, or not, and `leaves` how the latter leaves the function."""

    op: str
    value: Expr
    query: Expr
    branch: int
    leaves: str


class AskedStates:
    """Questions about one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, module: Module, write: StateWrite, since: int) -> Iterator[AskedState]:
        """What the query that has given the written row asks of the written column, where the write is only come to with a
        row.  `since`: where the row is read for the last time."""
        bound = _bound(module, write)
        if bound is None or bound.value is None or bound.at < since:
            return
        asked = list(self._in_code(module, write, bound)) or list(_in_text(write))
        way = self._way(module, write, bound) if asked else None
        if way is not None:
            yield from (AskedState(op, value, bound.value, *way) for op, value in asked)

    def _in_code(self, module: Module, write: StateWrite, bound: Statement) -> Iterator[tuple[str, Expr]]:
        definition = Def(module, module.name, write.function)
        effects = self._project.effects
        reads, writes = ({(p.site.at, p.site.end) for p in effects.points_of(definition, e)} for e in ("db.read", "db.write"))
        parts = list(_behind(module, bound.value, bound.at))
        calls = [module.body.calls[part.index] for part in parts if isinstance(part, CallRef)]
        places = {(call.at, call.end) for call in calls}
        if places.isdisjoint(reads) or not places.isdisjoint(writes):
            return  # `get_or_create(status=NEW)` makes what it does not find
        for part in parts:
            yield from _conditions(module, part, write.column)

    @staticmethod
    def _way(module: Module, write: StateWrite, bound: Statement) -> tuple[int, str] | None:
        """The branch that tells whether a row was found, with how it is left; None where the write is come to without one."""
        contexts, around, row = module.body.contexts, chain(module, write.context), write.row.id
        for index, place in enumerate(contexts):
            if place.function != write.function or place.subject is None or not bound.at < place.at < write.at:
                continue
            said = given_where(place.subject) if place.kind == "if" else missing_where(place.subject)
            if place.kind in ("if", "else") and index in around and _has(said, row):
                return index, ""
            if place.kind == "if" and place.parent in around and _has(missing_where(place.subject), row):
                own = module.own_statements(write.function)
                leaves = next((s.kind for s in own if s.context == index and s.kind in _LEAVING), "")
                if leaves:
                    return index, leaves
        last = next((part for part in parts_of(module.body, bound.value) if isinstance(part, CallRef)), None)
        return (-1, "raise") if last is not None and _RAISING.search(last_name(module.body, last)) else None


def _bound(module: Module, write: StateWrite) -> Statement | None:
    """The last statement before the write, on its way, that gives the row its name."""
    own = module.own_statements(write.function)
    named = (s for s in own if isinstance(s.target, Name) and s.target.id == write.row.id and s.at < write.at)
    last = max(named, key=lambda s: s.at, default=None)
    return last if last is not None and last.kind in ("assign", "annotate") else None


def _has(exprs: Iterator[Expr], name: str) -> bool:
    return any(isinstance(each, Name) and each.id == name for each in exprs)


def _behind(module: Module, value: Expr | None, before: int, depth: int = _DEPTH) -> Iterator[Expr]:
    """The parts of a value, and of what the names in it were given: `statement`, of `session.scalar(statement)`."""
    for part in parts_of(module.body, value):
        yield part
        made = made_before(module, part, before) if isinstance(part, Name) and depth else None
        if made is not None:
            yield from _behind(module, made.value, made.at, depth - 1)


def _conditions(module: Module, part: Expr, column: str) -> Iterator[tuple[str, Expr]]:
    """What one part of a query asks of a column."""
    match part:
        case CallRef():
            yield from _of_call(module.body.calls[part.index], column)
        case Comparison(ops=("==" | "is" | "in" as op,)) if _is_column(part.operands[0], column):
            yield op, part.operands[1]
        case Operation(op="not" | "~") if _is_column(part.operands[0], column):
            yield "==", Constant(part.at, part.length, value=False)
        case Mapping():
            for key, value in zip(part.keys, part.values, strict=True):
                if isinstance(key, String) and key.value == column and not isinstance(value, Mapping):
                    yield "==", value
        case _:
            pass


def _of_call(call: Call, column: str) -> Iterator[tuple[str, Expr]]:
    """`filter(used=False)`, `filter(used_at__isnull=True)`, `Code.used.is_(False)`, `where(Code.is_active)`"""
    callee = call.callee
    if isinstance(callee, Attribute) and callee.attr in ("is_", "in_") and _is_column(callee.base, column):
        yield from ((callee.attr.rstrip("_"), a.value) for a in call.arguments[:1])
    if isinstance(callee, Attribute) and callee.attr.startswith(_EXCLUDES):
        return
    for argument in call.arguments:
        name, _, said = (argument.name or "").partition("__")
        if argument.name is None:
            if _is_column(argument.value, column):
                yield "==", Constant(argument.value.at, argument.value.length, value=True)
        elif name == column and said in _ALIKE:
            yield _ALIKE[said], argument.value
        elif name == column and said == "isnull" and isinstance(argument.value, Constant) and argument.value.value is True:
            yield "is", Constant(argument.value.at, argument.value.length, value=None)


def _is_column(expr: Expr, column: str) -> bool:
    """`Code.used`, of a class."""
    return (
        isinstance(expr, Attribute)
        and expr.attr == column
        and isinstance(expr.base, Name | Attribute)
        and (expr.base.id if isinstance(expr.base, Name) else expr.base.attr)[:1].isupper()
    )


def _in_text(write: StateWrite) -> Iterator[tuple[str, Expr]]:
    """Of `SELECT … WHERE status = 'new'`."""
    said = rf"(?<![\w])[\"`]?{re.escape(write.column)}[\"`]?\s*(?:=|\bIS\b)\s*(?:'([^']*)'|(TRUE|FALSE|NULL|0|1)\b)"
    for found in re.finditer(said, write.where, re.IGNORECASE):
        text, word = found.groups()
        if text is not None:
            yield "==", String(write.at, 0, text)
        else:
            value = None if word.upper() == "NULL" else word.upper() in ("TRUE", "1")
            yield "is" if value is None else "==", Constant(write.at, 0, value=value)
