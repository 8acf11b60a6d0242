"""Through which methods a serializer saves: those of the views, and of the other serializers, that name it in their class; and
the functions that make one."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Name
from archlint.project.model import Def, Type
from archlint.project.parts import parts_of
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.facts.syntax import Call
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_THROUGH = {
    "create": ("create", "perform_create", "post"),
    "update": ("update", "partial_update", "perform_update", "put", "patch"),
}
"""A serializer's method → the methods whose run leads to it, the surest first."""


class SavedThrough:
    def __init__(self, project: Project) -> None:
        self._project = project

    def methods(self, definition: Def) -> list[tuple[Def, ...]]:
        """For each class that names the method's class, its methods (own or inherited, the project's) that lead to it; empty
        for a class where the framework's own ways do."""
        names = _THROUGH.get(definition.function.name)
        if names is None or definition.function.klass < 0:
            return []
        own = definition.owner
        return [self._of(klass, names) for klass in sorted(self._naming.get(own.rpartition(".")[2], ())) if klass != own]

    def made(self, definition: Def) -> list[tuple[Module, Call]]:
        """Where functions make an object of the method's class, which they save then: `OrderSerializer(data=data)`."""
        if definition.function.name not in _THROUGH or definition.function.klass < 0:
            return []
        found = self._project.calls.written(definition.owner.rpartition(".")[2])
        return [
            (module, call)
            for module, call in found
            if module.is_production and module.body.contexts[call.context].function >= 0
        ]

    def _of(self, klass: str, names: tuple[str, ...]) -> tuple[Def, ...]:
        members = self._project.types.inference.members
        found = (entity for name in names for entity in members.find(Type(klass), name) or ())
        return tuple(entity.definition for entity in found if isinstance(entity, FunctionRef))

    @cached_property
    def _naming(self) -> dict[str, set[str]]:
        """The last name of a class → the classes in whose bodies, outside of methods, it is written."""
        found: dict[str, set[str]] = defaultdict(set)
        classes = {last.rpartition(".")[2] for last in self._project.symbols.classes}
        for module in self._project.modules.production:
            contexts = module.body.contexts
            for statement in (*module.statements["assign"], *module.statements["annotate"]):
                place = contexts[statement.context]
                if place.kind != "class":
                    continue
                owner = f"{module.name}.{module.outline.classes[place.klass].qualname}"
                for part in parts_of(module.body, statement.value):
                    name = part.id if isinstance(part, Name) else part.attr if isinstance(part, Attribute) else ""
                    if name in classes:
                        found[name].add(owner)
        return dict(found)
