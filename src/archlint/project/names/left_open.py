"""Attributes that a class uses and leaves to others: the classes that derive from it set them (`table = None` in a base
view), or stand beside it where it is mixed in (`cls.query` in a mixin of models)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.project.model import Type
from archlint.project.types.entities import Entity, FunctionRef, weakened

if TYPE_CHECKING:
    from archlint.project.types.inference import Inference

_MOST = 5
"""Different answers that are taken as alternatives: of more only what they have in common."""
_MOST_CLASSES = 80


class LeftOpen:
    """Class of the project → what it leaves open; at medium confidence, since a program may make other classes of it."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._beside: dict[str, tuple[tuple[Type, Type], ...]] = {}

    def of(self, receiver: Type, name: str, *, beside: bool = False) -> tuple[Entity, ...]:
        """What `receiver.name` is by the classes below; `beside`: only by those that none of them derive from the receiver's
        (behind `super()`)."""
        if name.startswith("__") or receiver.name not in self._inference.project.symbols.classes:
            return ()
        members = self._inference.members
        found: dict[Entity, None] = {}
        for ancestor, below in self._classes(receiver.name):
            if beside and members.class_of(ancestor) is not None and receiver.name in self._names(ancestor):
                continue
            own = members.own(ancestor, Type(below.name, (), receiver.is_class), name)
            for entity in own or ():
                if not self._inference.says_nothing(entity):
                    found[_weakened(entity)] = None
        if len(found) <= _MOST:
            return tuple(found)
        return self._common(tuple(found))

    def _classes(self, name: str) -> tuple[tuple[Type, Type], ...]:
        """(class, the first class below that has it) for all that classes below derive from and the class itself does not."""
        known = self._beside.get(name)
        if known is None:
            members = self._inference.members
            own = self._names(Type(name))
            found: dict[str, tuple[Type, Type]] = {}
            for below in members.subclasses.get(name, ())[:_MOST_CLASSES]:
                for ancestor in members.ancestors(Type(below)):
                    if ancestor.name not in own:
                        found.setdefault(ancestor.name, (ancestor, Type(below)))
            known = self._beside[name] = tuple(found.values())
        return known

    def _names(self, type_: Type) -> frozenset[str]:
        return frozenset(ancestor.name for ancestor in self._inference.members.ancestors(type_))

    def _common(self, found: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """The nearest class that all are, or derive from."""
        types = [e for e in found if isinstance(e, Type)]
        if len(types) != len(found) or len({t.is_class for t in types}) > 1:
            return ()
        shared = [self._names(t) for t in types[1:]]
        for ancestor in self._inference.members.ancestors(types[0]):
            if all(ancestor.name in names for names in shared):
                return (Type(ancestor.name, (), types[0].is_class, Confidence.MEDIUM),)
        return ()


def _weakened(entity: Entity) -> Entity:
    if isinstance(entity, Type):
        return weakened(entity, Confidence.MEDIUM)
    if isinstance(entity, FunctionRef) and entity.receiver is not None:
        return FunctionRef(entity.definition, weakened(entity.receiver, Confidence.MEDIUM))
    return entity
