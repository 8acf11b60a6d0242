"""Rows that a loop adds one at a time and asks nothing back of: one statement with many rows does just that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Await, CallRef, Expr, Name
from archlint.project.effects.statement_kind import StatementKind
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import Repeated
    from archlint.project.model import CallSite
    from archlint.project.program import Project

_INSERT = "insert"
_BACK = "returning"
BETWEEN = frozenset({"try", "except", "finally", "for", "while", "comprehension"})
"""Blocks between a loop and a write by which a turn does more than to write."""


def is_plain_insert(project: Project, query: Repeated, inserting: frozenset[str]) -> bool:
    """An INSERT in the loop itself, whose answer nobody uses and that gives none; `inserting`: calls that add one document."""
    loop, point = query.loop, query.point
    call = point.call
    if loop.mapping is not None or query.path.through or call is None:
        return False
    if not BETWEEN.isdisjoint(loop.kinds_around(point.context)):
        return False
    if not stands_alone(loop, call):
        return False
    body = point.module.body
    if last_name(body, call.call.callee) in inserting:
        return True
    statement = StatementKind(project.types.inference).executed(call)
    if statement is None:
        return False
    named = {last_name(body, part) for part in parts_of(body, _written(loop, statement)) if isinstance(part, CallRef)}
    text = project.values.text(point.module, statement, call.call.context)
    said = text.rendered.lower() if text is not None else ""
    return _BACK not in named and _BACK not in said and (_INSERT in named or said.lstrip().startswith(_INSERT))


def _written(loop: Loop, statement: Expr) -> Expr:
    """What the loop gave the name of the statement, where it gave it once."""
    name = statement.id if isinstance(statement, Name) else None
    given = [s.value for s in loop.statements if name is not None and type(s.target) is Name and s.target.id == name]
    return given[0] if len(given) == 1 and given[0] is not None else statement


def stands_alone(loop: Loop, call: CallSite) -> bool:
    """Nobody uses the answer."""
    return any(s.kind == "expression" and _called(s.value) == call.index for s in loop.statements)


def _called(value: Expr | None) -> int | None:
    made = value.value if isinstance(value, Await) else value
    return made.index if isinstance(made, CallRef) else None
