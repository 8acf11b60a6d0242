"""What of a text comes out of an attribute: of a module, of a class, of an object and what its methods have given it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace as replaced
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, Body, CallRef, Expr, Name, Statement, String
from archlint.project.model import Def, Type
from archlint.project.names.reading_methods import ReadingMethods
from archlint.project.secrets.flows import Frame, Place
from archlint.project.types.entities import ModuleRef
from archlint.project.values.described_values import lets_through
from archlint.project.values.found_first import tested_for_nothing
from archlint.project.values.insertions import Inserted, Part, Reach, Spot
from archlint.project.values.path_numbers import PathNumbers

if TYPE_CHECKING:
    from archlint.project.names.scopes import Binding
    from archlint.project.source.modules import Module
    from archlint.project.values.inserted_values import Found, InsertedValues

_MOST_BINDINGS = 6
_FOR_SENDERS = 400
"""Expressions looked at for who sends what holds a field."""
_OF_MEMBERS = frozenset({"name", "value"})
_OF_FIELDS = frozenset({"__dict__", "model_fields_set", "__fields_set__", "model_fields", "__fields__", "__annotations__"})
"""Attributes that hold the names of an object's fields, as items or as keys."""
_OWN = frozenset({"self", "cls"})
_REFUSING = frozenset({"raise", "assert"})


class InsertedAttributes:
    def __init__(self, values: InsertedValues) -> None:
        self._values = values
        self._project = values.project
        self._numbers = PathNumbers(self._project)
        self._constructed = ReadingMethods(self._project)
        self._known: dict[tuple[str, int, int, Frame | None], Sequence[Inserted]] = {}

    def of(self, expr: Attribute, spot: Spot) -> Found:
        """What is in the attribute of a module, a class or an object."""
        place = spot.place
        if expr.attr in _OF_FIELDS and spot.taken[:1] == (Part.EACH,) and self.has_fields(expr.base, place):
            return
        described = isinstance(expr.base, Attribute) and expr.base.attr in self._values.words.schema_objects
        if described or expr.attr in self._values.words.schema_names or self._values.closed.is_checked(expr, place):
            return
        if self._values.closed.of_expression(expr, place) or self._is_member(expr, place) or self._is_declared(expr, place):
            return
        spot = self._values.vetted(expr, spot)
        if self._values.parameters.is_sent(expr, place):
            if expr.attr in self._values.words.path_parts and self._is_number_of_path(spot):
                return
            yield from self._values.leaf(expr, spot, Reach.SENT)
            return
        found = False
        sent = self._described(expr, spot)
        if sent:
            yield from sent
            return
        if spot.taken:
            yield from self._values.items.put_in(expr, spot)
        for base in self._project.types.inference.entities(place.module, expr.base, place.context):
            if isinstance(base, ModuleRef):
                for definition in self._project.symbols.member(base.module, base.name, expr.attr, base.near):
                    found = True
                    yield from self._values.defined(definition, expr, spot)
            elif isinstance(base, Type):
                held = list(self._held(base, expr, spot))
                found = found or bool(held)
                given = [each for part in held for each in part]
                yield from given
                if all(each.reach < Reach.SENT for each in given):
                    yield from self._filled_in(base, expr, spot)
        if not found:
            yield from self._values.parameters.of_object(expr, spot)

    def _is_number_of_path(self, spot: Spot) -> bool:
        """What is taken of the path's parts is a number by the routes that lead here."""
        module, taken = spot.place.module, spot.taken[:1]
        row = module.body.contexts[spot.place.context].function
        definition = Def(module, module.name, row)
        return row >= 0 and any(isinstance(key, str) and self._numbers.holds_part(definition, key) for key in taken)

    def _described(self, expr: Attribute, spot: Spot) -> list[Inserted]:
        """A field of what a request brings: what its class writes beside it describes it, and is not its value."""
        types, place = self._project.types, spot.place
        if spot.entry is None or spot.most < Reach.SENT:
            return []
        for owner in types.all(place.module, expr.base, place.context):
            if owner.is_class or owner.name not in self._project.symbols.classes or not self.declares_fields(owner):
                continue
            if self._is_tested(owner, expr.attr):
                return list(self._values.leaf(expr, spot.capped(), Reach.SENT))
            if self._values.parameters.is_body(expr, place):
                return list(self._values.leaf(expr, spot, Reach.SENT))
            sent = [self._handed_on(each, spot) for each in self._sent(expr, place)]
            return sent or (self._brought(expr, spot) if self._values.parameters.only_brings(owner) else [])
        return []

    def _brought(self, expr: Attribute, spot: Spot) -> list[Inserted]:
        """The object has come here on a way that is not seen; where nobody comes, it has not."""
        module = spot.place.module
        function = module.body.contexts[spot.place.context].function
        if function >= 0 and self._project.uncalled.is_left(Def(module, module.name, function)):
            return []
        found = self._values.leaf(expr, spot, Reach.SENT)
        return [replaced(each, confidence=min(each.confidence, Confidence.MEDIUM)) for each in found]

    def _filled_in(self, owner: Type, expr: Attribute, spot: Spot) -> list[Inserted]:
        """What was sent, and put into the attribute of a plain object: `job.name = body["name"]`, where it was made."""
        is_plain = owner.name in self._project.symbols.classes and not owner.is_class
        is_plain = is_plain and isinstance(expr.base, Name) and expr.base.id not in _OWN
        if not is_plain or spot.entry is None or spot.most < Reach.SENT:
            return []
        return [self._handed_on(each, spot) for each in self._sent(expr, spot.place)]

    def _sent(self, expr: Attribute, place: Place) -> Sequence[Inserted]:
        """Who sends what holds the field, asked once for each place."""
        key = (place.module.path, expr.at, expr.end, place.frame)
        known = self._known.get(key)
        if known is None:
            self._known[key] = ()  # recursion ends here
            entry = Spot(place, None).entering(expr)
            with self._values.afresh(_FOR_SENDERS), self._values.parameters.afresh():
                found = list(self._values.walk(expr.base, entry.taking(expr.attr)))
            known = self._known[key] = tuple(each for each in found if each.reach == Reach.SENT)[:1]
        return known

    def _handed_on(self, found: Inserted, spot: Spot) -> Inserted:
        entry = spot.entry if spot.entry is not None else found.entry
        return replaced(found, entry=entry, up=(*found.up, *spot.trail), confidence=min(found.confidence, spot.confidence))

    def is_closed_field(self, owners: Sequence[Type], name: str) -> bool:
        """A field of what a request brings whose type holds no text that could do harm."""
        find = self._project.types.inference.members.find
        told = [find(owner, name) or () for owner in owners if self.declares_fields(owner)]
        types = [entity for found in told for entity in found if isinstance(entity, Type)]
        return bool(told) and all(told) and self._values.closed.by_type(types)

    def has_fields(self, expr: Expr, place: Place) -> bool:
        """It is an object whose class declares its fields, so that their names are written there."""
        types = list(self._project.types.all(place.module, expr, place.context))
        return bool(types) and all(not t.is_class and self.declares_fields(t) for t in types)

    def declares_fields(self, owner: Type) -> bool:
        """A library makes its objects of what its body annotates."""
        infos = (
            info
            for ancestor in self._project.types.inference.members.ancestors(owner)
            for _, info in self._project.knowledge.infos(ancestor.name)
        )
        return any(info.serializing is not None and info.serializing.annotated for info in infos)

    def _is_declared(self, expr: Attribute, place: Place) -> bool:
        """A field of which its class annotates that it is one of a few, whatever it is given as a default, and whose library
        refuses all else."""
        for owner in self._project.types.all(place.module, expr.base, place.context):
            if owner.is_class or not self.declares_fields(owner):
                continue
            for ancestor in self._project.types.inference.members.ancestors(owner):
                klass = self._project.symbols.classes.get(ancestor.name)
                if klass is None:
                    continue
                body, context = klass.module.body, klass.klass.context
                bindings = self._project.symbols.scopes(klass.module).bindings(context, expr.attr)
                for row in [binding.index for binding in bindings if binding.kind == "statement"][-1:]:
                    return self._values.closed.by_annotation(klass.module, body.statements[row].annotation, context)
        return False

    def _is_tested(self, owner: Type, name: str) -> bool:
        """A field whose description holds a pattern, or that a method of the class refuses, which is told its name."""
        for ancestor in self._project.types.inference.members.ancestors(owner):
            klass = self._project.symbols.classes.get(ancestor.name)
            if klass is None:
                continue
            body, outline = klass.module.body, klass.module.outline
            for binding in self._project.symbols.scopes(klass.module).bindings(klass.klass.context, name)[-1:]:
                stated = body.statements[binding.index] if binding.kind == "statement" else None
                described = (stated.value, stated.annotation) if stated is not None else ()
                if any(lets_through(self._project, klass.module, expr, klass.klass.context) for expr in described):
                    return True
            for row, function in enumerate(outline.functions):
                if function.klass == klass.index and any(_names(body, d, name) for d in function.decorators):
                    own = klass.module.own_statements(row)
                    return any(s.kind in _REFUSING and not _asks_for_any(body, s) for s in own)
        return False

    def _is_member(self, expr: Attribute, place: Place) -> bool:
        """`Kind.ORDER`, and the name or value of one; a column of a model's class."""
        if expr.attr in _OF_MEMBERS and isinstance(expr.base, Attribute) and self._is_member(expr.base, place):
            return True
        types = self._project.types.all(place.module, expr.base, place.context)
        if any(t.is_class and self._project.types.role(t) == "db-model" for t in types):
            return not expr.attr.startswith("__")  # a column, which is no text of anybody's
        return bool(types) and all(self._values.closed.by_type([replace(t, is_class=False)]) for t in types)

    def _held(self, owner: Type, expr: Attribute, spot: Spot) -> Iterator[Found]:
        """What the nearest class that has the attribute gives it, in its body and by its methods."""
        members = self._project.types.inference.members
        getter = members.property_of(owner, expr.attr)
        if getter is not None:
            yield self._values.calls.returned(getter, None, spot)
            return
        for ancestor in members.ancestors(owner):
            klass = self._project.symbols.classes.get(ancestor.name)
            if klass is None:
                continue
            scopes = self._project.symbols.scopes(klass.module)
            on_self = [] if owner.is_class else scopes.self_attributes.get(klass.index, {}).get(expr.attr, [])
            bindings = (*scopes.bindings(klass.klass.context, expr.attr)[-1:], *on_self[:_MOST_BINDINGS])
            for binding in bindings:
                if binding.kind == "statement" and self._gives(klass.module, binding):
                    given = self._values.bound(klass.module, binding, expr, spot.moved(klass.module, binding.context))
                    yield self._read_later(given, spot.place) if binding in on_self else given
            if bindings:
                return

    def _read_later(self, given: Found, place: Place) -> Found:
        """What a request gives an object as it is made, and a method reads: a guess where the request runs other methods of
        it only, as far as calls are known."""
        for found in given:
            is_apart = found.reach == Reach.SENT and not self._constructed.reads(found.site, place)
            yield replaced(found, confidence=Confidence.LOW) if is_apart else found

    def _gives(self, module: Module, binding: Binding) -> bool:
        return module.body.statements[binding.index].value is not None


def _asks_for_any(body: Body, statement: Statement) -> bool:
    """`if not lines: raise …`: whether there is anything at all."""
    place = body.contexts[statement.context]
    return statement.kind == "raise" and place.kind == "if" and isinstance(tested_for_nothing(body, place.subject), Name)


def _names(body: Body, decorator: Expr, name: str) -> bool:
    """`@validator("name")`."""
    arguments = body.calls[decorator.index].arguments if isinstance(decorator, CallRef) else ()
    return any(isinstance(argument.value, String) and argument.value.value in (name, "*") for argument in arguments)
