"""Modules of functions that do nothing but make objects and hand them out: the wiring of a program, whatever it is called."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Statement
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.modules import Module

_KINDS = frozenset({"return", "assign", "annotate", "expression"})
_KEEPING = frozenset({"cache", "lru_cache"})


def only_assembles(module: Module) -> bool:
    """No class, no branch and no loop; each function ends by giving out a new object, of a class that is imported or by
    another function of the module."""
    outline, body = module.outline, module.body
    if outline.classes or not outline.functions:
        return False
    if any(place.kind not in ("module", "function") for place in body.contexts):
        return False
    own = {function.name for function in outline.functions}
    made = {given.alias or given.name for given in outline.imports if given.name and given.name[:1].isupper()}
    returned: dict[int, list[Statement]] = defaultdict(list)
    for statement in body.statements:
        row = body.contexts[statement.context].function
        if row >= 0 and statement.kind not in _KINDS:
            return False
        if statement.kind == "return":
            returned[row].append(statement)
    return all(
        "." not in function.qualname
        and _KEEPING.issuperset(last_name(body, decorator) for decorator in function.decorators)
        and len(returned[row]) == 1
        and isinstance(value := returned[row][0].value, CallRef)
        and last_name(body, value) in own | made
        for row, function in enumerate(outline.functions)
    )
