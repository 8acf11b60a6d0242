"""Functions that run before each request and send away whom they do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Body, Expr, Operation
from archlint.project.model import Def
from archlint.project.parts import parts_of
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from archlint.project.asking import Phrases


def sends_away(definition: Def, known: Phrases) -> bool:
    """`if not current_user.is_authenticated: return redirect(…)`. `known`: words for who asks."""
    body = definition.module.body
    for row, place in enumerate(body.contexts):
        if place.kind != "if" or place.function != definition.index or not _is_unknown(body, place.subject, known):
            continue
        if any(s.context == row and s.kind in ("return", "raise") and s.value is not None for s in body.statements):
            return True
    return False


def _is_unknown(body: Body, test: Expr | None, known: Phrases) -> bool:
    tests = (part for part in parts_of(body, test) if isinstance(part, Operation) and part.op == "not")
    return any(known.in_name(spell(body, part.operands[0])) for part in tests)
