"""Functions that answer with what was handed to them, or loaded ahead under a name of its own, where it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Expr, Name, String
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import Def

_CONTEXT = "context"
_ALWAYS = frozenset({"request", "view", "format", "user"})
"""What a context says of who asks."""
_LOADED = "prefetch"
_FIRST = 2
"""`self` and the object, of a method; the object and the name, of what is asked."""


def may_be_given(definition: Def) -> bool:
    """It asks only where nobody gave the answer."""
    return _answers_from_context(definition) or _names_loaded(definition) or tries_attribute(definition)


def tries_attribute(definition: Def) -> bool:
    """`try: return self.lines_count`, which a query may have put there, `except AttributeError:` and only then a question."""
    body, function = definition.module.body, definition.function
    places = [c for c in body.contexts if function.at <= c.at < function.end]
    caught = (p for c in places if c.kind == "except" for p in parts_of(body, c.subject))
    if not any(isinstance(part, Name) and part.id == "AttributeError" for part in caught):
        return False
    given = [s.value for s in body.statements if s.kind == "return" and body.contexts[s.context].kind == "try"]
    own = function.parameters[0].name if function.parameters else ""
    return any(
        isinstance(value, Attribute)
        and isinstance(value.base, Name)
        and value.base.id == own
        and function.at <= value.at < function.end
        for value in given
    )


def is_asked_for(definition: Def, at: int, asked: Body, expr: Expr | None) -> bool:
    """`if hasattr(order, "is_paid"): return order.is_paid`, which a query may have put there, ahead of the place `at`; what is
    asked there (`expr`) is another thing, and not `order.is_paid` itself."""
    body, function = definition.module.body, definition.function
    given = {parameter.name for parameter in function.parameters[:_FIRST]}
    read = {part.attr for part in parts_of(asked, expr) if isinstance(part, Attribute)}
    for place in body.contexts:
        test = place.subject if place.kind == "if" and function.at <= place.at < at else None
        call = body.calls[test.index] if isinstance(test, CallRef) else None
        if call is None or last_name(body, call.callee) != "hasattr" or len(call.arguments) != _FIRST:
            continue
        owner, name = (argument.value for argument in call.arguments)
        if not isinstance(owner, Name) or owner.id not in given or not isinstance(name, String) or name.value in read:
            continue
        answers = [s.value for s in body.statements if s.kind == "return" and place.at <= s.at < place.end]
        if any(isinstance(p, Attribute) and p.attr == name.value for value in answers for p in parts_of(body, value)):
            return True
    return False


def _answers_from_context(definition: Def) -> bool:
    """`known = self.context.get(…)` and later `return known`, or `if known is not None`."""
    module, function = definition.module, definition.function
    own = [s for s in module.body.statements if function.at <= s.at < function.end]
    handed = {
        s.target.id
        for s in own
        if s.kind == "assign" and isinstance(s.target, Name) and s.value is not None and _is_handed(module.body, s.value)
    }
    return any(s.kind in ("return", "test") and not handed.isdisjoint(names_in(module.body, s.value)) for s in own)


def _is_handed(body: Body, expr: Expr) -> bool:
    """It reads what the view put into the context itself."""
    parts = list(_read(body, expr))
    given = [a.value for p in parts if isinstance(p, CallRef) for a in body.calls[p.index].arguments]
    keys = {part.value for part in (*parts, *given) if isinstance(part, String)}
    return keys.isdisjoint(_ALWAYS) and any(isinstance(part, Attribute) and part.attr == _CONTEXT for part in parts)


def _names_loaded(definition: Def) -> bool:
    """`getattr(order, "prefetched_lines", None)`, `if order.prefetched_lines:`, `self._from_prefetched(order)`"""
    module, function = definition.module, definition.function
    body = module.body
    values = [s.value for s in body.statements if function.at <= s.at < function.end and s.value is not None]
    calls = [c for c in body.calls if function.at <= c.at < function.end]
    parts = [part for value in (*values, *(a.value for c in calls for a in c.arguments)) for part in _read(body, value)]
    named = [last_name(body, part) for part in parts if isinstance(part, Attribute | Name)]
    named += [part.value for part in parts if isinstance(part, String)] + [last_name(body, c.callee) for c in calls]
    return any(_LOADED in name for name in named)


def _read(body: Body, expr: Expr) -> Iterator[Expr]:
    """The parts of an expression, and what the calls in it are made on."""
    for part in parts_of(body, expr):
        yield part
        if isinstance(part, CallRef):
            yield from _read(body, body.calls[part.index].callee)
