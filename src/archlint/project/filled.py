"""What a list, set or mapping that begins empty is filled with in its function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Expr, Mapping, Name, Subscript
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.syntax import Body
    from archlint.project.modules import Module

_ADDING = frozenset({"append", "add", "appendleft", "insert", "setdefault"})
_EXTENDING = frozenset({"extend", "update"})
_MAKING = frozenset({"list", "dict", "set", "deque", "OrderedDict", "Counter", "defaultdict"})


@dataclass(slots=True)
class Filled:
    """`items`: (expression, context) of what is added one by one; `whole`: of what is added with all its items; `places`:
    the contexts in which something is added."""

    module: Module
    context: int
    name: str
    items: list[tuple[Expr, int]] = field(default_factory=list)
    whole: list[tuple[Expr, int]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        body = self.module.body
        function = body.contexts[self.context].function
        for call in body.calls:
            callee = call.callee
            if not isinstance(callee, Attribute) or body.contexts[call.context].function != function:
                continue
            if callee.attr in _ADDING | _EXTENDING and _root(body, callee.base) == self.name:
                self.places.append(call.context)
                given = [(argument.value, call.context) for argument in call.arguments]
                if callee.attr in _EXTENDING:
                    self.whole += given
                else:
                    self.items += given
        for statement in body.statements:
            if body.contexts[statement.context].function != function or statement.value is None:
                continue
            if isinstance(statement.target, Subscript) and _root(body, statement.target) == self.name:
                self.places.append(statement.context)
                self.items.append((statement.value, statement.context))
            elif statement.kind == "augment" and isinstance(statement.target, Name) and statement.target.id == self.name:
                self.whole.append((statement.value, statement.context))


def is_empty(module: Module, expr: Expr) -> bool:
    """`[]`, `{}`, `set()`, `defaultdict(list)`: made to be filled."""
    if isinstance(expr, CallRef):
        name = last_name(module.body, expr)
        return name in _MAKING and (name == "defaultdict" or not module.body.calls[expr.index].arguments)
    return (isinstance(expr, Collection) and not expr.items) or (isinstance(expr, Mapping) and not expr.keys)


def _root(body: Body, expr: Expr) -> str:
    """The name with which `found[key].setdefault(…)` begins."""
    while not isinstance(expr, Name):
        if isinstance(expr, CallRef):
            expr = body.calls[expr.index].callee
        elif isinstance(expr, Subscript | Attribute):
            expr = expr.base
        else:
            return ""
    return expr.id
