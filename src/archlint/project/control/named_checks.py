"""Whether a function that is named for a check tests anything at all."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from archlint.facts.syntax import Comparison, Constant, Expr, Operation
from archlint.project.spelling import last_name
from archlint.project.values.closed_places import checks
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import Def

_REFUSING = frozenset({"raise", "assert"})
_CHANGING = frozenset({"sub", "subn", "replace", "translate", "filter", "get", "compile", "search", "findall", "split", "next"})
"""What takes something out of a text, or looks the value up."""


def tests_something(definition: Def, checking: frozenset[str], known: Set[str]) -> bool:
    """It refuses, compares, looks up, takes something out, or asks one that may. `known`: names of calls that do so."""
    module, body, row = definition.module, definition.module.body, definition.index
    if any(s.kind in _REFUSING for s in module.own_statements(row)):
        return True
    for call in module.own_calls(row):
        name = last_name(body, call.callee)
        if name in _CHANGING or name in known or checks(words_of(name), checking):
            return True
    return any(place.function == row and place.subject is not None and _compares(place.subject) for place in body.contexts)


def _compares(test: Expr) -> bool:
    """Whether there is a value at all is no test of what it is."""
    if isinstance(test, Operation):
        return any(_compares(operand) for operand in test.operands)
    return isinstance(test, Comparison) and not any(isinstance(o, Constant) and o.value is None for o in test.operands)
