"""What a class of a library's is about: one of the rows that it names (`queryset`, `model`, `get_queryset`, `Meta.model`), or
the serializer or the form of a view (`serializer_class`, `form_class`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef
from archlint.project.model import Def, Type
from archlint.project.spelling import last_name
from archlint.project.types.entities import Entity, FunctionRef, distinct, instance

if TYPE_CHECKING:
    from archlint.project.types.inference import Inference

_ROWS, _SERIALIZER, _FORM = "rows", "serializer", "form"


class RowsOfViews:
    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._known: dict[tuple[str, str], tuple[Entity, ...]] = {}

    def of(self, view: Type) -> tuple[Entity, ...]:
        """A row; empty where the class does not say what it is about."""
        return self._told(view, _ROWS)

    def serializer(self, view: Type) -> tuple[Entity, ...]:
        """One of the class that the view names to read and show them with."""
        return self._told(view, _SERIALIZER)

    def form(self, view: Type) -> tuple[Entity, ...]:
        """One of the class that the view names to check and keep what is sent."""
        return self._told(view, _FORM)

    def _told(self, view: Type, meaning: str) -> tuple[Entity, ...]:
        known = self._known.get((view.name, meaning))
        if known is None:
            self._known[view.name, meaning] = ()  # `get_queryset` that asks `get_object`: a circle
            known = self._known[view.name, meaning] = self._find(view, meaning)
        return known

    def _find(self, view: Type, wanted: str) -> tuple[Entity, ...]:
        members, knowledge = self._inference.members, self._inference.project.knowledge
        meant = {
            name: None
            for ancestor in members.ancestors(view)
            for _, info in knowledge.infos(ancestor.name)
            for name, meaning in info.subclass_attribute.items()
            if meaning == wanted
        }
        if wanted == _ROWS and any(_asks_above(held) for name in meant for held in self._attribute(view, name)):
            found = [row for name in sorted(meant) for held in self._kept(view, name) for row in self._rows(held, wanted)]
            if found:
                return distinct(found)
        for name in sorted(meant):  # `get_queryset` decides over `queryset`
            found = [row for held in self._attribute(view, name) for row in self._rows(held, wanted)]
            if found:
                return distinct(found)
        return ()

    def _kept(self, view: Type, name: str) -> Iterator[Entity]:
        """What an attribute holds that is no method."""
        return (held for held in self._attribute(view, name) if isinstance(held, Type))

    def _attribute(self, owner: Entity, name: str) -> Iterator[Entity]:
        """`model`, and `model` of `Meta`."""
        first, _, rest = name.partition(".")
        for held in (self._inference.attribute(owner, first) or ()) if isinstance(owner, Type) else ():
            if rest:
                yield from self._attribute(held, rest)
            else:
                yield held

    def _rows(self, held: Entity, wanted: str) -> list[Entity]:
        if isinstance(held, Type):
            return [instance(held)] if held.is_class else list(self._inference.items(held))
        given = self._inference.called(held)
        if wanted != _ROWS:
            return [instance(each) for each in given if isinstance(each, Type) and each.is_class]
        return [row for each in given for row in self._inference.items(each)]


def _asks_above(held: Entity) -> bool:
    return isinstance(held, FunctionRef) and asks_above(held.definition)


def asks_above(definition: Def) -> bool:
    """`get_queryset` that asks `super().get_queryset()`: it narrows what the attribute is, and to follow it is a circle."""
    body, function = definition.module.body, definition.function
    return any(
        isinstance(call.callee, Attribute)
        and call.callee.attr == function.name
        and function.at <= call.at < function.end
        and isinstance(call.callee.base, CallRef)
        and last_name(body, body.calls[call.callee.base.index].callee) == "super"
        for call in body.calls
    )
