"""Models of which one owner has only so many: what makes a row counts before and refuses (`if len(found) >= MOST: raise`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Comparison, Constant, Expr, Name
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.facts.syntax import Body
    from archlint.project.listings.written_models import WrittenModels
    from archlint.project.model import Def, Type
    from archlint.project.program import Project

_REFUSING = frozenset({"raise", "return"})
_REACHED = {">=": (0, 1), ">": (0, 1), "==": (0, 1), "<=": (1, 0), "<": (1, 0)}
"""How a comparison says that the number at the first place has come to what stands at the second."""
_COUNTS = frozenset({"len", "count", "counted", "total", "scalar"})
_MOST_CALLERS = 8


class Quotas:
    def __init__(self, project: Project, written: WrittenModels) -> None:
        self._project = project
        self._written = written

    def holds(self, model: Type) -> bool:
        """All functions that make rows, or all that call these, refuse where there are as many as a constant says."""
        makers = self._written.makers(model)
        return bool(makers) and all(self._is_refused(maker) for maker in makers or ())

    def _is_refused(self, maker: Def) -> bool:
        if _refuses(maker):
            return True
        sites = self._project.calls.callers(maker)
        callers = [site.caller for site in sites if site.module.is_production]
        return 0 < len(callers) <= _MOST_CALLERS and all(each is not None and _refuses(each) for each in callers)


def _refuses(definition: Def) -> bool:
    body = definition.module.body
    for statement in definition.module.own_statements(definition.index):
        place = body.contexts[statement.context]
        if statement.kind in _REFUSING and place.kind == "if" and _is_reached(definition, place.subject):
            return True
    return False


def _is_reached(definition: Def, test: Expr | None) -> bool:
    if not isinstance(test, Comparison) or len(test.ops) != 1 or test.ops[0] not in _REACHED:
        return False
    counted, most = (test.operands[place] for place in _REACHED[test.ops[0]])
    return _is_constant(most) and _is_count(definition, counted)


def _is_constant(expr: Expr) -> bool:
    match expr:
        case Constant():
            return type(expr.value) is int and expr.value > 1
        case Name():
            return expr.id.isupper()
        case Attribute():
            return expr.attr.isupper()
        case _:
            return False


def _is_count(definition: Def, expr: Expr) -> bool:
    """`len(found)`, `query.count()`, or a name for such a number."""
    body = definition.module.body
    if isinstance(expr, Name):
        own = definition.module.own_statements(definition.index)
        given = [s.value for s in own if isinstance(s.target, Name) and s.target.id == expr.id and s.value is not None]
        return any(_is_counted(body, value) for value in given)
    return _is_counted(body, expr)


def _is_counted(body: Body, expr: Expr) -> bool:
    inner = expr.value if isinstance(expr, Await) else expr
    return isinstance(inner, CallRef) and not _COUNTS.isdisjoint(words_of(last_name(body, inner)))
