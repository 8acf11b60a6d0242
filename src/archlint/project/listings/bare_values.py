"""Functions that say that they give texts or numbers, and no rows: `-> list[str]`, `response_model=list[str]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Expr, Name, Subscript
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.syntax import Body
    from archlint.project.model import Def

_LISTS = frozenset({"list", "List", "set", "Set", "Sequence", "Iterable"})
_VALUES = frozenset({"str", "int", "float"})


def gives_bare_values(definition: Def) -> bool:
    """By its annotation, or by what a decorator is told."""
    body, function = definition.module.body, definition.function
    calls = (body.calls[each.index] for each in function.decorators if isinstance(each, CallRef))
    said = [argument.value for call in calls for argument in call.arguments if argument.name is not None]
    return any(_is_list_of_values(body, expr) for expr in (*said, function.returns) if expr is not None)


def _is_list_of_values(body: Body, expr: Expr) -> bool:
    if not isinstance(expr, Subscript) or last_name(body, expr.base) not in _LISTS:
        return False
    return all(isinstance(item, Name) and item.id in _VALUES for item in expr.index)
