"""Relations that are read only where the object's key to them is empty: what is not there is not asked for.

`row.user_id or row.user.id`: an ORM that finds no key in the row gives None for the relation, and asks nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Comparison, Constant, Expr, Operation, String
from archlint.project.control.sequence import chain
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.facts.syntax import Body
    from archlint.project.source.modules import Module

_READ_BY_NAME = "getattr"


def is_read_without_key(module: Module, expr: Attribute, context: int) -> bool:
    """The relation stands behind its own key in an `or`, in `if not row.user_id:`, or in the `else` of `if row.user_id:`."""
    body = module.body
    row = body.contexts[context].function
    begin = module.outline.functions[row].at if row >= 0 else 0
    values = [s.value for s in module.statements_between(begin, expr.end) if s.value is not None and expr.at < s.end]
    for part in (part for value in values for part in parts_of(body, value)):
        if isinstance(part, Operation) and part.op == "or" and part.at <= expr.at < part.end:
            before = [operand for operand in part.operands if operand.end <= expr.at]
            if any(_is_key(body, operand, expr) for operand in before):
                return True
    places = (body.contexts[each] for each in chain(module, context))
    tests = ((place.subject, place.kind) for place in places if place.kind in ("if", "else"))
    return any(test is not None and _is_empty(body, test, expr, kind) for test, kind in tests)


def _is_empty(body: Body, test: Expr, expr: Attribute, kind: str) -> bool:
    """The branch of a test is taken where the key is empty."""
    match test:
        case Comparison(ops=(op,), operands=(left, Constant(value=None))) if op in ("is", "is not", "==", "!="):
            return _is_key(body, left, expr) and (kind == "if") == (op in ("is", "=="))
        case Operation(op="not", operands=(operand,)):
            return kind == "if" and _is_key(body, operand, expr)
        case _:
            return kind == "else" and _is_key(body, test, expr)


def _is_key(body: Body, given: Expr, expr: Attribute) -> bool:
    """`row.user_id`, also by `getattr(row, "user_id", None)`, of `row.user`."""
    key, owner = f"{expr.attr}_id", spell(body, expr.base)
    if isinstance(given, Attribute):
        return given.attr == key and spell(body, given.base) == owner
    if not isinstance(given, CallRef) or last_name(body, given) != _READ_BY_NAME:
        return False
    values = [argument.value for argument in body.calls[given.index].arguments]
    is_named = len(values) > 1 and isinstance(values[1], String) and values[1].value == key
    return is_named and spell(body, values[0]) == owner
