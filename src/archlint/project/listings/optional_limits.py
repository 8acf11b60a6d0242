"""Limits that hold only if a client asks for one: `if limit: query = query.limit(limit)`, where `limit` may be None."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Call, CallRef, Comparison, Constant, Expr, Name, Operation, String
from archlint.project.names.origins import Origin, Origins, Parameter

if TYPE_CHECKING:
    from archlint.project.listings.row_places import Place

_GET = "get"
_DEFAULT = "default"
_SENT = frozenset({"args", "GET", "query_params", "query", "params", "values"})
"""Attributes of a request that hold what stands behind the question mark."""
_OUTER = ("function", "class", "module")
_DEPTH = 4


class OptionalLimits:
    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    def are_asked_for(self, place: Place, context: int) -> bool:
        """A place is only come to where something is given that may be left out."""
        contexts = place.module.body.contexts
        while context >= 0 and contexts[context].kind not in _OUTER:
            test = contexts[context].subject
            if contexts[context].kind == "if" and test is not None:
                return any(self.may_be_left_out(place.at(contexts[context].parent), each) for each in _needed(test))
            context = contexts[context].parent
        return False

    def may_be_left_out(self, place: Place, expr: Expr, depth: int = _DEPTH) -> bool:
        """Nothing is given in its place if the client says nothing."""
        body = place.module.body
        if isinstance(expr, Constant):
            return expr.value is None
        if isinstance(expr, CallRef):
            return _is_asked(body.calls[expr.index])
        if not isinstance(expr, Name) or depth == 0:
            return False
        for origin in self._origins.of(place.module, expr, place.context):
            if isinstance(origin, Origin):
                if origin.module is place.module and self.may_be_left_out(place.at(origin.context), origin.expr, depth - 1):
                    return True
                continue
            if self._is_left_out(place, origin, depth):
                return True
        return False

    def _is_left_out(self, place: Place, parameter: Parameter, depth: int) -> bool:
        """What a call on the way gives, or else what the function says."""
        own = parameter.definition.function.parameters[parameter.position]
        if own.name in place.given:
            above, expr = place.given[own.name]
            return self.may_be_left_out(above, expr, depth - 1)
        default = own.default
        if isinstance(default, CallRef):  # `= Query(None, ge=1)`
            call = parameter.definition.module.body.calls[default.index]
            first = [a.value for a in call.arguments[:1] if a.name is None]
            said = [a.value for a in call.arguments if a.name == _DEFAULT] or first
            return any(isinstance(each, Constant) and each.value is None for each in said)
        return isinstance(default, Constant) and default.value is None


def _needed(test: Expr) -> Iterator[Expr]:
    """`limit` of `limit`, `limit is not None`, `limit > 0` and `limit and limit > 0`."""
    match test:
        case Operation(op="and"):
            for each in test.operands:
                yield from _needed(each)
        case Comparison(ops=("is not",) | ("!=",) | (">",) | (">=",)):
            yield test.operands[0]
        case Name() | CallRef():
            yield test


def _is_asked(call: Call) -> bool:
    """`request.args.get("limit")`, with nothing to take instead."""
    callee = call.callee
    if not isinstance(callee, Attribute) or callee.attr != _GET or not call.arguments:
        return False
    base = callee.base
    is_sent = isinstance(base, Attribute) and base.attr in _SENT
    default = [a.value for row, a in enumerate(call.arguments) if a.name == _DEFAULT or (a.name is None and row == 1)]
    is_none = all(isinstance(each, Constant) and each.value is None for each in default)
    return is_sent and isinstance(call.arguments[0].value, String) and is_none
