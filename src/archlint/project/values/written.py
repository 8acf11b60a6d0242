"""Collections whose items are written in the code: constants, enumerations, small slices, ranges of constants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Await,
    Call,
    CallRef,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    Mapping,
    Name,
    Operation,
    Slice,
    Starred,
    String,
    Subscript,
)
from archlint.project.names.filled import is_empty, is_filled_by_hand
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.project.names.scopes import Binding
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

FEW = 20
"""A slice or range of so many items counts as written."""

_DEPTH = 8
_CONSTANT_NAME = re.compile(r"_*[A-Z][A-Z0-9_]+")
_MEMBERS = frozenset({"choices", "values", "labels", "names"})
"""What enumerations of choices list of themselves."""
_DECLARED = re.compile(r"__[a-z]\w*[a-z]__")
_SAME_ITEMS = frozenset({"enumerate", "sorted", "reversed", "list", "tuple", "set", "frozenset", "dict", "iter", "filter"})
_OF_MAPPINGS = frozenset({"items", "keys", "values"})
_ITEMS_OF_ALL = frozenset({"product", "chain", "map"})
_BOUNDS = frozenset({"limit", "max_results", "page_size", "per_page", "top_k"})
_REQUESTS = frozenset({"request", "req", "_request"})
_GROWING = frozenset({"append", "appendleft", "extend", "insert", "add", "update", "setdefault"})


class Written:
    """Whether the number of a collection's items is decided by the code, not by data."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._grown: dict[str, frozenset[tuple[int, str]]] = {}

    def is_written(self, module: Module, expr: Expr, context: int, depth: int = _DEPTH) -> bool:
        """Are all items of `expr` (or a small bound on their number) written in the code?"""
        if depth <= 0:
            return False
        match expr:
            case Collection():
                return all(
                    self.is_written(module, item.value, context, depth - 1) for item in expr.items if isinstance(item, Starred)
                )
            case Mapping():
                return all(key is not None for key in expr.keys)
            case String():
                return True
            case Comprehension():
                place = module.body.contexts[expr.context]
                return place.subject is not None and self.is_written(module, place.subject, place.parent, depth - 1)
            case Conditional():
                sides = (expr.body, expr.orelse)
                return all(self.is_written(module, side, context, depth - 1) for side in sides)
            case Operation(op="+" | "or" | "|"):
                return all(self.is_written(module, side, context, depth - 1) for side in expr.operands)
            case Subscript():
                return self._subscript(module, expr, context, depth)
            case Name():
                return bool(_CONSTANT_NAME.fullmatch(expr.id)) or self._name(module, expr, context, depth)
            case Attribute():
                is_member_list = expr.attr in _MEMBERS and self._is_class(module, expr.base, context)
                return is_member_list or _is_constant_path(expr) or self._is_class(module, expr, context)
            case Await():
                return self.is_written(module, expr.value, context, depth - 1)
            case CallRef():
                known = self._call(module, module.body.calls[expr.index], context, depth)
                return known or self._is_given_written(module, expr, depth)
            case _:
                return False

    def _is_class(self, module: Module, expr: Expr, context: int) -> bool:
        """Iterating over a class gives the members of an enumeration."""
        found = self._project.types.of(module, expr, context)
        return found is not None and found.is_class

    def _subscript(self, module: Module, expr: Subscript, context: int, depth: int) -> bool:
        if len(expr.index) == 1 and isinstance(expr.index[0], Slice):
            upper = expr.index[0].upper
            if isinstance(upper, Name) and _CONSTANT_NAME.fullmatch(upper.id):
                return True
            if isinstance(upper, Constant) and isinstance(upper.value, int) and 0 <= upper.value <= FEW:
                return True
        if len(expr.index) == 1 and isinstance(expr.index[0], String):
            entries = list(self._entries(module, expr.base, expr.index[0].value, context, depth - 1))
            if entries:
                return all(self.is_written(at, value, place, depth - 1) for at, value, place in entries)
        return self.is_written(module, expr.base, context, depth - 1)

    def _entries(self, module: Module, expr: Expr, key: str, context: int, depth: int) -> Iterator[tuple[Module, Expr, int]]:
        """What stands under a key of the displays that an expression is known to be, with the places of these."""
        if depth <= 0:
            return
        match expr:
            case Mapping():
                pairs = zip(expr.keys, expr.values, strict=True)
                yield from ((module, value, context) for at, value in pairs if isinstance(at, String) and at.value == key)
            case Await():
                yield from self._entries(module, expr.value, key, context, depth - 1)
            case Name():
                for source in self._project.values.sources.of(module, expr, context):
                    if source.expr is not None and not source.is_parameter and source.expr is not expr:
                        yield from self._entries(source.module, source.expr, key, source.context, depth - 1)
            case CallRef():
                for target in self._project.calls.in_module(module)[expr.index].targets:
                    made = target.definition
                    returns = self._project.symbols.scopes(made.module).returns.get(made.index, []) if made is not None else []
                    for s in returns:
                        if made is not None and s.value is not None:
                            yield from self._entries(made.module, s.value, key, s.context, depth - 1)
            case _:
                return

    def _name(self, module: Module, expr: Name, context: int, depth: int) -> bool:
        if self._is_class(module, expr, context):
            return True
        symbols = self._project.symbols
        scope, bindings = symbols.scopes(module).lookup(context, expr.id, expr.at)
        if bindings and scope > 0 and all(_begins_empty(module, binding) for binding in bindings):
            return is_filled_by_hand(module, context, expr.id)
        if not bindings or (scope, expr.id) in self._growing(module):
            return False
        return all(self._bound(module, binding, expr.id, depth) for binding in bindings)

    def _bound(self, module: Module, binding: Binding, name: str, depth: int) -> bool:
        if binding.kind == "import":
            definitions = self._project.symbols.imported(module, binding.index)
            return bool(definitions) and all(
                found.kind == "value"
                and found.module is not None
                and found.binding is not None
                and self._bound(found.module, found.binding, found.name.rpartition(".")[2], depth - 1)
                for found in definitions
            )
        if binding.kind != "statement" or binding.path:
            return False
        statement = module.body.statements[binding.index]
        if statement.kind not in ("assign", "annotate") or statement.value is None or is_empty(module, statement.value):
            return False
        if statement.context == 0 and (0, name) in self._growing(module):
            return False
        return self.is_written(module, statement.value, statement.context, depth - 1)

    def _is_capped(self, module: Module, call: Call, context: int) -> bool:
        """`….limit(5).all()`, `find(…, limit=FEW)`: a small constant bounds what comes back."""
        named = [argument.value for argument in call.arguments if argument.name in _BOUNDS]
        if last_name(module.body, call.callee) in _BOUNDS and call.arguments:
            named.append(call.arguments[0].value)
        for expr in named:
            value = self._project.values.constant(module, expr, context)
            if isinstance(value, int) and 0 <= value <= FEW:
                return True
        inner = call.callee.base if isinstance(call.callee, Attribute) else None
        return isinstance(inner, CallRef) and self._is_capped(module, module.body.calls[inner.index], context)

    def _call(self, module: Module, call: Call, context: int, depth: int) -> bool:
        name = last_name(module.body, call.callee)
        if self._is_capped(module, call, context):
            return True
        given = [argument.value for argument in call.arguments if argument.name is None]
        if name == "range":
            return bool(given) and all(self._is_number(module, argument, context) for argument in given)
        if name == "get" and isinstance(call.callee, Attribute) and isinstance(call.callee.base, Attribute):
            return _is_constant_path(call.callee.base)  # an entry of a mapping in the settings
        if name == "get" and isinstance(call.callee, Attribute) and isinstance(call.callee.base, Name):
            return self._is_table(module, call.callee.base, context)
        if name in _SAME_ITEMS and isinstance(call.callee, Name) and given:
            return self.is_written(module, given[-1 if name == "filter" else 0], context, depth - 1)
        if name in _OF_MAPPINGS and isinstance(call.callee, Attribute):
            base = call.callee.base  # a class may ask a database by methods of these names
            return not self._is_class(module, base, context) and self.is_written(module, base, context, depth - 1)
        if name == "zip":
            return any(self.is_written(module, argument, context, depth - 1) for argument in given)
        if name in _ITEMS_OF_ALL:
            rest = given[1:] if name == "map" else given
            return bool(rest) and all(self.is_written(module, argument, context, depth - 1) for argument in rest)
        return False

    def _is_given_written(self, module: Module, expr: CallRef, depth: int) -> bool:
        """A function of the project gives what is written in it, whichever way it ends."""
        made = [target.definition for target in self._project.calls.in_module(module)[expr.index].targets]
        if not made or depth <= 1 or any(definition is None or definition.function.is_generator for definition in made):
            return False
        for definition in made:
            assert definition is not None  # noqa: S101 - asked above
            returns = self._project.symbols.scopes(definition.module).returns.get(definition.index, [])
            values = [s for s in returns if s.value is not None and not is_empty(definition.module, s.value)]
            if not values or not all(
                self.is_written(definition.module, s.value, s.context, depth - 2) for s in values if s.value
            ):
                return False
        return True

    def _is_table(self, module: Module, expr: Name, context: int) -> bool:
        """The name is a mapping display all of whose values are written collections, and which nothing adds to; or made of
        a mapping in the settings."""
        if not self._name(module, expr, context, _DEPTH):
            return False
        sources = self._project.values.sources.of(module, expr, context)
        return bool(sources) and all(
            (
                isinstance(source.expr, Mapping)
                and all(self.is_written(source.module, value, source.context) for value in source.expr.values)
            )
            or (isinstance(source.expr, Comprehension) and _is_of_constant(source.module, source.expr))
            for source in sources
        )

    def _is_number(self, module: Module, expr: Expr, context: int) -> bool:
        value = self._project.values.constant(module, expr, context)
        return isinstance(value, int) or bool(_CONSTANT_NAME.fullmatch(last_name(module.body, expr)))

    def _growing(self, module: Module) -> frozenset[tuple[int, str]]:
        """(scope, name) of the collections that the file adds to after making them."""
        known = self._grown.get(module.path)
        if known is None:
            scopes = self._project.symbols.scopes(module)
            known = self._grown[module.path] = frozenset(
                (scopes.lookup(call.context, base, call.at)[0], base)
                for call in module.body.calls
                if (base := _grown_name(call)) is not None
            )
        return known


def _is_constant_path(expr: Attribute) -> bool:
    """`settings.ROLES`, and what such a constant holds: `settings.SSO.roles`; `self.__fields__`, which the class declares."""
    step: Expr = expr
    while isinstance(step, Attribute):
        if _CONSTANT_NAME.fullmatch(step.attr) or _DECLARED.fullmatch(step.attr):
            return not _is_request(step.base)
        step = step.base
    return False


def _is_request(expr: Expr) -> bool:
    """`request`, `self.request`: what it holds under a name in capitals (`POST`) was sent."""
    name = expr.id if isinstance(expr, Name) else expr.attr if isinstance(expr, Attribute) else ""
    return name in _REQUESTS


def _is_of_constant(module: Module, made: Comprehension) -> bool:
    """`{name.lower(): roles for name, roles in settings.ROLES.items()}`"""
    subject = module.body.contexts[made.context].subject
    if isinstance(subject, CallRef) and last_name(module.body, subject) in _OF_MAPPINGS:
        callee = module.body.calls[subject.index].callee
        subject = callee.base if isinstance(callee, Attribute) else None
    return isinstance(subject, Attribute) and _is_constant_path(subject)


def _grown_name(call: Call) -> str | None:
    callee = call.callee
    if type(callee) is Attribute and callee.attr == "update" and _is_display(call):
        return None  # more of what is written
    if type(callee) is Attribute and callee.attr in _GROWING and type(callee.base) is Name:
        return callee.base.id
    return None


def _is_display(call: Call) -> bool:
    """All that is given is mappings whose keys stand there."""
    values = [argument.value for argument in call.arguments if argument.name is None]
    return len(values) == len(call.arguments) == 1 and isinstance(values[0], Mapping) and None not in values[0].keys


def _begins_empty(module: Module, binding: Binding) -> bool:
    statement = module.body.statements[binding.index] if binding.kind == "statement" and not binding.path else None
    return (
        statement is not None
        and statement.kind in ("assign", "annotate")
        and bool(statement.value and is_empty(module, statement.value))
    )
