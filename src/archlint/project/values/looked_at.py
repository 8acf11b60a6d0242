"""Whether code looks at what it was handed before it uses it: at what it is, or only whether it is there."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Call,
    CallRef,
    Collection,
    Comparison,
    Constant,
    Expr,
    Mapping,
    Name,
    Operation,
    String,
    Subscript,
)
from archlint.project.model import Def, Type
from archlint.project.names.handed_values import HandedValues
from archlint.project.spelling import last_name
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.control.asking import Phrases
    from archlint.project.model import CallSite
    from archlint.project.program import Project

_DEPTH = 3
_MOST = 40
_THERE = frozenset({"all", "any", "bool", "set", "get", "keys", "hasattr"})
"""Calls in a test that ask no more than whether something is there."""
_ENUM = "enum.Enum"
_SUBSCRIPTS = frozenset({Subscript})
_OWN = frozenset({"self", "cls"})
_SAME = frozenset({"==", "!=", "is", "is not"})


class Look(IntEnum):
    """How closely: not at all, whether it is there, what it is."""

    NONE = 0
    THERE = 1
    CLOSE = 2


class LookedAt:
    """`validates`: words in the names of what looks closely; `spared`: of what does not, for all its name."""

    def __init__(self, project: Project, validates: Phrases, spared: Phrases) -> None:
        self._project = project
        self._validates = validates
        self._spared = spared

    def of(self, values: HandedValues, definition: Def, before: int, depth: int = _DEPTH) -> Look:
        """The closest look that the function and those which it hands the values to have at them, so many (`depth`) below it.
        `before`: where it has written them; what is made of the row for the answer (`str(order.id)`) is no look at what was
        sent."""
        waiting, seen, closest = [(values, definition, 0)], {definition}, Look.NONE
        while waiting and len(seen) < _MOST:
            current, where, level = waiting.pop(0)
            end = before if level == 0 else where.function.end
            closest = max(closest, self._tested(current, where, end), self._called(current, where, end))
            if closest is Look.CLOSE:
                return closest
            for site in self._project.calls.of(where) if level < depth else ():
                if site.call.at >= end:
                    continue
                for target in site.targets:
                    below = target.definition
                    if below is None or below in seen or not below.module.is_production:
                        continue
                    names = current.handed_to(site.call, below)
                    if names:
                        seen.add(below)
                        waiting.append((HandedValues(self._project, below, names), below, level + 1))
        return closest

    def _called(self, values: HandedValues, definition: Def, end: int) -> Look:
        """What says by its name that it looks is called with them: `check_order(body)`, `form.clean()`, `int(body["n"])`."""
        sites = [site for site in self._project.calls.of(definition) if site.call.at < end]
        if any(self._is_look(values, site) for site in sites) or self._names_one_of(values, definition, end):
            return Look.CLOSE
        return Look.NONE

    def _is_look(self, values: HandedValues, site: CallSite) -> bool:
        call, body = site.call, site.module.body
        name = last_name(body, call.callee)
        if self._makes_one_of(site):
            return any(values.holds(a.value) for a in call.arguments)
        if not self._validates.in_name(name) or self._spared.in_name(name):
            owner = last_name(body, call.callee.base) if isinstance(call.callee, Attribute) else ""
            if not owner or not self._validates.in_name(owner) or owner in _OWN:
                return False
        base = call.callee.base if isinstance(call.callee, Attribute) else None
        return any(values.holds(a.value) for a in call.arguments) or (base is not None and values.holds(base))

    def _makes_one_of(self, site: CallSite) -> bool:
        """`Status(body["status"])`, of an enumeration: what is none of its values is refused."""
        whole = CallRef(site.call.at, site.call.length, site.index)
        return self._is_enumeration(self._project.types.all(site.module, whole, site.call.context))

    def _names_one_of(self, values: HandedValues, definition: Def, end: int) -> bool:
        """`Status[body["status"].upper()]`: so is what is none of its names."""
        module, function = definition.module, definition.function
        return any(
            function.at <= expr.at < end
            and isinstance(expr, Subscript)
            and isinstance(expr.base, Name | Attribute)
            and any(values.holds(each) for each in expr.index)
            and self._is_enumeration(self._project.types.all(module, expr.base, context))
            for expr, context in walk_module(module, _SUBSCRIPTS)
        )

    def _is_enumeration(self, types: Iterable[Type]) -> bool:
        """One of the project's own."""
        return any(self._project.types.is_a(each, _ENUM) for each in types if each.name in self._project.symbols.classes)

    def _tested(self, values: HandedValues, definition: Def, end: int) -> Look:
        found = Look.NONE
        tested = [each for each in values.statements if each.kind in ("test", "assert") and each.at < end]
        tests = [each.value for each in tested if each.value is not None]
        for test in tests:
            if values.holds(test):
                found = max(found, self._test(values, definition, test))
        return found

    def _test(self, values: HandedValues, definition: Def, test: Expr) -> Look:
        """`not body`, `body.get("name") is None`, `"name" in body`, `body["a"] == body["b"]` ask whether something is there."""
        body = definition.module.body
        match test:
            case Operation(op="and" | "or" | "not"):
                return max(
                    (self._test(values, definition, each) for each in test.operands if values.holds(each)), default=Look.NONE
                )
            case Comparison():
                return self._compared(values, test)
            case CallRef():
                call = body.calls[test.index]
                name = last_name(body, call.callee)
                return Look.THERE if name in _THERE else self._asked(values, definition, test, call)
            case Name() | Attribute() | Subscript():
                return Look.THERE
            case _:
                return Look.CLOSE

    def _asked(self, values: HandedValues, definition: Def, test: CallRef, call: Call) -> Look:
        """A function says whether: of one that asks for a row or compares a secret nothing is known of what was sent."""
        name = last_name(definition.module.body, call.callee)
        if self._spared.in_name(name):
            return Look.NONE
        return Look.NONE if values.looks_up(test) else Look.CLOSE

    def _compared(self, values: HandedValues, test: Comparison) -> Look:
        first, second = test.operands[0], test.operands[-1]
        if test.ops[0] in ("in", "not in"):
            is_key = isinstance(first, String) or (isinstance(first, Name) and not values.holds(first))
            return Look.THERE if is_key and values.holds(second) else Look.CLOSE
        if test.ops[0] in _SAME:
            is_nothing = any(_is_nothing(side) for side in (first, second))
            return Look.THERE if is_nothing or (values.holds(first) and values.holds(second)) else Look.CLOSE
        return Look.CLOSE


def _is_nothing(expr: Expr) -> bool:
    if isinstance(expr, Constant):
        return expr.value is None or isinstance(expr.value, bool)
    if isinstance(expr, String):
        return not expr.value
    return (isinstance(expr, Collection) and not expr.items) or (isinstance(expr, Mapping) and not expr.keys)
