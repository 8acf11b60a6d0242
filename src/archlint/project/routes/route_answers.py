"""What a route's declaration and its handler say of it beside the path: names, tags, the statuses that it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Argument, Attribute, Collection, Conditional, Constant, Expr, Mapping, Name, String
from archlint.project.model import Def
from archlint.project.parts import leaves_of
from archlint.project.routes.route_records import Route
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_LABELS = frozenset({"tags", "name", "summary", "operation_id", "endpoint"})
_DESCRIPTION = "description"
_ALIVE = frozenset({"running", "working", "alive", "up", "online", "operational"})
_FAILURE = re.compile(r"(HTTP_5\d\d.*|.*SERVICE_UNAVAILABLE|.*INTERNAL_SERVER_ERROR|HTTPServiceUnavailable)")


def labels_of(route: Route) -> Iterator[str]:
    """The name of the handler, and what the declaring call gives as name, tags or summary."""
    if route.handler is not None:
        target = route.handler.target
        yield target.function.name if isinstance(target, Def) else target.klass.name
    for argument in _declared_with(route):
        if argument.name in _LABELS:
            yield from (leaf.value for leaf in leaves_of(argument.value) if isinstance(leaf, String))


def description_of(route: Route) -> str:
    """What the declaring call says of the route in a sentence; empty where it says none."""
    for argument in _declared_with(route):
        if argument.name == _DESCRIPTION and isinstance(argument.value, String):
            return argument.value.value
    return ""


def _declared_with(route: Route) -> Iterator[Argument]:
    """What the call that declares it is given."""
    at, end = route.site.at, route.site.end
    calls = (call for call in route.module.body.calls if call.at == at and call.end == end)
    yield from (argument for call in calls for argument in call.arguments)


def answers_failure(project: Project, definition: Def) -> bool:
    """Does a function hand a status in the five hundreds to what it calls, returns or sets?"""
    given = [argument.value for site in project.calls.of(definition) for argument in site.call.arguments]
    given += [site.call.callee for site in project.calls.of(definition)]
    returned = project.symbols.scopes(definition.module).returns.get(definition.index, [])
    own = definition.module.own_statements(definition.index)
    given += [s.value for s in returned if s.value is not None]
    given += [s.value for s in own if isinstance(s.target, Attribute) and s.value is not None]
    return any(map(_is_failure, given))


def answers_state(project: Project, definition: Def) -> bool:
    """Does a function give back nothing but a state in plain words: a mapping that it writes out with one among its values,
    or one text that ends in it (`shop is running`)?"""
    returned = [s.value for s in project.symbols.scopes(definition.module).returns.get(definition.index, [])]
    return bool(returned) and all(map(_is_state, returned))


def _is_state(expr: Expr | None) -> bool:
    if not isinstance(expr, Mapping):
        return _says_alive(expr)
    if len(expr.values) == 1 and _says_alive(expr.values[0]):
        return True
    return any(_is_text(key, "status") and isinstance(value, String) for key, value in zip(expr.keys, expr.values, strict=True))


def _says_alive(expr: Expr | None) -> bool:
    """Its last word does, whatever sign stands behind it."""
    return isinstance(expr, String) and words_of(expr.value)[-1:] != () and words_of(expr.value)[-1] in _ALIVE


def _is_text(expr: Expr | None, text: str) -> bool:
    return isinstance(expr, String) and expr.value.lower() == text


def _is_failure(expr: Expr) -> bool:
    match expr:
        case Constant():
            return isinstance(expr.value, int) and 500 <= expr.value <= 599
        case Attribute():
            return bool(_FAILURE.fullmatch(expr.attr))
        case Name():
            return bool(_FAILURE.fullmatch(expr.id))
        case Conditional():
            return _is_failure(expr.body) or _is_failure(expr.orelse)
        case Collection():
            return any(_is_failure(item) for item in expr.items)
        case _:
            return False
