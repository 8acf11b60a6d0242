"""What a loop over a collection has refused by the types of its items, before the collection is used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Expr, Statement
from archlint.project.control.sequence import chain
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_REFUSES = frozenset({"raise", "return"})
_ASKS_TYPE = "isinstance"


def has_refused_items(module: Module, own: Iterable[Statement], text: str, before: int) -> bool:
    """`for step in steps: if not isinstance(step["at"], int): raise …`, in the function whose statements are `own`, before an
    offset: what `text` names then holds no other items."""
    statements = [s for s in own if s.at < before]
    loops = {s.context for s in statements if s.kind == "for" and s.value is not None and spell(module.body, s.value) == text}
    if not loops:
        return False
    contexts = module.body.contexts
    for statement in statements:
        if statement.kind not in _REFUSES:
            continue
        rows = list(chain(module, statement.context))
        asks = any(contexts[row].kind == "if" and _asks_type(module, contexts[row].subject) for row in rows)
        if asks and not loops.isdisjoint(rows):
            return True
    return False


def _asks_type(module: Module, test: Expr | None) -> bool:
    return any(type(p) is CallRef and last_name(module.body, p) == _ASKS_TYPE for p in parts_of(module.body, test))
