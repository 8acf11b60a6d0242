"""Values that a function has looked for, and left where there was no such thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Await, Body, CallRef, Comparison, Constant, Expr, Name, Operation, Statement
from archlint.project.closed_places import places_around
from archlint.project.parts import parts_of
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from archlint.project.flows import Place

_LEAVES = frozenset({"raise", "return", "continue"})


def is_found_first(expr: Expr, at: Place) -> bool:
    """`row = find(name)`, and `if not row: raise …` behind it, before the place."""
    body = at.module.body
    function, text = body.contexts[at.context].function, spell(body, expr)
    before = [s for s in body.statements if s.at < expr.at and body.contexts[s.context].function == function]
    found = {name for statement in before for name in _found(body, statement, text)}
    if not found:
        return False
    around = set(places_around(at.module, at.context))
    for statement in before:
        place = body.contexts[statement.context]
        leaves = statement.kind in _LEAVES and place.kind == "if" and statement.context not in around
        if leaves and place.parent in around and _missing(place.subject) in found:
            return True
    return False


def _found(body: Body, statement: Statement, text: str) -> list[str]:
    value = statement.value.value if isinstance(statement.value, Await) else statement.value
    if statement.kind != "assign" or not isinstance(statement.target, Name) or not isinstance(value, CallRef):
        return []
    parts = (part for a in body.calls[value.index].arguments for part in parts_of(body, a.value))
    return [statement.target.id] if any(spell(body, part) == text for part in parts) else []


def _missing(test: Expr | None) -> str:
    """The name that is tested for being nothing."""
    match test:
        case Operation(op="not", operands=(Name() as name,)):
            return name.id
        case Comparison(ops=("is",) | ("==",), operands=(Name() as name, Constant(value=None))):
            return name.id
        case _:
            return ""
