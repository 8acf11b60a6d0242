"""Values of which the code says that they are one of a known few, or hold no character that could do harm: by their type,
by the test around them, or by a test before that turns others away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Await,
    Body,
    CallRef,
    Collection,
    Comparison,
    Comprehension,
    Constant,
    Expr,
    Mapping,
    Name,
    Operation,
    Statement,
    String,
    Subscript,
    Walrus,
)
from archlint.project.control.sequence import are_branches
from archlint.project.model import Def, Type
from archlint.project.parts import parts_of
from archlint.project.secrets.flows import Place
from archlint.project.spelling import last_name, spell
from archlint.project.values.checked_items import has_refused_items
from archlint.project.values.closed_places import asks_catalogue, asks_for_list, checks, names_of, places_around, written_in
from archlint.project.values.converted_first import LEAVES, is_converted
from archlint.project.values.own_things import is_own, mapping_asked, readings
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.values.insertions import TextWords

_ACCESS = frozenset(
    {"access", "permission", "permissions", "auth", "authorization", "login", "token", "rights", "role", "csrf"}
)
"""What these check is who asks, not what is asked."""
_VALID = frozenset({"valid", "allowed", "permitted", "safe", "whitelisted", "allowlisted"})
"""In the name of a function that is asked: it is true for good values only (`is_valid_name`)."""
_CASING = frozenset({"lower", "upper", "strip", "casefold"})
_PLACES = frozenset({"module", "class", "function"})
_CONTAINERS = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset"})


class ClosedValues:
    def __init__(self, project: Project, words: TextWords) -> None:
        self._project = project
        self._types = frozenset(words.closed_types)
        self._type_names = frozenset(name.rpartition(".")[2] for name in words.closed_types)
        self._checks = frozenset(words.checks)
        self._checking = frozenset(words.checking)
        self._leaving = frozenset(words.leaving)

    # types

    def by_type(self, types: Iterable[Type]) -> bool:
        """Every type that the value may have is closed, or holds only such."""
        known = list(types)
        return bool(known) and all(self._is_closed(t) for t in known)

    def _is_closed(self, type_: Type) -> bool:
        if type_.is_class:
            return False
        if type_.name in _CONTAINERS and type_.arguments:
            return all(self._is_closed(inner) for inner in type_.arguments)
        return self._project.types.is_a(type_, *self._types)

    def by_annotation(self, module: Module, annotation: Expr | None, context: int) -> bool:
        if annotation is None:
            return False
        types = self._project.types.inference.annotations.types(module, annotation, context)
        return self.by_type(t for t in types if isinstance(t, Type)) or self._is_literal(module, annotation, context)

    def _is_literal(self, module: Module, annotation: Expr, context: int) -> bool:
        """`Literal["ASC", "DESC"]`, also by an alias, or nothing."""
        match annotation:
            case Operation(op="|"):
                return all(self._is_literal(module, side, context) for side in annotation.operands)
            case Subscript():
                if last_name(module.body, annotation.base) in ("Optional", "list", "List", "Sequence", "set", "tuple"):
                    return all(self._is_literal(module, inner, context) for inner in annotation.index)
                return last_name(module.body, annotation.base) == "Literal"
            case Constant():
                return annotation.value is None or annotation.value == "..."
            case Name() | Attribute():
                sources = self._project.values.sources.of(module, annotation, context)
                shown = [s for s in sources if isinstance(s.expr, Subscript)]
                return bool(shown) and all(s.expr and self._is_literal(s.module, s.expr, s.context) for s in shown)
            case _:
                return False

    def of_expression(self, expr: Expr, at: Place) -> bool:
        return self.by_type(self._project.types.all(at.module, expr, at.context))

    # tests

    def is_checked(self, expr: Expr, at: Place) -> bool:
        """A test around the place lets only known values in, or one before it has turned the others away."""
        if not isinstance(expr, Name | Attribute | Subscript | CallRef):
            return False
        texts = readings(at.module.body, expr)
        place: Place | None = at
        while place is not None:
            if any(self._is_tested(expr, text, place) for text in texts):
                return True
            place = written_in(self._project, expr, place)
        return False

    def _is_tested(self, expr: Expr, text: str, at: Place) -> bool:
        return self._is_inside_test(at.module, text, at.context) or self._is_behind_refusal(expr, text, at)

    def is_vetted(self, expr: Expr, at: Place) -> bool:
        """A function that by its name checks such things has been given it before, in a statement of its own."""
        body = at.module.body
        text, around = spell(body, expr), set(places_around(at.module, at.context))
        for statement in at.module.own_statements(body.contexts[at.context].function):
            if statement.at >= expr.at:
                break
            if statement.end > expr.at:
                continue  # what is given it here is not vetted yet
            called = statement.value.value if type(statement.value) is Await else statement.value
            if statement.kind == "expression" and isinstance(called, CallRef) and statement.context in around:
                given = [argument.value for argument in body.calls[called.index].arguments]
                words = words_of(last_name(body, called))
                vets = checks(words, self._checking) and _ACCESS.isdisjoint(words)
                if vets and any(spell(body, part) == text for value in given for part in names_of(body, value)):
                    return True
        function = body.contexts[at.context].function
        return self._is_looked_up(at.module, expr, text, function) or has_refused_items(
            at.module, at.module.own_statements(function), text, expr.at
        )

    def _is_looked_up(self, module: Module, expr: Expr, text: str, function: int) -> bool:
        """The same function has asked the database's catalogue for it before: `… FROM information_schema.tables WHERE
        table_name = :name`."""
        body = module.body
        return any(
            spell(body, part) == text
            for call in module.own_calls(function)
            if call.end <= expr.at and asks_catalogue(body, call)
            for argument in call.arguments
            for part in parts_of(body, argument.value)
            if isinstance(part, Name | Attribute | Subscript)
        )

    def implies(self, module: Module, test: Expr | None, text: str, is_true: bool = True) -> bool:
        """Where the test is true (or false), what is spelled so is closed."""
        match test:
            case Walrus():
                return self.implies(module, test.value, text, is_true)
            case Operation(op="not"):
                return self.implies(module, test.operands[0], text, not is_true)
            case Operation(op="and" | "or"):
                told = [side for side in test.operands if not asks_for_list(module, side, test)]
                sides = [self.implies(module, side, text, is_true) for side in told]
                return any(sides) if (test.op == "and") == is_true else all(sides)
            case Comparison():
                return self._compares(module, test, text, is_true)
            case Name():
                return self.implies(module, self._held(module, test), text, is_true)
            case Subscript():
                return is_true and self._finds(module, test, text)
            case CallRef():
                if not is_true or self._is_of_type(module, test, text, is_true):
                    return self._is_of_type(module, test, text, is_true)
                return self._asks(module, test, text) or self._finds(module, test, text)
            case _:
                return False

    def _finds(self, module: Module, expr: Expr, text: str) -> bool:
        """It, or what the name holds, is something only for a key of a mapping that is the code's own, or that the function
        has put together: `kinds = {column.name: column.kind for column in columns}`."""
        looked_up = self._held(module, expr) if isinstance(expr, Name) else expr
        while (cased := _cased(module.body, looked_up)) is not None:
            looked_up = cased
        asked = mapping_asked(module.body, looked_up, lambda key: self._means(module, key, text))
        if asked is None or is_own(asked):
            return asked is not None
        made = self._held(module, asked) if isinstance(asked, Name) else None
        return isinstance(made, Mapping) or (isinstance(made, Comprehension) and made.value is not None)

    def _held(self, module: Module, test: Name) -> Expr | None:
        """The test that a name holds the answer of, where nothing else is given to it."""
        around = [f.context for f in module.outline.functions if f.at <= test.at < f.end]
        function = module.body.contexts[around[-1]].function if around else -1
        targets = ((s.target, s.value) for s in module.own_statements(function) if s.kind == "assign" and s.end <= test.at)
        given = [value for target, value in targets if type(target) is Name and target.id == test.id]
        return given[0] if len(given) == 1 and not isinstance(given[0], Name) else None

    def _compares(self, module: Module, test: Comparison, text: str, is_true: bool) -> bool:
        if len(test.ops) != 1:
            return False
        op, (left, right) = test.ops[0], test.operands
        if op in ("in", "not in"):
            return (op == "in") == is_true and not isinstance(right, String) and self._means(module, left, text)
        if op in ("==", "!="):
            sides = ((left, right), (right, left))
            return (op == "==") == is_true and any(self._is_same(module, one, other, text) for one, other in sides)
        return self._is_match(module, test, text, is_true)

    def _is_same(self, module: Module, one: Expr, other: Expr, text: str) -> bool:
        """`name == "id"`, `name == self.primary_key`, `self.kinds.get(name) == "text"`."""
        if isinstance(other, String | Constant):
            return self._means(module, one, text) or (bool(other.value) and self._finds(module, one, text))
        return is_own(other) and self._means(module, one, text)

    def _is_match(self, module: Module, test: Comparison, text: str, is_true: bool) -> bool:
        """`re.fullmatch(…, name) is None`, `self.kinds.get(name) is None`."""
        op, (asked, none) = test.ops[0], test.operands
        if op not in ("is", "is not") or not isinstance(none, Constant) or none.value is not None:
            return False
        told = self._asks(module, asked, text) or self._finds(module, asked, text)
        return told and (op == "is not") == is_true

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
        if name not in self._checks and _VALID.isdisjoint(words_of(name)) and not self._answers(module, test):
            return False
        asked += [call.callee.base] if isinstance(call.callee, Attribute) else []
        return any(self._means(module, part, text) for part in asked)

    def _answers(self, module: Module, test: CallRef) -> bool:
        """A function of the project that gives back whether the one thing it is given matches: `bool(PATTERN.search(name))`."""
        targets = [t.definition for t in self._project.calls.in_module(module)[test.index].targets]
        return bool(targets) and all(t is not None and self._tells_match(t) for t in targets)

    def _tells_match(self, definition: Def) -> bool:
        module, body = definition.module, definition.module.body
        names = [each.name for each in definition.function.parameters if each.name not in ("self", "cls")]
        told = [s.value for s in self._project.symbols.scopes(module).returns.get(definition.index, ())]
        found = False
        for value in told if len(names) == 1 else ():
            if isinstance(value, Constant) and value.value is False:
                continue
            inner = value
            while isinstance(inner, CallRef) and last_name(body, inner) == "bool" and body.calls[inner.index].arguments:
                inner = body.calls[inner.index].arguments[0].value
            is_asked = isinstance(inner, CallRef) and last_name(body, inner) in self._checks
            is_match = isinstance(inner, Comparison) and len(inner.ops) == 1 and self._is_match(module, inner, names[0], True)
            if not is_match and not (is_asked and inner is not None and self._asks(module, inner, names[0])):
                return False
            found = True
        return found

    def _means(self, module: Module, expr: Expr, text: str) -> bool:
        """It is spelled so, but for its case, blanks around it and its being made a string."""
        while (cased := _cased(module.body, expr)) is not None:
            expr = cased
        return text in readings(module.body, expr)

    def _is_inside_test(self, module: Module, text: str, context: int) -> bool:
        contexts = module.body.contexts
        while context >= 0 and contexts[context].kind not in _PLACES:
            place = contexts[context]
            if place.kind in ("if", "while", "else") and self.implies(module, place.subject, text, place.kind != "else"):
                return True
            if place.kind == "comprehension" and self._is_filtered(module, text, context):
                return True
            context = place.parent
        return False

    def _is_filtered(self, module: Module, text: str, context: int) -> bool:
        tests = module.own_statements(module.body.contexts[context].function)
        return any(s.kind == "test" and s.context == context and self.implies(module, s.value, text) for s in tests)

    def _is_behind_refusal(self, expr: Expr, text: str, at: Place) -> bool:
        module, body = at.module, at.module.body
        around = set(places_around(module, at.context))
        for statement in module.own_statements(body.contexts[at.context].function):
            if statement.at >= expr.at:
                break
            if statement.kind == "assert" and statement.context in around:
                if self.implies(module, statement.value, text):
                    return True
                continue
            if not self._turns_away(module, statement, text):
                continue
            for row in _left_by(module, statement):
                place = body.contexts[row]
                is_apart = place.kind == "if" and row not in around and self._comes_by(module, place.parent, text, around)
                if is_apart and self.implies(module, place.subject, text, False):
                    return True
        return is_converted(module, expr, text, around, self._leaving)

    def _comes_by(self, module: Module, context: int, text: str, around: set[int]) -> bool:
        """Whoever has not come by a place has been let through by the test beside it, or been given something written there."""
        while context >= 0 and context not in around:
            place = module.body.contexts[context]
            is_let = place.kind == "else" and self.implies(module, place.subject, text)
            if not is_let and not _is_written_beside(module, context, text):
                return False
            context = place.parent
        return context >= 0

    def _turns_away(self, module: Module, statement: Statement, text: str) -> bool:
        """The statement leaves the place, or puts something written in the value's place."""
        if statement.kind in LEAVES:
            return True
        if statement.kind == "assign" and statement.target is not None and spell(module.body, statement.target) == text:
            return isinstance(statement.value, String | Constant | Name | Attribute)
        return statement.kind == "expression" and last_name(module.body, statement.value) in self._leaving


def _cased(body: Body, expr: Expr | None) -> Expr | None:
    """`name` of `name.lower()`, `name.strip()` and `str(name)`."""
    if not isinstance(expr, CallRef):
        return None
    call = body.calls[expr.index]
    if isinstance(call.callee, Attribute) and call.callee.attr in _CASING:
        return call.callee.base
    return call.arguments[0].value if last_name(body, call.callee) == "str" and len(call.arguments) == 1 else None


def _left_by(module: Module, statement: Statement) -> Iterator[int]:
    """The place that the statement leaves, and those around it that every branch leaves."""
    contexts = module.body.contexts
    row = statement.context
    yield row
    leaving = {s.context for s in module.own_statements(contexts[row].function) if s.kind in LEAVES}
    while contexts[row].kind in ("if", "else"):
        beside = [other for other in leaving if other != row and contexts[other].parent == contexts[row].parent]
        if not any(are_branches(contexts[row], contexts[other]) for other in beside):
            return
        row = contexts[row].parent
        yield row


def _is_written_beside(module: Module, context: int, text: str) -> bool:
    """The other branch of the same test gives it a text or number that is written there."""
    contexts, place = module.body.contexts, module.body.contexts[context]
    if place.kind not in ("if", "else"):
        return False
    given = [s for s in module.own_statements(place.function) if s.kind == "assign" and isinstance(s.value, String | Constant)]
    given = [s for s in given if s.target is not None and spell(module.body, s.target) == text]
    beside = [contexts[s.context] for s in given if s.context != context]
    return any(are_branches(place, other) and other.parent == place.parent for other in beside)
