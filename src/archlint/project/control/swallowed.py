"""Failures that a function keeps to itself: a `try` around the place, one of whose handlers raises nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Await, Body, CallRef, Context, Statement
from archlint.project.control.sequence import handlers_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_SUPPRESSING = "suppress"
_ENDS = frozenset({"function", "class", "module"})


def catches(module: Module, context: int) -> bool:
    """A failure at the place is caught before it leaves the function, and not raised again."""
    contexts = module.body.contexts
    while context >= 0 and contexts[context].kind not in _ENDS:
        place = contexts[context]
        if place.kind == "try" and _swallows(module, context):
            return True
        if suppresses(module.body, place):
            return True
        context = contexts[context].parent
    return False


def suppresses(body: Body, place: Context) -> bool:
    """A `with` that keeps a failure inside of it to itself."""
    return place.kind == "with" and place.subject is not None and last_name(body, place.subject) == _SUPPRESSING


def _swallows(module: Module, tried: int) -> bool:
    """One of the handlers that follow the `try` raises nothing, or has another try (`return other(key)`) on one of its ways."""
    body = module.body
    places = (body.contexts[row] for row in handlers_of(body.contexts, tried))
    within = (module.statements_between(c.at, c.end) for c in places)
    return any(all(s.kind != "raise" for s in own) or any(_gives_other(s) for s in own) for own in within)


def _gives_other(statement: Statement) -> bool:
    value = statement.value
    return statement.kind == "return" and isinstance(value.value if isinstance(value, Await) else value, CallRef)
