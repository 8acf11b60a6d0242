"""Branches in which a program says that something is not as it should be: few items come there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Comparison, Expr, Operation, Subscript
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.source.modules import Module

_ERRORS = ("Exception", "Error", "Failure")
_NOTED = frozenset({"error", "errors"})
_NOTING = frozenset({"append", "add"})
_ENDS = frozenset({"continue", "return"})
_LEVELS = frozenset({"warning", "warn", "error", "exception", "critical"})


def is_reported(station: EffectPoint, loop: Loop) -> bool:
    """The place stands in a branch, within the loop or its own function, that itself logs a warning or an error, or notes
    an error down whatever the answer is."""
    module, context = station.module, station.context
    contexts = module.body.contexts
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        if module is loop.module and context == loop.context:
            return False
        if (
            _is_for_error(module, context)
            or _notes_error(module, context)
            or (_is_for_missing(module, context) and _warns(module, context))
        ):
            return True
        context = contexts[context].parent
    return False


def is_given_up(station: EffectPoint, loop: Loop) -> bool:
    """`if not found: …; continue`: the turn ends where something that it needs is missing."""
    module, context = station.module, station.context
    contexts = module.body.contexts
    while module is loop.module and context not in (-1, loop.context):
        ends = any(s.context == context and s.kind in _ENDS for s in module.body.statements)
        if ends and contexts[context].kind == "if" and _is_negative(contexts[context].subject):
            return True
        context = contexts[context].parent
    return False


def _is_negative(test: Expr | None) -> bool:
    return (isinstance(test, Operation) and test.op == "not") or (
        isinstance(test, Comparison) and test.ops in (("is",), ("not in",))
    )


def _is_for_error(module: Module, context: int) -> bool:
    """`if isinstance(result, Exception)`."""
    place, body = module.body.contexts[context], module.body
    if place.kind != "if" or not isinstance(place.subject, CallRef) or last_name(body, place.subject) != "isinstance":
        return False
    given = [argument.value for argument in body.calls[place.subject.index].arguments][1:]
    return any(last_name(body, part).endswith(_ERRORS) for expr in given for part in parts_of(body, expr))


def _is_for_missing(module: Module, context: int) -> bool:
    """`if not found`, `if key not in known`, or an `else`; the other branch says nothing of the kind."""
    contexts = module.body.contexts
    place, test = contexts[context], contexts[context].subject
    if test is None or not (place.kind == "else" or (place.kind == "if" and _is_negative(test))):
        return False
    twins = (row for row, other in enumerate(contexts) if other.parent == place.parent and other.subject == test)
    return not any(_warns(module, row) for row in twins if row != context)


def _notes_error(module: Module, context: int) -> bool:
    """`errors[key] = …`, `errors.append(…)` in the block itself, of a branch or a `try`."""
    body, place = module.body, module.body.contexts[context]
    if place.kind not in ("if", "else", "try"):
        return False
    noted = [s.target.base for s in body.statements if s.context == context and isinstance(s.target, Subscript)]
    noted += [
        call.callee.base
        for call in body.calls
        if call.context == context and isinstance(call.callee, Attribute) and call.callee.attr in _NOTING
    ]
    return any(not _NOTED.isdisjoint(words_of(last_name(body, each))) for each in noted)


def _warns(module: Module, context: int) -> bool:
    place = module.body.contexts[context]
    return any(
        call.context == context and isinstance(call.callee, Attribute) and call.callee.attr in _LEVELS
        for call in module.body.calls
        if place.at <= call.at < place.end
    )
