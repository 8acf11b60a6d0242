"""What a list, set or mapping that begins empty is filled with in its function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Expr, Mapping, Name, String, Subscript
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.syntax import Body
    from archlint.project.source.modules import Module

_ADDING = frozenset({"append", "add", "appendleft", "insert", "setdefault"})
_EXTENDING = frozenset({"extend", "update"})
_READING = frozenset({"len", "list", "tuple", "set", "sorted", "enumerate", "dict", "iter", "reversed", "bool", "str"})
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
        for call in self.module.own_calls(function):
            callee = call.callee
            if type(callee) is not Attribute:
                continue
            if callee.attr in _ADDING | _EXTENDING and _root(body, callee.base) == self.name:
                self.places.append(call.context)
                given = [(argument.value, call.context) for argument in call.arguments]
                if callee.attr in _EXTENDING:
                    self.whole += given
                else:
                    self.items += given
        for statement in self.module.own_statements(function):
            if statement.value is None:
                continue
            if type(statement.target) is Subscript and _root(body, statement.target) == self.name:
                self.places.append(statement.context)
                self.items.append((statement.value, statement.context))
            elif statement.kind == "augment" and isinstance(statement.target, Name) and statement.target.id == self.name:
                self.whole.append((statement.value, statement.context))


def is_filled_by_hand(module: Module, context: int, name: str) -> bool:
    """All that a list or mapping gets that begins empty is written in the function: `found["card"] = …`, or an `append` that
    stands in no loop; and nobody else gets it to fill."""
    body, filled = module.body, Filled(module, context, name)
    if filled.whole or not filled.places:
        return False
    keyed = [
        s.context
        for s in body.statements
        if type(s.target) is Subscript and type(s.target.base) is Name and s.target.base.id == name
        if all(isinstance(key, String) for key in s.target.index)
    ]
    if any(_is_repeated(body, place) for place in filled.places if place not in keyed):
        return False
    own = module.own_calls(body.contexts[context].function)
    given = [a.value for call in own if last_name(body, call.callee) not in _READING for a in call.arguments]
    return not any(isinstance(value, Name) and value.id == name for value in given)


def keyed_values(module: Module, context: int, name: str) -> Iterator[tuple[str, Expr, int]]:
    """(key, value, context) of what a mapping of the function is given under keys that are written out, in no loop:
    `answer["data"] = rows`."""
    body = module.body
    function = body.contexts[context].function
    for each in module.statements["assign"]:
        target = each.target
        if (
            isinstance(target, Subscript)
            and isinstance(target.base, Name)
            and target.base.id == name
            and isinstance(target.index[0], String)
            and each.value is not None
            and body.contexts[each.context].function == function
            and not _is_repeated(body, each.context)
        ):
            yield target.index[0].value, each.value, each.context


def _is_repeated(body: Body, context: int) -> bool:
    contexts = body.contexts
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        if contexts[context].kind in ("for", "while", "comprehension"):
            return True
        context = contexts[context].parent
    return False


def is_empty(module: Module, expr: Expr) -> bool:
    """`[]`, `{}`, `set()`, `defaultdict(list)`: made to be filled."""
    if type(expr) is CallRef:
        name = last_name(module.body, expr)
        return name in _MAKING and (name == "defaultdict" or not module.body.calls[expr.index].arguments)
    return (type(expr) is Collection and not expr.items) or (type(expr) is Mapping and not expr.keys)


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
