"""What a test says of the values that it asks about: that they are one of a known few, or hold no character that could do
harm."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.syntax import (
    Attribute,
    Await,
    Body,
    Call,
    CallRef,
    Collection,
    Comparison,
    Comprehension,
    Constant,
    Expr,
    Mapping,
    Name,
    Operation,
    String,
    Subscript,
    Template,
    Walrus,
)
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.values.closed_places import asks_for_list, filters_of, places_around
from archlint.project.values.converted_first import is_converted
from archlint.project.values.insertions import text_of
from archlint.project.values.own_things import is_own, mapping_asked, readings
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_VALID = frozenset({"valid", "allowed", "permitted", "safe", "whitelisted", "allowlisted"})
"""In the name of a function that is asked: it is true for good values only (`is_valid_name`)."""
_SELECTS = re.compile(r"\bSELECT\b.+\bFROM\b", re.IGNORECASE | re.DOTALL)
_CASING = frozenset({"lower", "upper", "strip", "casefold"})
_ENUM = "enum.Enum"
_ANY = "any"
_FIRST_OR_ANY = frozenset({"next", "list", _ANY})
_HARMLESS = re.compile(r"[\w .:-]*")
"""What may be replaced in a text, or be put there, without any harm."""


class ToldByTests:
    """`closed_types`: last names of types whose values can do no harm; `checks`: names of functions that are true only for
    harmless text."""

    def __init__(self, project: Project, closed_types: frozenset[str], checks: Container[str]) -> None:
        self._project = project
        self._type_names = closed_types
        self._checks = checks
        self._known: dict[tuple[Def, str, bool, int | None], bool] = {}

    def implies(self, module: Module, test: Expr | None, text: str, is_true: bool = True) -> bool:
        """Where the test is true (or false), what is spelled so is closed."""
        match test:
            case Walrus() | Await():
                return self.implies(module, test.value, text, is_true)
            case Operation(op="not"):
                return self.implies(module, test.operands[0], text, not is_true)
            case Operation(op="and" | "or"):
                told = [side for side in test.operands if not asks_for_list(module, side, test)]
                sides = [self.implies(module, side, text, is_true) for side in told]
                return any(sides) if (test.op == "and") == is_true else all(sides)
            case Comparison():
                return self._compares(module, test, text, is_true)
            case Name() | Attribute() | Subscript() if self.means(module, test, text):
                return not is_true  # what is nothing does no harm
            case Name():
                held, row = self._given(module, test)
                if row is not None:
                    return isinstance(held, CallRef) and self._answers(module, held, text, is_true, row)
                return self.implies(module, held, text, is_true)
            case Comprehension():
                return is_true and self._picks(module, test, text)
            case Subscript():
                return is_true and self._finds(module, test, text)
            case CallRef():
                if self._is_of_type(module, test, text, is_true) or self._answers(module, test, text, is_true):
                    return True
                return is_true and self._is_there(module, test, text)
            case _:
                return False

    def _finds(self, module: Module, expr: Expr, text: str) -> bool:
        """It, or what the name holds, is something only for a key of a mapping that is the code's own, or that the function
        has put together: `kinds = {column.name: column.kind for column in columns}`."""
        looked_up = self.held(module, expr) if isinstance(expr, Name) else expr
        while (inner := cased(module.body, looked_up)) is not None:
            looked_up = inner
        asked = mapping_asked(module.body, looked_up, lambda key: self.means(module, key, text))
        if asked is None or is_own(asked):
            return asked is not None
        made = self.held(module, asked) if isinstance(asked, Name) else None
        return isinstance(made, Mapping) or (isinstance(made, Comprehension) and made.value is not None)

    def held(self, module: Module, test: Name) -> Expr | None:
        """The test that a name holds the answer of, where nothing else is given to it."""
        held, row = self._given(module, test)
        return held if row is None else None

    def _given(self, module: Module, test: Name) -> tuple[Expr | None, int | None]:
        """The one thing that a name is given, and None; of `good, error = look(name)` the call, and which part of what it gives
        the name has."""
        inner = next((f.context for _, f in module.functions_around(test.at)), None)
        function = module.body.contexts[inner].function if inner is not None else -1
        given: list[tuple[Expr | None, int | None]] = []
        for s in module.own_statements(function):
            if s.kind != "assign" or s.end > test.at:
                continue
            for row, target in enumerate(s.target.items) if isinstance(s.target, Collection) else ((None, s.target),):
                if type(target) is Name and target.id == test.id:
                    given.append((s.value.value if type(s.value) is Await else s.value, row))
        return given[0] if len(given) == 1 and not isinstance(given[0][0], Name) else (None, None)

    def _compares(self, module: Module, test: Comparison, text: str, is_true: bool) -> bool:
        if len(test.ops) != 1:
            return False
        op, (left, right) = test.ops[0], test.operands
        if op in ("in", "not in"):
            return (op == "in") == is_true and not isinstance(right, String) and self.means(module, left, text)
        if op in ("==", "!="):
            sides = ((left, right), (right, left))
            return (op == "==") == is_true and any(self._is_same(module, one, other, text) for one, other in sides)
        return self._is_match(module, test, text, is_true)

    def _is_same(self, module: Module, one: Expr, other: Expr, text: str) -> bool:
        """`name == "id"`, `name == self.primary_key`, `self.kinds.get(name) == "text"`."""
        if isinstance(other, String | Constant):
            return self.means(module, one, text) or (bool(other.value) and self._finds(module, one, text))
        return is_own(other) and self.means(module, one, text)

    def _is_match(self, module: Module, test: Comparison, text: str, is_true: bool) -> bool:
        """`re.fullmatch(…, name) is None`, `self.kinds.get(name) is None`."""
        op, (asked, none) = test.ops[0], test.operands
        if op not in ("is", "is not") or not isinstance(none, Constant) or none.value is not None:
            return False
        if self.means(module, asked, text):
            return (op == "is") == is_true
        return (op == "is not") == is_true and self._is_there(module, asked, text)

    def _is_there(self, module: Module, asked: Expr, text: str) -> bool:
        """What is asked is something for closed values only."""
        return self._asks(module, asked, text) or self._finds(module, asked, text) or self._picks(module, asked, text)

    def _picks(self, module: Module, expr: Expr, text: str) -> bool:
        """`next((table for table in tables if table.name == name), None)`, `any(table.name == name for table in tables)`, or
        what a name holds of such: there is something only for what a part of an item equals."""
        held = self.held(module, expr) if isinstance(expr, Name) else expr
        tests: list[Expr | None] = []
        name = last_name(module.body, held) if isinstance(held, CallRef) else ""
        if isinstance(held, CallRef) and name in _FIRST_OR_ANY:
            held = next((argument.value for argument in module.body.calls[held.index].arguments), None)
            tests = [held.element] if name == _ANY and isinstance(held, Comprehension) else []
        if not isinstance(held, Comprehension):
            return False
        tests += filters_of(module, held.context)
        target = module.body.contexts[held.context].target
        return any(self._equals_part(module, test, text, target) for test in tests)

    def _equals_part(self, module: Module, test: Expr | None, text: str, target: Expr | None) -> bool:
        """`table.name == name`, of a `target` that is called `table`."""
        if isinstance(test, Operation) and test.op == "and":
            return any(self._equals_part(module, side, text, target) for side in test.operands)
        if not isinstance(test, Comparison) or test.ops != ("==",):
            return False
        (left, right), own = test.operands, set(names_in(module.body, target))
        sides = ((left, right), (right, left))
        return any(self.means(module, a, text) and not own.isdisjoint(names_in(module.body, b)) for a, b in sides)

    def _is_of_type(self, module: Module, test: CallRef, text: str, is_true: bool) -> bool:
        """`isinstance(value, int)`; where it is no string, it was not sent as one."""
        given = [argument.value for argument in module.body.calls[test.index].arguments]
        if last_name(module.body, test) != "isinstance" or len(given) < 2 or spell(module.body, given[0]) != text:
            return False
        listed = given[1].items if isinstance(given[1], Collection) else (given[1],)
        names = {last_name(module.body, item) for item in listed}
        return names <= self._type_names if is_true else "str" in names

    def _asks(self, module: Module, test: Expr, text: str) -> bool:
        """`name.isidentifier()`, `re.fullmatch(pattern, name)`, `all(part.isalnum() for part in parts)`."""
        if not isinstance(test, CallRef):
            return False
        name, call = last_name(module.body, test), module.body.calls[test.index]
        asked = [argument.value for argument in call.arguments]
        if name == "all" and asked and isinstance(asked[0], Comprehension):
            each = module.body.contexts[asked[0].context]
            item = spell(module.body, each.target)
            return spell(module.body, each.subject) == text and self.implies(module, asked[0].element, item)
        if name == "hasattr" and len(asked) == 2:
            return self.means(module, asked[1], text)
        if name == "bool" and len(asked) == 1:
            return self.implies(module, asked[0], text)
        if name not in self._checks and (_VALID.isdisjoint(words_of(name)) or self._is_asked_as_text(module, test, text)):
            return False
        asked += [call.callee.base] if isinstance(call.callee, Attribute) else []
        return any(self.means(module, part, text) for part in asked)

    def _is_asked_as_text(self, module: Module, test: CallRef, text: str) -> bool:
        """The function that tells puts what it is handed into a statement itself, so that it answers what the value wants."""
        site = self._project.calls.in_module(module)[test.index]
        for definition in (target.definition for target in site.targets if target.definition is not None):
            given = arguments_by_parameter(site.call, definition)
            names = {name for name, value in given.items() if self.means(module, value, text)}
            own = definition.module.own_statements(definition.index)
            for part in (part for s in own for part in parts_of(definition.module.body, s.value)):
                is_asked = isinstance(part, Template) and _SELECTS.search(text_of(part)) is not None
                if is_asked and not names.isdisjoint(names_in(definition.module.body, part)):
                    return True
        return False

    def _answers(self, module: Module, test: CallRef, text: str, is_true: bool, row: int | None = None) -> bool:
        """A function of the project that tells by what it gives back, or a part of it, whether what it is handed is closed."""
        site = self._project.calls.in_module(module)[test.index]
        if not any(self.means(module, argument.value, text) for argument in site.call.arguments):
            return False
        told = [target.definition for target in site.targets]
        return bool(told) and all(d is not None and self._tells(d, site, text, is_true, row) for d in told)

    def _tells(self, definition: Def, site: CallSite, text: str, is_true: bool, row: int | None) -> bool:
        given = arguments_by_parameter(site.call, definition)
        return any(
            self._gives_for_closed(definition, name, is_true, row)
            for name, value in given.items()
            if self.means(site.module, value, text)
        )

    def _gives_for_closed(self, definition: Def, name: str, is_true: bool, row: int | None) -> bool:
        """Whatever it gives that is true (or false) it gives for closed values of a parameter only."""
        key = (definition, name, is_true, row)
        if key not in self._known:
            self._known[key] = False  # recursion ends here
            module, told = definition.module, list[bool]()
            for given in self._project.symbols.scopes(module).returns.get(definition.index, ()):
                value = given.value if row is None else _part(given.value, row)
                if value is not None and not isinstance(value, Constant | String):
                    told.append(self.implies(module, value, name, is_true))
                elif (value is not None and bool(value.value)) == is_true:
                    told.append(self._comes_with_closed(definition, name, given.context, given.at))
            if not is_true and _comes_to_its_end(definition):
                told.append(self._comes_with_closed(definition, name, definition.function.context, definition.function.end))
            self._known[key] = bool(told) and all(told)
        return self._known[key]

    def _comes_with_closed(self, definition: Def, name: str, context: int, at: int) -> bool:
        """The place stands under a test that only closed values pass, or behind one that turns others away: `if name not in
        KINDS: return False`, or the error's text; or behind what raises for others: `UUID(name)`."""
        module, contexts, function = definition.module, definition.module.body.contexts, definition.function
        place, around = contexts[context], set(places_around(module, context))
        if place.kind in ("if", "else") and self.implies(module, place.subject, name, place.kind == "if"):
            return True
        if is_converted(module, at, name, around, frozenset(), partial(self.gives_member, module)):
            return True
        own = (s for s in module.own_statements(definition.index) if s.kind in ("return", "raise") and s.end <= at)
        left = (contexts[s.context] for s in own if s.context != context and contexts[s.context].parent == function.context)
        return any(each.kind == "if" and self.implies(module, each.subject, name, False) for each in left)

    def gives_member(self, module: Module, call: Call) -> bool:
        """`Kind(name)`: a member of an enumeration, or an error."""
        types = list(self._project.types.all(module, call.callee, call.context))
        return bool(types) and all(t.is_class and self._project.types.is_a(replace(t, is_class=False), _ENUM) for t in types)

    def means(self, module: Module, expr: Expr, text: str) -> bool:
        """It is spelled so, but for its case, blanks around it and its being made a string."""
        asked: Expr | None = expr
        while asked is not None:
            if text in readings(module.body, asked):
                return True
            held = self.held(module, asked) if isinstance(asked, Name) else None
            asked = cased(module.body, asked if held is None else held)
        return False


def cased(body: Body, expr: Expr | None) -> Expr | None:
    """`name` of `name.lower()`, `name.strip()`, `str(name)` and `name.replace("_", "")`."""
    if not isinstance(expr, CallRef):
        return None
    call = body.calls[expr.index]
    if isinstance(call.callee, Attribute) and call.callee.attr in _CASING:
        return call.callee.base
    if isinstance(call.callee, Attribute) and call.callee.attr == "replace" and _are_harmless(call):
        return call.callee.base
    return call.arguments[0].value if last_name(body, call.callee) == "str" and len(call.arguments) == 1 else None


def _are_harmless(call: Call) -> bool:
    """What is replaced, and what it is replaced by, ends no literal and no name."""
    given = [argument.value for argument in call.arguments]
    return all(isinstance(each, String) and _HARMLESS.fullmatch(each.value) is not None for each in given)


def _comes_to_its_end(definition: Def) -> bool:
    """It gives nothing where no branch has left it."""
    own = definition.module.own_statements(definition.index)
    return not any(s.kind in ("return", "raise") and s.context == definition.function.context for s in own)


def _part(value: Expr | None, row: int) -> Expr | None:
    """`False` of `return False, "no such kind"`; of what is no pair the whole."""
    return value.items[row] if isinstance(value, Collection) and row < len(value.items) else value
