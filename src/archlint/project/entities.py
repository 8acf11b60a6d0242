"""What an expression may stand for: a module, a library name, a function, a bound library method, a class, an instance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Confidence
from archlint.facts.knowledge import Operation
from archlint.project.model import Def, Type

if TYPE_CHECKING:
    from archlint.project.modules import Module


@dataclass(frozen=True, slots=True)
class ModuleRef:
    """A module or namespace package of the project; `near` is a module that may import it by `name`."""

    name: str
    module: Module | None = field(compare=False, repr=False)
    near: Module = field(compare=False, repr=False)


class External(Struct, frozen=True, gc=False):
    """A name of a library that is no type known to the knowledge: a function, a package, an unknown class."""

    name: str


class FunctionRef(Struct, frozen=True, gc=False):
    """A function of the project; `receiver` is what it is bound to (an instance, or a class with `is_class`)."""

    definition: Def
    receiver: Type | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of a library type. `owner` is the type that declares it."""

    receiver: Type
    owner: str
    name: str
    operation: Operation = field(compare=False, repr=False)


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
