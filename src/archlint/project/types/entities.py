"""What an expression may stand for: a module, a library name, a function, a bound library method, a class, an instance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Confidence
from archlint.facts.knowledge import Operation
from archlint.project.model import Def, Type

if TYPE_CHECKING:
    from archlint.project.source.modules import Module


class ModuleRef(Struct, frozen=True, eq=False, gc=False):
    """A module or namespace package of the project; `near` is a module that may import it by `name`, which alone tells
    two apart."""

    name: str
    module: Module | None
    near: Module

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModuleRef) and self.name == other.name

    def __hash__(self) -> int:
        return hash((ModuleRef, self.name))


class External(Struct, frozen=True, gc=False):
    """A name of a library that is no type known to the knowledge: a function, a package, an unknown class."""

    name: str


class FunctionRef(Struct, frozen=True, gc=False):
    """A function of the project; `receiver` is what it is bound to (an instance, or a class with `is_class`)."""

    definition: Def
    receiver: Type | None = None


class Bound(Struct, frozen=True, eq=False, gc=False):
    """A method of a library type. `owner` is the type that declares it."""

    receiver: Type
    owner: str
    name: str
    operation: Operation

    def __eq__(self, other: object) -> bool:
        """The operation follows from the rest."""
        return isinstance(other, Bound) and (self.name, self.owner, self.receiver) == (other.name, other.owner, other.receiver)

    def __hash__(self) -> int:
        return hash((self.receiver, self.owner, self.name))


Entity = ModuleRef | External | FunctionRef | Bound | Type

UNKNOWN = Type("?")
"""Stands for a type argument that is not known."""

SUPER = "builtins.super"
"""The type of `super()`: its argument is the class in which it is written."""

VARIABLE = "~"
"""Begins the name of a type that is a type variable; its argument is the bound."""


OWNER = VARIABLE + "owner"
"""The type variable of a class that is about the class whose attribute it is (see `TypeInfo.owned`)."""


def weakened(type_: Type, confidence: Confidence) -> Type:
    """The same type, no surer than `confidence`."""
    if type_.confidence <= confidence:
        return type_
    return Type(type_.name, type_.arguments, type_.is_class, confidence)


def instance(type_: Type) -> Type:
    """An instance of a class."""
    return Type(type_.name, type_.arguments, False, type_.confidence)


def as_class(type_: Type) -> Type:
    """The class of an instance."""
    return Type(type_.name, type_.arguments, True, type_.confidence)


def distinct(entities: Sequence[Entity], bound: int = 6) -> tuple[Entity, ...]:
    """Each entity once, in order, at most `bound` of them."""
    if len(entities) < 2:
        return tuple(entities)
    return tuple(dict.fromkeys(entities))[:bound]
