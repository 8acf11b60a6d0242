"""Where a function keeps the answer of a query, so that asking again costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from archlint.facts.syntax import (
    Attribute,
    Body,
    CallRef,
    Collection,
    Comparison,
    Constant,
    Expr,
    Name,
    Operation,
    Statement,
    Subscript,
)
from archlint.project.effects.effects import EffectPoint
from archlint.project.names.arguments import receives_itself
from archlint.project.parts import names_in
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name, spell

_FINDS_PACKAGE = "find_spec"
Kept = Literal["", "object", "program"]


def kept_by(point: EffectPoint) -> Kept:
    """`self._x = query()` is set only where it is not set yet; the same for a global name, and for what a registry has."""
    module = point.module
    if point.caller is None:
        return ""
    function, body, at = point.caller.function, module.body, point.site.at
    if any(_answers_from(module, row, at) for row, place in enumerate(body.contexts) if function.at <= place.at < at):
        return "program"
    if _brings_in(module, point.context):
        return "program"
    own = module.statements_between(function.at, function.end)
    if _fills_global(module, own, at):
        return "program"
    for statement in own:
        target = statement.target
        is_entry = type(target) is Subscript
        target = target.base if type(target) is Subscript else target  # `_known[key] = query()`
        if not (statement.at <= at < statement.end and isinstance(target, Attribute | Name)):
            continue
        if isinstance(target, Name) and not (_is_shared(module, target) if is_entry else _is_global(body, own, target)):
            continue
        name = spell(body, target)
        if any(s.at < statement.at and s.kind in ("test", "return") and name in spell(body, s.value) for s in own):
            return _keeper(point, target)
    return _filled_behind(point, own)


def _brings_in(module: Module, context: int) -> bool:
    """`if not find_spec(package): install(package)`: from then on it is there."""
    body = module.body
    while context >= 0 and body.contexts[context].kind not in ("function", "class", "module"):
        place = body.contexts[context]
        missing = _missing(place.subject) if place.kind == "if" else None
        if isinstance(missing, CallRef) and last_name(body, missing) == _FINDS_PACKAGE:
            return True
        context = place.parent
    return False


def _filled_behind(point: EffectPoint, own: Sequence[Statement]) -> Kept:
    """`if self._known is None:` around the place, in a branch that goes on to set it."""
    body, context = point.module.body, point.context
    while context >= 0 and body.contexts[context].kind not in ("function", "class", "module"):
        place = body.contexts[context]
        asked = _missing(place.subject) if place.kind == "if" else None
        behind = [s.target for s in own if s.kind == "assign" and s.at > point.site.at and s.end <= place.end]
        for target in behind if isinstance(asked, Attribute) else ():
            if isinstance(target, Attribute) and spell(body, target) == spell(body, asked):
                return _keeper(point, target)
        context = place.parent
    return ""


def _missing(test: Expr | None) -> Expr | None:
    """What is not there where the test holds: `self._known` of `not self._known`, `self._known is None`."""
    if isinstance(test, Operation) and test.op == "not":
        return test.operands[0]
    if isinstance(test, Comparison) and test.ops == ("is",) and isinstance(test.operands[1], Constant):
        return test.operands[0]
    return None


def _is_global(body: Body, own: Sequence[Statement], name: Name) -> bool:
    """The function says that it sets that name of the module."""
    return any(s.kind == "global" and name.id in names_in(body, s.target or s.value) for s in own)


def _is_shared(module: Module, name: Name) -> bool:
    """It is a name of the module: a value or a class."""
    body = module.body
    values = {found for s in body.statements if s.context == 0 for found in names_in(body, s.target)}
    return name.id in values | {klass.name for klass in module.outline.classes}


def _fills_global(module: Module, own: Sequence[Statement], at: int) -> bool:
    """`return _known` or `return _known, _client` before the place, where the function goes on to set that name of the module,
    be it before the place: `_client = connect(); _client.ping()`."""
    shared = {name for s in own if s.kind == "global" for name in names_in(module.body, s.target or s.value)}
    answers = [(s.at, part) for s in own if s.kind == "return" and s.at < at for part in _given_back(s.value)]
    answered = {part.id: when for when, part in answers if isinstance(part, Name)}
    filled = [s for s in own if s.kind in ("assign", "annotate") and type(s.target) is Name and s.target.id in shared]
    return any(isinstance(s.target, Name) and s.at > answered.get(s.target.id, s.at) for s in filled)


def _given_back(value: Expr | None) -> tuple[Expr, ...]:
    return value.items if isinstance(value, Collection) else (value,) if value is not None else ()


def _keeper(point: EffectPoint, target: Attribute | Name) -> Kept:
    """What a value is kept on: `self` for a time, a name of the module for good, a local object not at all."""
    base = target.base if isinstance(target, Attribute) else None
    if base is None:
        return "program"
    if not isinstance(base, Name) or point.caller is None:
        return ""
    parameters = point.caller.function.parameters
    if parameters and parameters[0].name == base.id and receives_itself(point.caller):
        return "object"
    return "program" if _is_shared(point.module, base) else ""


def _answers_from(module: Module, row: int, at: int) -> bool:
    """`if key in known: return known[key]` before the place; or `return True`, where it goes on to add to `known`."""
    body = module.body
    place, test = body.contexts[row], body.contexts[row].subject
    if place.kind != "if" or place.end > at or not (isinstance(test, Comparison) and test.ops == ("in",)):
        return False
    known = spell(body, test.operands[1])
    answers = [s for s in module.statements_between(place.at, place.end) if s.context == row and s.kind == "return"]
    if any(f"{known}{ask}" in spell(body, s.value) for s in answers for ask in ("[", ".get(")):
        return True
    own = module.own_statements(place.function)
    if not answers or any(spell(body, s.target) == known for s in own if s.kind in ("assign", "annotate")):
        return False
    added = [c for c in module.own_calls(place.function) if c.at > at]
    return any(spell(body, c.callee) == f"{known}.add" for c in added)
