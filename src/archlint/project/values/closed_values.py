"""Values of which the code says that they are one of a known few, or hold no character that could do harm: by their type,
by the test around them, or by a test before that turns others away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from functools import partial
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Constant,
    Expr,
    Name,
    Operation,
    Statement,
    String,
    Subscript,
)
from archlint.project.control.sequence import are_branches
from archlint.project.model import Type
from archlint.project.parts import parts_of
from archlint.project.secrets.flows import Place
from archlint.project.spelling import last_name, spell
from archlint.project.values.checked_items import has_refused_items
from archlint.project.values.closed_items import ClosedItems
from archlint.project.values.closed_places import (
    ACCESS,
    asks_catalogue,
    checks,
    filters_of,
    names_of,
    places_around,
    written_in,
)
from archlint.project.values.converted_first import LEAVES, is_converted, is_passed
from archlint.project.values.own_things import readings
from archlint.project.values.told_by_tests import ToldByTests, cased
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.values.insertions import TextWords

_PLACES = frozenset({"module", "class", "function"})
_CONTAINERS = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset"})


class ClosedValues:
    def __init__(self, project: Project, words: TextWords) -> None:
        self._project = project
        self._types = frozenset(words.closed_types)
        type_names = frozenset(name.rpartition(".")[2] for name in words.closed_types)
        self._told = ToldByTests(project, type_names, frozenset(words.checks))
        self.implies = self._told.implies
        self.items = ClosedItems(self._told, frozenset(words.leaving))
        self._checking = frozenset(words.checking)
        self._leaving = frozenset(words.leaving)
        self._known: dict[tuple[str, int, int, str], bool] = {}  # by module, place and offset: ways meet at the same ones

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
        key = (at.module.path, at.context, expr.at, text)
        if key not in self._known:
            self._known[key] = self._is_inside_test(at.module, text, at.context) or self._is_behind_refusal(expr, text, at)
        return self._known[key]

    def is_replaced(self, module: Module, given: Statement, offset: int) -> bool:
        """What an assignment gives does not come as far as the offset: a test behind it, in the same place, lets only known
        values by, and the others are turned away or something written is put in their place."""
        if not isinstance(given.target, Name):
            return False
        text, contexts = given.target.id, module.body.contexts
        for statement in module.own_statements(contexts[given.context].function):
            place = contexts[statement.context]
            is_behind = given.end <= statement.at < offset and place.kind in ("if", "else") and place.parent == given.context
            is_apart = is_behind and self._turns_away(module, statement, text)
            if is_apart and self.implies(module, place.subject, text, place.kind == "else"):
                return True
        return False

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
            if statement.kind == "expression" and isinstance(called, CallRef):
                words = words_of(last_name(body, called))
                if not checks(words, self._checking) or not ACCESS.isdisjoint(words):
                    continue
                given = [argument.value for argument in body.calls[called.index].arguments]
                is_given = any(spell(body, part) == text for value in given for part in names_of(body, value))
                if is_given and is_passed(body, statement.context, text, around, self._leaving):
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

    def is_told(self, module: Module, test: Expr, expr: Expr, is_true: bool) -> bool:
        """Where the test is true (or false) the expression is closed, or what it has in another case."""
        asked: Expr | None = expr
        while asked is not None:
            if self.implies(module, test, spell(module.body, asked), is_true):
                return True
            asked = cased(module.body, asked)
        return False

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
        return any(self.implies(module, test, text) for test in filters_of(module, context))

    def _is_behind_refusal(self, expr: Expr, text: str, at: Place) -> bool:
        module, body = at.module, at.module.body
        around = set(places_around(module, at.context))
        own = module.own_statements(body.contexts[at.context].function)
        leaving = {statement.context for statement in own if statement.kind in LEAVES}
        for statement in own:
            if statement.at >= expr.at:
                break
            if statement.kind == "assert" and statement.context in around:
                if self.implies(module, statement.value, text):
                    return True
                continue
            if not self._turns_away(module, statement, text):
                continue
            for row in _left_by(module, statement, leaving):
                place = body.contexts[row]
                is_apart = place.kind in ("if", "else") and row not in around
                is_left = is_apart and self.implies(module, place.subject, text, place.kind == "else")
                if is_left and self._comes_by(module, place.parent, text, around):
                    return True
        picks = partial(self._told.gives_member, module)
        return is_converted(module, expr.at, text, around, self._leaving, picks)

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


def _left_by(module: Module, statement: Statement, leaving: Set[int]) -> Iterator[int]:
    """The place that the statement leaves, and those around it that every branch leaves. `leaving`: the places of its function
    in which a statement leaves."""
    contexts = module.body.contexts
    row = statement.context
    yield row
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
