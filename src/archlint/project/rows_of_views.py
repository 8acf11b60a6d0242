"""What a view of a library is about: one of the rows that its class names (`queryset`, `model`, `get_queryset`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.project.entities import Entity, distinct, instance
from archlint.project.model import Type

if TYPE_CHECKING:
    from archlint.project.inference import Inference

_MEANING = "rows"


class RowsOfViews:
    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._known: dict[str, tuple[Entity, ...]] = {}

    def of(self, view: Type) -> tuple[Entity, ...]:
        """Empty where the class does not say what it is about."""
        known = self._known.get(view.name)
        if known is None:
            self._known[view.name] = ()  # `get_queryset` that asks `get_object`: a circle
            known = self._known[view.name] = self._find(view)
        return known

    def _find(self, view: Type) -> tuple[Entity, ...]:
        members, knowledge = self._inference.members, self._inference.project.knowledge
        meant = {
            name: None
            for ancestor in members.ancestors(view)
            for _, info in knowledge.infos(ancestor.name)
            for name, meaning in info.subclass_attribute.items()
            if meaning == _MEANING
        }
        for name in sorted(meant):  # `get_queryset` decides over `queryset`
            found = [row for held in self._inference.attribute(view, name) or () for row in self._rows(held)]
            if found:
                return distinct(found)
        return ()

    def _rows(self, held: Entity) -> list[Entity]:
        if isinstance(held, Type):
            return [instance(held)] if held.is_class else list(self._inference.items(held))
        return [row for given in self._inference.called(held) for row in self._inference.items(given)]
