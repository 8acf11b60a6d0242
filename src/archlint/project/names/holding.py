"""What values hold: the items of an iteration, what `with` binds, what an index picks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Constant, Expr, Slice
from archlint.project.model import Type
from archlint.project.types.entities import UNKNOWN, Entity, FunctionRef, distinct

if TYPE_CHECKING:
    from archlint.project.types.inference import Inference


class Holding:
    """The protocols of the language, for classes of the project and library types alike."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def items(self, entity: Entity) -> tuple[Entity, ...]:
        """What iterating over the entity gives."""
        if type(entity) is FunctionRef:
            return self._inference.returns.yielded(entity)
        if not isinstance(entity, Type) or entity.is_class:
            return ()
        if entity.name == "builtins.tuple":
            return distinct([a for a in entity.arguments if a != UNKNOWN])
        for name in ("__iter__", "__aiter__"):
            found = self._own_method(entity, name)
            if found is not None:
                results = self._inference.returns.of(found)
                return distinct([i for r in results if r != entity for i in self.items(r)])
        for ancestor in self._inference.members.ancestors(entity):
            given = self._inference.library.item(ancestor, entity)
            if given:
                return given
        return ()

    def entered(self, entity: Entity) -> tuple[Entity, ...]:
        """What `with entity as x` binds."""
        if not isinstance(entity, Type) or entity.is_class:
            return ()
        for name in ("__enter__", "__aenter__"):
            found = self._own_method(entity, name)
            if found is not None:
                return self._inference.returns.of(found) or (entity,)
        for ancestor in self._inference.members.ancestors(entity):
            given = self._inference.library.context(ancestor, entity)
            if given:
                return given
        return () if self._inference.project.knowledge.type(entity.name) else (entity,)

    def _own_method(self, entity: Type, name: str) -> FunctionRef | None:
        if entity.name not in self._inference.project.symbols.classes:
            return None
        found = self._inference.members.find(entity, name) or ()
        return next((e for e in found if isinstance(e, FunctionRef)), None)

    def indexed(self, base: Type, index: Expr | None) -> tuple[Entity, ...]:
        """What `base[index]` gives."""
        if type(index) is Slice:
            return (base,)
        if base.name == "builtins.tuple" and isinstance(index, Constant) and isinstance(index.value, int):
            row = index.value
            arguments = base.arguments
            return (arguments[row],) if -len(arguments) <= row < len(arguments) and arguments[row] != UNKNOWN else ()
        method = self._own_method(base, "__getitem__")
        if method is not None:
            return self._inference.returns.of(method)
        for ancestor in self._inference.members.ancestors(base):
            known = self._inference.library.attribute(ancestor, "__getitem__", base)
            if known:
                return distinct([r for e in known for r in self._inference.called(e)])
        return self.items(base)
