"""What a call gives to each parameter of the project function that it runs."""

from __future__ import annotations

from collections.abc import Mapping

from archlint.facts.syntax import Attribute, Call, CallRef, Expr, Function, Parameter
from archlint.project.model import CallSite, Def
from archlint.project.spelling import last_name

_HANDING_ON = frozenset({"wraps", "contextmanager", "asynccontextmanager", "cache", "lru_cache", "overload", "property"})
"""Decorators of the language: a function that has one takes its first argument from its caller."""


def receives_itself(definition: Def) -> bool:
    """A method whose first parameter is not given by its caller: neither static nor a plain function.

    Also a function outside of any class that its decorator makes a method of something (`@app.task(bind=True)`).
    """
    function = definition.function
    if not function.parameters:
        return False
    first = function.parameters[0].name
    if definition.module.body.contexts[function.outer].kind == "class":
        return first in ("self", "cls", "mcs")
    return first == "self" and any(_binds(definition, decorator) for decorator in function.decorators)


def _binds(definition: Def, decorator: Expr) -> bool:
    """The decorator makes something of its own of the function: it is not one that hands the calls on as they are."""
    body = definition.module.body
    callee = body.calls[decorator.index].callee if isinstance(decorator, CallRef) else decorator
    return last_name(body, callee) not in _HANDING_ON


def arguments_by_parameter(call: Call, definition: Def, *, is_bound: bool | None = None) -> Mapping[str, Expr]:
    """Parameter → the expression given for it. What a star unpacks is left out (see `CallSite.is_open`).

    `is_bound`: whether the first parameter is given by the receiver; found out if None.
    """
    function = definition.function
    bound = receives_itself(definition) if is_bound is None else is_bound
    places = [p for p in function.parameters[1 if bound else 0 :] if p.kind in ("positional", "either")]
    named = {p.name for p in function.parameters if p.kind in ("either", "keyword")}
    found: dict[str, Expr] = {}
    position = 0
    for argument in call.arguments:
        if argument.name == "*":
            position = len(places)
        elif argument.name is None:
            if position < len(places):
                found[places[position].name] = argument.value
            position += 1
        elif argument.name in named:
            found[argument.name] = argument.value
    return found


def parameter(function: Function, name: str) -> Parameter | None:
    """The function's parameter of that name."""
    return next((p for p in function.parameters if p.name == name), None)


def receiver_of(site: CallSite) -> Expr | None:
    """The expression that a method is called on."""
    callee = site.call.callee
    return callee.base if isinstance(callee, Attribute) else None
