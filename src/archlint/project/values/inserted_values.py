"""What is put into the text that a call takes, asked backwards from the call: through string building, names, attributes,
lists that grow, functions and modules, each value until it is told who decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Collection,
    Comparison,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    Lambda,
    Mapping,
    Name,
    Operation,
    Slice,
    Starred,
    String,
    Subscript,
    Template,
    Walrus,
)
from archlint.project.names import overwritten
from archlint.project.names.scopes import Binding
from archlint.project.secrets.flows import Place
from archlint.project.spelling import shorten, spell
from archlint.project.values.closed_places import written_in
from archlint.project.values.closed_values import ClosedValues
from archlint.project.values.found_first import is_found_first, is_known_outside
from archlint.project.values.inserted_attributes import InsertedAttributes
from archlint.project.values.inserted_calls import InsertedCalls
from archlint.project.values.inserted_items import InsertedItems, steps
from archlint.project.values.inserted_parameters import InsertedParameters
from archlint.project.values.insertions import (
    Inserted,
    Part,
    Reach,
    Spot,
    TextWords,
    in_front,
    is_called_sql,
    is_number,
    text_of,
)
from archlint.project.values.operators_values import OperatorsValues
from archlint.project.values.outside_values import OutsideValues
from archlint.project.values.refused_elsewhere import RefusedElsewhere

if TYPE_CHECKING:
    from archlint.project.names.symbols import Definition
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 40
_WORK = 3000
"""Expressions looked at for one call; what lies beyond is not told."""
_MOST_BINDINGS = 6
"""Of a name or attribute; it is hardly given more values than these."""
Found = Iterator[Inserted]


class InsertedValues:
    def __init__(self, project: Project, words: TextWords) -> None:
        self.project = project
        self.words = words
        self.closed = ClosedValues(project, words)
        self.calls = InsertedCalls(self)
        self.items = InsertedItems(self)
        self.attributes = InsertedAttributes(self)
        self.parameters = InsertedParameters(self)
        self._outside = OutsideValues(project)
        self._operators = OperatorsValues(project)
        self._leaving, self._finding = frozenset(words.leaving), frozenset(words.finding)
        self.refused = RefusedElsewhere(project, self.closed, self._leaving)
        self._work = 0
        self._open: set[tuple[object, ...]] = set()
        self._gone: dict[tuple[object, ...], int] = {}

    def into(self, module: Module, argument: Expr, context: int) -> list[Inserted]:
        """What is put into the text of an argument; nothing for one that holds only what is written in the code."""
        self._begin()
        return list(dict.fromkeys(self.walk(argument, Spot(Place(module, context), None))))

    def whole(self, module: Module, argument: Expr, context: int) -> list[Inserted]:
        """The same of a text that is a part of a statement: where all of it is a value, that enters the statement."""
        self._begin()
        spot = Spot(Place(module, context), None)
        return list(dict.fromkeys(self.walk(argument, spot.entering(argument))))

    def _begin(self) -> None:
        self._work = _WORK
        self._gone.clear()

    @contextmanager
    def afresh(self, work: int = _WORK) -> Iterator[None]:
        """What is looked at inside counts for itself."""
        left, self._work = self._work, work
        try:
            yield
        finally:
            self._work = left

    def walk(self, expr: Expr | None, spot: Spot) -> Found:
        """What is in a text, or in the value that enters one."""
        self._work -= 1
        if expr is None or self._work < 0 or len(self._open) > _DEPTH:
            return iter(())
        entry = spot.entry.site if spot.entry is not None else None
        key = (spot.place.module.path, expr.at, expr.end, type(expr), spot.place.frame, entry, spot.taken)
        if key in self._open:
            return iter(())
        self._open.add(key)
        try:
            return iter(list(self._walk(expr, spot)))
        finally:
            self._open.discard(key)

    def is_new(self, text: tuple[object, ...], climbed: int) -> bool:
        """The callers that hand a text over are gone through once for this question, or again by a way that is shorter, which
        may come further: all that the others found would be found again, under other names for the same."""
        depth = len(self._open) + climbed
        if self._gone.get(text, depth + 1) <= depth:
            return False
        self._gone[text] = depth
        return True

    def all(self, exprs: Sequence[Expr], spot: Spot) -> Found:
        return chain.from_iterable(self.walk(expr, spot) for expr in exprs)

    def leaf(self, expr: Expr, spot: Spot, reach: Reach = Reach.UNPROVED, owner: str = "") -> Found:
        """The way ends here; what whoever runs the program decides is as good as written in it."""
        if spot.entry is None:
            return
        module = spot.place.module
        if reach == Reach.UNPROVED and spot.most >= Reach.READ and self._outside.holds(expr, spot.place):
            reach = Reach.READ
        if reach == Reach.UNPROVED and self._operators.gives(expr, spot.place):
            return
        if reach == Reach.READ and self._outside.is_no_text(expr, spot.place):
            return
        reach = Reach.UNPROVED if is_called_sql(expr, spot.taken, spot.entry.before) else reach
        label = shorten(spell(module.body, expr))
        site = Site(module.path, expr.at, expr.end)
        decided, is_sent = min(reach, spot.most), reach == Reach.SENT
        yield Inserted(spot.entry, decided, label, site, owner, spot.trail, spot.confidence, spot.is_read_again, is_sent)

    def _walk(self, expr: Expr, spot: Spot) -> Found:
        reader = self._readers.get(type(expr))
        if reader is not None:
            return reader(self, expr, spot)
        return iter(()) if isinstance(expr, _NO_VALUES) else self.leaf(expr, spot)

    # text building

    def _template(self, expr: Template, spot: Spot) -> Found:
        if expr.kind == "t":
            return  # its values are handed over apart from the text
        before = ""
        for part in expr.parts:
            if not isinstance(part, String):
                yield from self.walk(part, spot.entering(part, before))
            before += text_of(part)

    def _operation(self, expr: Operation, spot: Spot) -> Found:
        match expr.op:
            case "+":
                return self._added(expr, spot)
            case "%":
                return self._formatted(expr, spot)
            case "or":
                return self.all(expr.operands, spot)
            case "and":
                return self.walk(expr.operands[-1], spot)
            case "*":
                return self.all([o for o in expr.operands if isinstance(o, Collection)], spot)
            case _:
                return iter(())

    def _added(self, expr: Operation, spot: Spot) -> Found:
        if spot.taken or (spot.entry is not None and not any(self.is_text(o, spot.place) for o in expr.operands)):
            yield from self.all(expr.operands, spot)
            return
        before = ""
        for operand in expr.operands:
            yield from self.walk(operand, spot.entering(operand, before))
            before += text_of(operand)

    def _formatted(self, expr: Operation, spot: Spot) -> Found:
        pattern = expr.operands[0]
        if spot.entry is not None and not self.is_text(pattern, spot.place):
            return  # arithmetic
        yield from self.walk(pattern, spot)
        for operand in expr.operands[1:]:
            given: Sequence[Expr] = (operand,)
            if isinstance(operand, Collection) and operand.kind == "tuple":
                given = operand.items
            elif isinstance(operand, Mapping):
                given = operand.values
            keys = [text_of(key) for key in operand.keys] if isinstance(operand, Mapping) else []
            text = self.pattern(pattern, spot.place)
            for row, value in enumerate(given):
                if is_number(text, row, keys):
                    continue
                yield from self.walk(value, spot.entering(value, in_front(text, row, keys)))

    def pattern(self, expr: Expr, place: Place) -> str:
        """What is written of a text that values are put into, also where a name holds it."""
        held = self.project.values.constant(place.module, expr, place.context) if isinstance(expr, Name | Attribute) else None
        return held if isinstance(held, str) else text_of(expr)

    def is_text(self, expr: Expr, place: Place) -> bool:
        if isinstance(expr, String | Template):
            return True
        if isinstance(expr, Operation):
            return any(self.is_text(operand, place) for operand in expr.operands[:2])
        types = self.project.types.all(place.module, expr, place.context)
        return bool(types) and all(t.name in ("builtins.str", "builtins.bytes") and not t.is_class for t in types)

    def _conditional(self, expr: Conditional, spot: Spot) -> Found:
        module = spot.place.module
        for side, is_true in ((expr.body, True), (expr.orelse, False)):
            if not self.closed.is_told(module, expr.test, side, is_true):
                yield from self.walk(side, spot)

    # names

    def _name(self, expr: Name, spot: Spot) -> Found:
        of_items = spot.taken[:1] in ((), (Part.EACH,))
        if self.closed.is_checked(expr, spot.place) or (of_items and self.closed.items.of(expr, spot.place)):
            return iter(())
        spot = self.vetted(expr, spot)
        if spot.taken[:1] != () and not isinstance(spot.taken[0], str) and self.refused.has_items(expr, spot.place):
            spot = spot.capped()
        held = self.named(expr, spot, expr.at)
        return chain(held, self.items.put_in(expr, spot)) if spot.taken else held

    def vetted(self, expr: Name | Attribute, spot: Spot) -> Spot:
        """Nobody is said to decide what has been looked at before: `validate(name)`, or `find(name)` with an error where there
        is no such thing."""
        place: Place | None = spot.place if spot.most > Reach.UNPROVED else None
        while place is not None:
            if self._is_vetted(expr, place) or (spot.is_fixed() and self._is_found(expr, place)):
                return spot.capped()
            place = written_in(self.project, expr, place)
        return spot

    def _is_vetted(self, expr: Name | Attribute, place: Place) -> bool:
        is_looked_at = self.closed.is_vetted(expr, place) or is_known_outside(self.project, expr, place)
        return is_looked_at or self.refused.has(expr, place)

    def _is_found(self, expr: Name | Attribute, place: Place) -> bool:
        return is_found_first(expr, place, self._leaving, self._finding) or self.refused.is_stored(expr, place)

    def named(self, expr: Name, spot: Spot, offset: int) -> Found:
        """What a name holds where it is used at an offset."""
        place = spot.place
        symbols = self.project.symbols
        scope, bindings = symbols.scopes(place.module).lookup(place.context, expr.id, offset)
        if scope > 0 or (scope == 0 and place.module.body.contexts[place.context].function < 0):
            held = overwritten.left(place.module.body, bindings, place.context, offset)[-_MOST_BINDINGS:]
            return chain.from_iterable(self.bound(place.module, b, expr, spot) for b in held)
        found = list(symbols.resolve_in(place.module, expr.id))
        if not found:
            return self.leaf(expr, spot)
        return chain.from_iterable(self.defined(definition, expr, spot) for definition in found[:_MOST_BINDINGS])

    def defined(self, definition: Definition, expr: Expr, spot: Spot) -> Found:
        """What a definition of another module gives."""
        if definition.kind == "value" and definition.module is not None and definition.binding is not None:
            module = definition.module
            return self.bound(module, definition.binding, expr, spot.moved(module, definition.binding.context))
        return iter(()) if definition.kind in ("function", "class", "module") else self.leaf(expr, spot)

    def bound(self, module: Module, binding: Binding, expr: Expr, spot: Spot) -> Found:
        """What one binding of a name gives it."""
        match binding.kind:
            case "parameter":
                return self.parameters.of(module, binding, expr, spot)
            case "comprehension":
                place = module.body.contexts[binding.index]
                return self.items.each(place.subject, binding.path, spot.moved(module, place.parent), expr)
            case "statement":
                return self._stated(module, binding, expr, spot)
            case "import":
                found = self.project.symbols.imported(module, binding.index)
                return chain.from_iterable(self.defined(definition, expr, spot) for definition in found)
            case _:
                return iter(())

    def _stated(self, module: Module, binding: Binding, expr: Expr, spot: Spot) -> Found:
        statement = module.body.statements[binding.index]
        here = spot.moved(module, statement.context)
        match statement.kind:
            case "assign" | "annotate":
                if spot.place.module is module and self.closed.is_replaced(module, statement, expr.at):
                    return iter(())
                return self.walk(statement.value, here.taking(*steps(binding.path)))
            case "augment":
                return self._grown(statement.target, statement.value, statement.operator, statement.at, here)
            case "for":
                place = module.body.contexts[statement.context]
                return self.items.each(place.subject, binding.path, spot.moved(module, place.parent), expr)
            case _:
                return self.leaf(expr, spot)

    def _grown(self, target: Expr | None, value: Expr | None, operator: str, at: int, spot: Spot) -> Found:
        """`text += value`: behind what it was before."""
        self._work -= 1  # each `+=` adds to what all before it may have made
        if isinstance(target, Name) and self._work > 0:
            yield from self.named(target, spot, at)
        if value is None:
            return
        if operator == "%":
            given = value.items if isinstance(value, Collection) else (value,)
            for part in given:
                yield from self.walk(part, spot.entering(part))
        elif operator == "+":
            yield from self.walk(value, spot if spot.taken or isinstance(value, Collection) else spot.entering(value))

    _readers: dict[type, Callable[..., Found]] = {  # noqa: RUF012 - a table, never changed
        Template: _template,
        Operation: _operation,
        Conditional: _conditional,
        Comprehension: lambda self, expr, spot: self.items.comprehension(expr, spot),
        Name: _name,
        Attribute: lambda self, expr, spot: self.attributes.of(expr, spot),
        Subscript: lambda self, expr, spot: self.items.subscript(expr, spot),
        CallRef: lambda self, expr, spot: self.calls.of(expr, spot),
        Collection: lambda self, expr, spot: self.items.collection(expr, spot),
        Mapping: lambda self, expr, spot: self.items.mapping(expr, spot),
        Await: lambda self, expr, spot: self.walk(expr.value, spot),
        Starred: lambda self, expr, spot: self.walk(expr.value, spot.taking(Part.EACH)),
        Walrus: lambda self, expr, spot: self.walk(expr.value, spot),
    }


_NO_VALUES = (String, Constant, Comparison, Lambda, Slice)
