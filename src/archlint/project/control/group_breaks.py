"""What a loop does only as a group of its items begins: `if row.day != day: day = row.day; …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Comparison, Expr, Name
from archlint.project.parts import parts_of
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from archlint.facts.syntax import Context
    from archlint.project.loops.loops import Loop

_OTHER = frozenset({"!=", "is not"})


def begins_group(loop: Loop, context: int) -> bool:
    """The context stands in a block of the loop that is run where something of the item is not what it was at the turn
    before, and that keeps what it is."""
    contexts = loop.module.body.contexts
    while context not in (loop.context, -1):
        place = contexts[context]
        if place.kind == "if" and place.subject is not None and _keeps(loop, place, place.subject):
            return True
        context = place.parent
    return False


def _keeps(loop: Loop, place: Context, test: Expr) -> bool:
    """One of the names that the test compares is given in the block what it is compared with."""
    body, compared = loop.module.body, set[tuple[str, str]]()
    for part in parts_of(body, test):
        if isinstance(part, Comparison) and len(part.ops) == 1 and part.ops[0] in _OTHER:
            one, other = (spell(body, operand) for operand in part.operands)
            compared |= {(one, other), (other, one)}
    return any(
        statement.kind == "assign"
        and isinstance(statement.target, Name)
        and statement.value is not None
        and place.at <= statement.at < place.end
        and (statement.target.id, spell(body, statement.value)) in compared
        for statement in (loop.statements if compared else ())
    )
