"""Functions that answer with what was handed to them, or loaded ahead under a name of its own, where it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Expr, Name, Operation, String
from archlint.project.effects.kept_answers import empty_names
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.source.modules import Module

_CONTEXT = "context"
_ALWAYS = frozenset({"request", "view", "format", "user"})
"""What a context says of who asks."""
_LOADED = "prefetch"
_LOADING = frozenset({"prefetch", "prefetch_related", "prefetch_related_objects", "aprefetch_related_objects"})
"""What a query of the function's own is told to load."""
_FIRST = 2
"""`self` and the object, of a method."""
_TOLD = {"hasattr": 2, "getattr": 3}


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
    """`if hasattr(order, "is_paid"): return order.is_paid`, or `paid = getattr(order, "is_paid", None)` and a branch that
    returns by it, ahead of the place `at`, or one around the place in which it is empty: a query may have put it there. What
    is asked there (`expr`) is another thing."""
    body, function = definition.module.body, definition.function
    read = {part.attr for part in parts_of(asked, expr) if isinstance(part, Attribute)}
    kept = {
        s.target.id: name
        for s in definition.module.own_statements(definition.index)
        if isinstance(s.target, Name) and s.at < at and (name := _tried(definition, s.value, "getattr")) not in ("", *read)
    }
    for place in body.contexts:
        if place.kind != "if" or not function.at <= place.at < at:
            continue
        if at < place.end and place.subject is not None and not kept.keys().isdisjoint(empty_names(place.subject, holds=True)):
            return True
        answers = [s.value for s in body.statements if s.kind == "return" and place.at <= s.at < place.end]
        told = [part for value in answers for part in parts_of(body, value)]
        name = _tried(definition, place.subject, "hasattr")
        if name not in ("", *read) and any(isinstance(part, Attribute) and part.attr == name for part in told):
            return True
        tested = kept.keys() & set(names_in(body, place.subject))
        if any(isinstance(part, Name) and part.id in tested for part in told):
            return True
    return False


def is_without(module: Module, context: int) -> bool:
    """The place stands where `hasattr(order, "is_paid")` does not hold, in its function."""
    body = module.body
    while context >= 0 and body.contexts[context].kind not in ("function", "class", "module"):
        place = body.contexts[context]
        test = place.subject
        if isinstance(test, Operation) and test.op == "not" and place.kind == "if":
            test = test.operands[0]
        elif place.kind != "else":
            test = None
        tests = test.operands if isinstance(test, Operation) and test.op == "and" else (test,)
        if any(isinstance(each, CallRef) and last_name(body, each) == "hasattr" for each in tests):
            return True
        context = place.parent
    return False


def is_set_without(module: Module, name: Expr | None, context: int) -> bool:
    """The name was set at such a place before: `rows = order.rows` where it is there, and a query where it is not."""
    function = module.body.contexts[context].function
    return isinstance(name, Name) and any(
        isinstance(s.target, Name) and s.target.id == name.id and s.at < name.at and is_without(module, s.context)
        for s in module.own_statements(function)
    )


def _tried(definition: Def, expr: Expr | None, way: str) -> str:
    """The attribute of one of the function's first parameters that `hasattr` or `getattr` with a default is told."""
    body = definition.module.body
    call = body.calls[expr.index] if isinstance(expr, CallRef) else None
    if call is None or last_name(body, call.callee) != way or len(call.arguments) != _TOLD[way]:
        return ""
    owner, name = call.arguments[0].value, call.arguments[1].value
    given = {parameter.name for parameter in definition.function.parameters[:_FIRST]}
    return name.value if isinstance(owner, Name) and owner.id in given and isinstance(name, String) else ""


def _answers_from_context(definition: Def) -> bool:
    """`known = self.context.get(…)` and later `return known`, or `if known is not None`."""
    module, function = definition.module, definition.function
    own = module.statements_between(function.at, function.end)
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
    values = [s.value for s in module.statements_between(function.at, function.end) if s.value is not None]
    calls = [c for c in body.calls if function.at <= c.at < function.end]
    parts = [part for value in (*values, *(a.value for c in calls for a in c.arguments)) for part in _read(body, value)]
    named = [last_name(body, part) for part in parts if isinstance(part, Attribute | Name)]
    named += [part.value for part in parts if isinstance(part, String)] + [last_name(body, c.callee) for c in calls]
    return any(_LOADED in name and name.lower() not in _LOADING for name in named)


def _read(body: Body, expr: Expr) -> Iterator[Expr]:
    """The parts of an expression, and what the calls in it are made on."""
    for part in parts_of(body, expr):
        yield part
        if isinstance(part, CallRef):
            yield from _read(body, body.calls[part.index].callee)
