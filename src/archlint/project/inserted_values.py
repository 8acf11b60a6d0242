"""What is put into the text that a call takes, asked backwards from the call: through string building, names, attributes,
lists that grow, functions and modules, each value until it is told who decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from msgspec.structs import replace

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
from archlint.project.closed_values import ClosedValues
from archlint.project.entities import ModuleRef
from archlint.project.flows import Place
from archlint.project.inserted_calls import InsertedCalls
from archlint.project.inserted_items import InsertedItems, steps
from archlint.project.inserted_parameters import InsertedParameters
from archlint.project.insertions import Inserted, Part, Reach, Spot, TextWords, text_of
from archlint.project.model import Type
from archlint.project.scopes import Binding
from archlint.project.spelling import shorten, spell

if TYPE_CHECKING:
    from archlint.project.modules import Module
    from archlint.project.program import Project
    from archlint.project.symbols import Definition

_DEPTH = 40
_WORK = 3000
"""Expressions looked at for one call; what lies beyond is not told."""
_MOST_BINDINGS = 6
Found = Iterator[Inserted]


class InsertedValues:
    def __init__(self, project: Project, words: TextWords) -> None:
        self.project = project
        self.words = words
        self.closed = ClosedValues(project, words)
        self.calls = InsertedCalls(self)
        self.items = InsertedItems(self)
        self.parameters = InsertedParameters(self)
        self._work = 0
        self._open: set[tuple[object, ...]] = set()

    def into(self, module: Module, argument: Expr, context: int) -> list[Inserted]:
        """What is put into the text of an argument; nothing for one that holds only what is written in the code."""
        self._work = _WORK
        return list(dict.fromkeys(self.walk(argument, Spot(Place(module, context), None))))

    @contextmanager
    def afresh(self) -> Iterator[None]:
        """What is looked at inside counts for itself."""
        left, self._work = self._work, _WORK
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

    def all(self, exprs: Sequence[Expr], spot: Spot) -> Found:
        return chain.from_iterable(self.walk(expr, spot) for expr in exprs)

    def leaf(self, expr: Expr, spot: Spot, reach: Reach = Reach.UNPROVED, owner: str = "") -> Found:
        """The way ends here."""
        if spot.entry is None:
            return
        module = spot.place.module
        label = shorten(spell(module.body, expr))
        site = Site(module.path, expr.at, expr.end)
        yield Inserted(spot.entry, min(reach, spot.most), label, site, owner, spot.trail, spot.confidence)

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
            before = text_of(part)

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
            before = text_of(operand)

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
            for value in given:
                yield from self.walk(value, spot.entering(value))

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
            if not self.closed.implies(module, expr.test, spell(module.body, side), is_true):
                yield from self.walk(side, spot)

    # names

    def _name(self, expr: Name, spot: Spot) -> Found:
        if self.closed.is_checked(expr, spot.place):
            return iter(())
        held = self.named(expr, spot, expr.at)
        return chain(held, self.items.put_in(expr, spot)) if spot.taken else held

    def named(self, expr: Name, spot: Spot, offset: int) -> Found:
        """What a name holds where it is used at an offset."""
        place = spot.place
        symbols = self.project.symbols
        scope, bindings = symbols.scopes(place.module).lookup(place.context, expr.id, offset)
        if scope > 0 or (scope == 0 and place.module.body.contexts[place.context].function < 0):
            return chain.from_iterable(self._bound(place.module, b, expr, spot) for b in bindings[-_MOST_BINDINGS:])
        found = list(symbols.resolve_in(place.module, expr.id))
        if not found:
            return self.leaf(expr, spot)
        return chain.from_iterable(self._defined(definition, expr, spot) for definition in found[:_MOST_BINDINGS])

    def _defined(self, definition: Definition, expr: Expr, spot: Spot) -> Found:
        if definition.kind == "value" and definition.module is not None and definition.binding is not None:
            module = definition.module
            return self._bound(module, definition.binding, expr, spot.moved(module, definition.binding.context))
        return iter(()) if definition.kind in ("function", "class", "module") else self.leaf(expr, spot)

    def _bound(self, module: Module, binding: Binding, expr: Expr, spot: Spot) -> Found:
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
                return chain.from_iterable(self._defined(definition, expr, spot) for definition in found)
            case _:
                return iter(())

    def _stated(self, module: Module, binding: Binding, expr: Expr, spot: Spot) -> Found:
        statement = module.body.statements[binding.index]
        here = spot.moved(module, statement.context)
        match statement.kind:
            case "assign" | "annotate":
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
        if isinstance(target, Name):
            yield from self.named(target, spot, at)
        if value is None:
            return
        if operator == "%":
            given = value.items if isinstance(value, Collection) else (value,)
            for part in given:
                yield from self.walk(part, spot.entering(part))
        elif operator == "+":
            yield from self.walk(value, spot if spot.taken or isinstance(value, Collection) else spot.entering(value))

    # attributes

    def _attribute(self, expr: Attribute, spot: Spot) -> Found:
        place = spot.place
        described = isinstance(expr.base, Attribute) and expr.base.attr in self.words.schema_objects
        if described or expr.attr in self.words.schema_names or self.closed.is_checked(expr, place):
            return
        if self.closed.of_expression(expr, place) or self._is_member(expr, place):
            return
        if self.parameters.is_sent(expr, place):
            yield from self.leaf(expr, spot, Reach.SENT)
            return
        found = False
        if spot.taken:
            yield from self.items.put_in(expr, spot)
        for base in self.project.types.inference.entities(place.module, expr.base, place.context):
            if isinstance(base, ModuleRef):
                for definition in self.project.symbols.member(base.module, base.name, expr.attr, base.near):
                    found = True
                    yield from self._defined(definition, expr, spot)
            elif isinstance(base, Type):
                for part in self._held(base, expr, spot):
                    found = True
                    yield from part
        if not found:
            yield from self.parameters.of_object(expr, spot)

    def _is_member(self, expr: Attribute, place: Place) -> bool:
        """`Kind.ORDER`, and the name or value of one."""
        types = self.project.types.all(place.module, expr.base, place.context)
        return bool(types) and all(self.closed.by_type([replace(t, is_class=False)]) for t in types)

    def _held(self, owner: Type, expr: Attribute, spot: Spot) -> Iterator[Found]:
        """What the nearest class that has the attribute gives it, in its body and by its methods."""
        members = self.project.types.inference.members
        getter = members.property_of(owner, expr.attr)
        if getter is not None:
            yield self.calls.returned(getter, None, spot)
            return
        for ancestor in members.ancestors(owner):
            klass = self.project.symbols.classes.get(ancestor.name)
            if klass is None:
                continue
            scopes = self.project.symbols.scopes(klass.module)
            on_self = scopes.self_attributes.get(klass.index, {}).get(expr.attr, [])
            bindings = (*scopes.bindings(klass.klass.context, expr.attr)[-1:], *on_self[:_MOST_BINDINGS])
            for binding in bindings:
                if binding.kind == "statement" and self._gives(klass.module, binding):
                    yield self._bound(klass.module, binding, expr, spot.moved(klass.module, binding.context))
            if bindings:
                return

    def _gives(self, module: Module, binding: Binding) -> bool:
        return module.body.statements[binding.index].value is not None

    _readers: dict[type, Callable[..., Found]] = {  # noqa: RUF012 - a table, never changed
        Template: _template,
        Operation: _operation,
        Conditional: _conditional,
        Comprehension: lambda self, expr, spot: self.items.comprehension(expr, spot),
        Name: _name,
        Attribute: _attribute,
        Subscript: lambda self, expr, spot: self.items.subscript(expr, spot),
        CallRef: lambda self, expr, spot: self.calls.of(expr, spot),
        Collection: lambda self, expr, spot: self.items.collection(expr, spot),
        Mapping: lambda self, expr, spot: self.items.mapping(expr, spot),
        Await: lambda self, expr, spot: self.walk(expr.value, spot),
        Starred: lambda self, expr, spot: self.walk(expr.value, spot.taking(Part.EACH)),
        Walrus: lambda self, expr, spot: self.walk(expr.value, spot),
    }


_NO_VALUES = (String, Constant, Comparison, Lambda, Slice)
