"""Collections of which a test says that every item is one of a known few: `set(names) <= COLUMNS`, `any(name not in COLUMNS
for name in names)`, a loop that refuses the others."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Comparison, Comprehension, Expr, Name, Operation, Statement
from archlint.project.spelling import last_name, spell
from archlint.project.values.closed_places import filters_of, places_around

if TYPE_CHECKING:
    from archlint.project.secrets.flows import Place
    from archlint.project.source.modules import Module
    from archlint.project.values.told_by_tests import ToldByTests

_REFUSES = frozenset({"raise", "return"})
_SAME_ITEMS = frozenset({"set", "list", "tuple", "sorted", "frozenset", "keys", "copy"})
_OVER = {"all": True, "any": False}
"""What the answer has to be for it to be true of every item."""


class ClosedItems:
    """`leaving`: names of calls that end a function."""

    def __init__(self, told: ToldByTests, leaving: Container[str]) -> None:
        self._told = told
        self._leaving = leaving

    def of(self, expr: Expr, at: Place) -> bool:
        """A test around the place, or one before that turns others away, is about every item of the collection."""
        module, contexts, text = at.module, at.module.body.contexts, spell(at.module.body, expr)
        around = set(places_around(module, at.context))
        if any(self._is_tested(module, row, text) for row in around):
            return True
        return any(
            self._refuses(module, statement, text, around)
            for statement in module.own_statements(contexts[at.context].function)
            if statement.at < expr.at
        )

    def _is_tested(self, module: Module, row: int, text: str) -> bool:
        place = module.body.contexts[row]
        return place.kind in ("if", "else") and self._implies(module, place.subject, text, place.kind == "if")

    def _refuses(self, module: Module, statement: Statement, text: str, around: set[int]) -> bool:
        body, contexts = module.body, module.body.contexts
        if statement.kind == "assert":
            return statement.context in around and self._implies(module, statement.value, text, True)
        is_left = statement.kind == "expression" and last_name(body, statement.value) in self._leaving
        place, row = contexts[statement.context], statement.context
        if not (statement.kind in _REFUSES or is_left) or place.kind != "if" or row in around:
            return False
        if place.parent in around:
            return self._implies(module, place.subject, text, False)
        loop = contexts[place.parent]
        is_over = loop.kind == "for" and loop.parent in around and self._has_items(module, loop.subject, text)
        return is_over and isinstance(loop.target, Name) and self._told.implies(module, place.subject, loop.target.id, False)

    def _implies(self, module: Module, test: Expr | None, text: str, is_true: bool) -> bool:
        """Where the test is true (or false), every item of what is spelled so is closed."""
        match test:
            case Operation(op="not"):
                return self._implies(module, test.operands[0], text, not is_true)
            case Operation(op="and" | "or"):
                sides = [self._implies(module, side, text, is_true) for side in test.operands]
                return any(sides) if (test.op == "and") == is_true else all(sides)
            case Operation(op="-"):  # what is left of it without the known ones
                return not is_true and self._is_set_of(module, test.operands[0], text)
            case Comparison(ops=("<=",) | ("<",)):
                return is_true and self._is_set_of(module, test.operands[0], text)
            case Comparison(ops=(">=",) | (">",)):
                return is_true and self._is_set_of(module, test.operands[1], text)
            case Name() if spell(module.body, test) == text:
                return not is_true
            case Name():
                return self._implies(module, self._told.held(module, test), text, is_true)
            case Comprehension():
                return not is_true and self._is_over(module, test, text) and self._leaves_closed(module, test)
            case CallRef():
                return self._asks(module, test, text, is_true)
            case _:
                return False

    def _asks(self, module: Module, test: CallRef, text: str, is_true: bool) -> bool:
        call, name = module.body.calls[test.index], last_name(module.body, test)
        given = call.arguments[0].value if len(call.arguments) == 1 else None
        base = call.callee.base if isinstance(call.callee, Attribute) else None
        if _OVER.get(name) is is_true and isinstance(given, Comprehension) and self._is_over(module, given, text):
            target = module.body.contexts[given.context].target
            return isinstance(target, Name) and self._told.implies(module, given.element, target.id, is_true)
        if name == "issubset":
            return is_true and self._has_items(module, base, text)
        if name == "issuperset":
            return is_true and self._has_items(module, given, text)
        return name == "difference" and not is_true and self._has_items(module, base, text)

    def _is_over(self, module: Module, each: Comprehension, text: str) -> bool:
        return self._has_items(module, module.body.contexts[each.context].subject, text)

    def _leaves_closed(self, module: Module, each: Comprehension) -> bool:
        """`[name for name in names if name not in COLUMNS]` is empty where all are known."""
        target = module.body.contexts[each.context].target
        return isinstance(target, Name) and any(
            self._told.implies(module, test, target.id, False) for test in filters_of(module, each.context)
        )

    def _is_set_of(self, module: Module, expr: Expr, text: str) -> bool:
        """`set(names)`; a name alone may be a number."""
        return isinstance(expr, CallRef) and self._has_items(module, expr, text)

    def _has_items(self, module: Module, expr: Expr | None, text: str) -> bool:
        """It is spelled so, or holds the same items: `set(names)`, `names.keys()`."""
        while isinstance(expr, CallRef) and spell(module.body, expr) != text:
            call = module.body.calls[expr.index]
            if last_name(module.body, call.callee) not in _SAME_ITEMS:
                return False
            is_method = isinstance(call.callee, Attribute) and not call.arguments
            given = call.arguments[0].value if len(call.arguments) == 1 else None
            expr = call.callee.base if is_method and isinstance(call.callee, Attribute) else given
        return expr is not None and spell(module.body, expr) == text
