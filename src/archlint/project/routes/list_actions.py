"""Branches of a view that are taken when its list is asked for: `if self.action == "list":`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Comparison, String
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_ACTION = "action"
_LIST = "list"


def is_for_list(module: Module, context: int, until: int) -> bool | None:
    """Whether a place is come to when the list is asked for; None where nothing says so."""
    contexts = module.body.contexts
    while context >= 0 and context != until:
        around = contexts[context]
        test = around.subject if around.kind in ("if", "else") else None
        for part in parts_of(module.body, test) if test is not None else ():
            if isinstance(part, Comparison) and last_name(module.body, part.operands[0]) == _ACTION:
                told = _told(module, part)
                if told is not None:
                    return told == (around.kind == "if")
        context = around.parent
    return None


def _told(module: Module, test: Comparison) -> bool | None:
    """Whether `action == "list"` and the like holds for the list; of one that says nothing of it None."""
    named = {p.value for operand in test.operands[1:] for p in parts_of(module.body, operand) if isinstance(p, String)}
    return (_LIST in named) == (test.ops[0] in ("==", "in")) if named else None
