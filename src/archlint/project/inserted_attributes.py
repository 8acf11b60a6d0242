"""What of a text comes out of an attribute: of a module, of a class, of an object and what its methods have given it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.syntax import Attribute
from archlint.project.entities import ModuleRef
from archlint.project.flows import Place
from archlint.project.insertions import Reach, Spot
from archlint.project.model import Type

if TYPE_CHECKING:
    from archlint.project.inserted_values import Found, InsertedValues
    from archlint.project.modules import Module
    from archlint.project.scopes import Binding

_MOST_BINDINGS = 6


class InsertedAttributes:
    def __init__(self, values: InsertedValues) -> None:
        self._values = values
        self._project = values.project

    def of(self, expr: Attribute, spot: Spot) -> Found:
        """What is in the attribute of a module, a class or an object."""
        place = spot.place
        described = isinstance(expr.base, Attribute) and expr.base.attr in self._values.words.schema_objects
        if described or expr.attr in self._values.words.schema_names or self._values.closed.is_checked(expr, place):
            return
        if self._values.closed.of_expression(expr, place) or self._is_member(expr, place):
            return
        if self._values.parameters.is_sent(expr, place):
            yield from self._values.leaf(expr, spot, Reach.SENT)
            return
        found = False
        if spot.taken:
            yield from self._values.items.put_in(expr, spot)
        for base in self._project.types.inference.entities(place.module, expr.base, place.context):
            if isinstance(base, ModuleRef):
                for definition in self._project.symbols.member(base.module, base.name, expr.attr, base.near):
                    found = True
                    yield from self._values.defined(definition, expr, spot)
            elif isinstance(base, Type):
                for part in self._held(base, expr, spot):
                    found = True
                    yield from part
        if not found:
            yield from self._values.parameters.of_object(expr, spot)

    def _is_member(self, expr: Attribute, place: Place) -> bool:
        """`Kind.ORDER`, and the name or value of one; a column of a model's class."""
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
                    yield self._values.bound(klass.module, binding, expr, spot.moved(klass.module, binding.context))
            if bindings:
                return

    def _gives(self, module: Module, binding: Binding) -> bool:
        return module.body.statements[binding.index].value is not None
