"""Conditions that are gathered in a list before a query is asked with all of them: `where(*given)`, `and_(*given)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Argument, Attribute, CallRef, Collection, Name
from archlint.project.parts import parts_of

if TYPE_CHECKING:
    from archlint.facts.syntax import Body, Call, Expr
    from archlint.project.source.modules import Module

_ADDING = "append"
_SURE = frozenset({"with", "try"})
"""What stands in such a block is done whenever the function is."""


def conditions_given(module: Module, call: Call) -> Iterator[Argument]:
    """The arguments of a call, and in place of a list that the function writes itself the conditions that it holds in any
    case: not those that are added under an `if`."""
    body = module.body
    names = frozenset(_spread(body, call))
    written = frozenset(name for name in names if _is_written_here(module, call, name))
    for argument in call.arguments:
        if not (argument.name == "*" and _name(argument.value) in written):
            yield argument
    for name in sorted(written):
        yield from _held(module, call, name)


def _held(module: Module, call: Call, name: str) -> Iterator[Argument]:
    body, function = module.body, module.body.contexts[call.context].function
    for statement in module.own_statements(function):
        is_made = statement.at < call.at and isinstance(statement.target, Name) and statement.target.id == name
        if is_made and isinstance(statement.value, Collection) and _is_sure(body, statement.context):
            yield from (Argument(None, item) for item in statement.value.items)
    for added in module.own_calls(function):
        if added.at < call.at and _added_to(added) == name and _is_sure(body, added.context):
            yield from added.arguments


def _is_written_here(module: Module, call: Call, name: str) -> bool:
    """The function makes the list, adds to it one by one, and hands it to nobody who would add more."""
    function = module.body.contexts[call.context].function
    made = [s for s in module.own_statements(function) if isinstance(s.target, Name) and s.target.id == name]
    if not made or not all(isinstance(statement.value, Collection) for statement in made):
        return False
    for other in module.own_calls(function):
        callee = other.callee
        is_own = isinstance(callee, Attribute) and _name(callee.base) == name
        is_handed = any(argument.name is None and _name(argument.value) == name for argument in other.arguments)
        if is_handed or (is_own and _added_to(other) != name):
            return False
    return True


def _spread(body: Body, call: Call) -> Iterator[str]:
    """The names of the lists whose items the call is given, itself or by what joins them."""
    for argument in call.arguments:
        parts = parts_of(body, argument.value)
        inner = (given for part in parts if isinstance(part, CallRef) for given in body.calls[part.index].arguments)
        for given in (argument, *inner):
            if given.name == "*" and (name := _name(given.value)):
                yield name


def _added_to(call: Call) -> str:
    """`given` of `given.append(condition)`; empty for other calls."""
    callee = call.callee
    return _name(callee.base) if isinstance(callee, Attribute) and callee.attr == _ADDING else ""


def _name(value: Expr) -> str:
    return value.id if isinstance(value, Name) else ""


def _is_sure(body: Body, context: int) -> bool:
    contexts = body.contexts
    while contexts[context].kind in _SURE:
        context = contexts[context].parent
    return contexts[context].kind == "function"
