"""The way back from the rows of an object's own list to that object, which the list has set on each of them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Name
from archlint.project.model import Type
from archlint.project.relations.stored_attributes import StoredAttributes

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.relations.relations import Led
    from archlint.project.source.modules import Module


class WaysBack:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._stored = StoredAttributes(project)

    def of(self, module: Module, expr: Attribute, context: int) -> str | None:
        """`order`, for `self.order.line_set`: the relation of a line that its manager sets. Where nobody knows whose attribute
        it is, the one class that has a manager of that name."""
        types = self._project.types.all(module, expr.base, context)
        if any(each.is_class for each in types):
            return None
        ancestors = {a.name for each in types for a in self._project.types.inference.members.ancestors(each)}
        managers = self._managers.get(expr.attr, {})
        found = [led for owner, led in managers.items() if owner in ancestors] if types else list(managers.values())
        return self._declared(found[0]) if len(found) == 1 else None

    @cached_property
    def _managers(self) -> dict[str, dict[str, Led]]:
        """Attribute → class that has it → the relation of another class that leads there."""
        found: dict[str, dict[str, Led]] = defaultdict(dict)
        for owner, ways in self._project.types.inference.members.relations.all().items():
            for name, led in ways.items():
                if not led.itself:
                    found[name][owner] = led
        return found

    def _declared(self, led: Led) -> str | None:
        """The name of the relation, where it leads to one object."""
        body, outline = led.module.body, led.module.outline
        for statement in body.statements:
            if isinstance(statement.target, Name) and isinstance(statement.value, CallRef) and statement.value == led.made:
                owner = outline.classes[body.contexts[statement.context].klass]
                stored = self._stored.of(Type(f"{led.module.name}.{owner.qualname}"), statement.target.id)
                return stored.name if stored is not None and not stored.is_many else None
        return None
