"""What a function learns of a row that SQL has just written: the key that was made for it, or the row asked for again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Expr, Name, Statement
from archlint.project.effects.effects import EffectPoint
from archlint.project.parts import names_in, parts_of
from archlint.project.schema.names import last_part
from archlint.project.transactions.written_names import Own

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


def given_keys(project: Project, own: Iterable[Statement], points: list[EffectPoint]) -> frozenset[Own]:
    """The names of a function, whose statements are `own`, that hold what the writes gave: `number = cursor.lastrowid`,
    `row = cursor.fetchone()`, `number = result.scalar()`, a query of the table that was written; and what is made of them."""
    found: set[Own] = set()
    statements = sorted((s for s in own if s.kind in ("assign", "annotate")), key=lambda s: s.at)
    for point in points:
        tables = _tables(project, point.module, point.call.index) if point.call is not None else frozenset[str]()
        if point.call is None or not tables:
            continue
        module, call = point.module, point.call.call
        cursor = call.callee.base.id if isinstance(call.callee, Attribute) and isinstance(call.callee.base, Name) else ""
        told = {cursor} - {""} if point.is_direct else set[str]()
        for statement in statements:
            if statement.end <= call.at or not isinstance(statement.target, Name):
                continue
            is_itself = statement.at <= call.at < statement.end
            value = statement.value
            if not is_itself and cursor in told and _asks_again(module, cursor, call.end, statement.at):
                told.discard(cursor)
            if is_itself or not told.isdisjoint(_read(module, value)) or not tables.isdisjoint(_asked(project, module, value)):
                told.add(statement.target.id)
                found.add((statement.target.id, statement.end))
    return frozenset(found)


def _read(module: Module, value: Expr | None) -> set[str]:
    return set(names_in(module.body, value)) if value is not None else set()


def _asks_again(module: Module, cursor: str, since: int, until: int) -> bool:
    """The cursor is used for another statement between two offsets."""
    return any(
        since <= call.at < until
        and isinstance(call.callee, Attribute)
        and call.callee.attr.startswith("execute")
        and isinstance(call.callee.base, Name)
        and call.callee.base.id == cursor
        for call in module.body.calls
    )


def _asked(project: Project, module: Module, value: Expr | None) -> frozenset[str]:
    """The tables of the queries that an expression runs; what writes asks for nothing that was written before."""
    inner = value.value if isinstance(value, Await) else value
    calls = [part for part in parts_of(module.body, inner) if isinstance(part, CallRef)] if inner is not None else []
    return frozenset(table for part in calls for table in _tables(project, module, part.index, only="select"))


def _tables(project: Project, module: Module, call: int, only: str = "") -> frozenset[str]:
    return frozenset(
        last_part(table).lower()
        for sql in project.statements.by_sink.get((module.path, call), ())
        for said in sql.facts.statements
        if only in ("", said.verb)
        for table in said.tables
    )
