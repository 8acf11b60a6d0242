"""A function whose writing way ends with nothing (or `True`), and a caller that goes on only where it was given something (or
nothing)."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Await, CallRef, Comparison, Constant, Expr, Name, Operation
from archlint.project.control.sequence import chain
from archlint.project.effects.effects import EffectPoint
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_LEAVING = frozenset({"return", "raise", "continue", "break"})
_ERROR = "http-error"


def ends_with_nothing(point: EffectPoint) -> bool:
    """In a branch that is left behind it by `return None`, or `return False`."""
    module, function = point.module, point.caller.function if point.caller is not None else None
    if function is None or module.body.contexts[point.context].kind not in ("if", "else"):
        return False
    left = [s for s in module.body.statements if s.context == point.context and s.kind in _LEAVING and s.at > point.site.at]
    return bool(left) and left[0].kind == "return" and _is_nothing(left[0].value)


def only_with_something(project: Project, first: EffectPoint, second: EffectPoint) -> bool:
    """What the call at the first place gives is asked for on the way to the second: `if found:`, `if not found: return`."""
    module, at = first.module, second.site.at
    body = module.body
    kept = next((s for s in body.statements if s.kind == "assign" and _is_given(s.value, first)), None)
    name = spell(body, kept.target) if kept is not None and isinstance(kept.target, Name) else ""
    if any(isinstance(s.target, Name) and s.target.id == name and first.site.end <= s.at < at for s in body.statements):
        return False
    around = chain(module, second.context)

    def means(expr: Expr) -> bool:
        return (isinstance(expr, Name) and expr.id == name) or _is_given(expr, first)

    for row, place in enumerate(body.contexts):
        if place.kind not in ("if", "else") or place.subject is None or place.end <= first.site.at:
            continue
        there = given_where(place.subject) if place.kind == "if" else missing_where(place.subject)
        if row in around and any(map(means, there)):
            return True
        is_before = place.kind == "if" and place.end <= at and place.parent in around
        if is_before and any(map(means, missing_where(place.subject))) and _leaves(project, module, row):
            return True
    return False


def ends_with_something(point: EffectPoint) -> bool:
    """Behind it, in its own branch, stands `return True`."""
    if point.caller is None:
        return False
    own = point.module.statements_between(point.site.at, point.caller.function.end)
    left = [s for s in own if s.context == point.context and s.kind in _LEAVING]
    return bool(left) and left[0].kind == "return" and isinstance(left[0].value, Constant) and left[0].value.value is True


def only_with_nothing(project: Project, first: EffectPoint, second: EffectPoint) -> bool:
    """Where the call at the first place gives something, the second is not come to: `if reject(order): return`."""
    module, around = first.module, chain(first.module, second.context)
    for row, place in enumerate(module.body.contexts):
        if place.kind != "if" or place.subject is None or place.end > second.site.at or place.parent not in around:
            continue
        if any(_is_given(each, first) for each in _deciding(place.subject)) and _leaves(project, module, row):
            return True
    return False


def _deciding(test: Expr) -> Iterator[Expr]:
    """Of a test that holds as soon as each of these does: what is asked last."""
    match test:
        case Operation(op="and"):
            yield from _deciding(test.operands[-1])
        case Operation(op="or"):
            for part in test.operands:
                yield from _deciding(part)
        case _:
            yield test


def _is_given(value: Expr | None, point: EffectPoint) -> bool:
    while isinstance(value, Await):
        value = value.value
    return isinstance(value, CallRef) and (value.at, value.end) == (point.site.at, point.site.end)


def given_where(test: Expr) -> Iterator[Expr]:
    """What there is where the test holds."""
    match test:
        case Operation(op="and"):
            for part in test.operands:
                yield from given_where(part)
        case Comparison(ops=("is not",), operands=(left, right)) if _is_nothing(right):
            yield left
        case _:
            yield test


def missing_where(test: Expr) -> Iterator[Expr]:
    """What there is where the test does not hold."""
    match test:
        case Operation(op="or"):
            for part in test.operands:
                yield from missing_where(part)
        case Operation(op="not", operands=(part,)):
            yield part
        case Comparison(ops=("is",), operands=(left, right)) if _is_nothing(right):
            yield left


def _leaves(project: Project, module: Module, row: int) -> bool:
    if any(s.context == row and s.kind in _LEAVING for s in module.body.statements):
        return True
    return answers_error(project, module, (row,))


def answers_error(project: Project, module: Module, rows: Container[int], since: int = 0) -> bool:
    """One of the places itself, from the offset on, ends the request with an error: `abort(404)`."""
    sites = project.calls.registered(_ERROR)
    return any(site.module is module and site.call.context in rows and site.call.at >= since for site in sites)


def _is_nothing(expr: Expr | None) -> bool:
    return expr is None or (isinstance(expr, Constant) and (expr.value is None or expr.value is False))
