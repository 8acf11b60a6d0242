"""Library types as the knowledge describes them: their members, items and contexts, with type arguments filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from archlint.facts.findings import Confidence
from archlint.facts.knowledge import TypeInfo
from archlint.facts.syntax import Call, String
from archlint.project.listings.rows_of_views import RowsOfViews
from archlint.project.model import Type, argument_of
from archlint.project.types.entities import UNKNOWN, Bound, Entity, FunctionRef, as_class, distinct, instance, weakened
from archlint.project.types.notation import Notation, parse_notation
from archlint.project.types.replaced_types import ReplacedTypes

if TYPE_CHECKING:
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference

Parameters = Mapping[str, tuple[Type, ...]]
_NONE: Parameters = {}


class Site(Struct, frozen=True, gc=False):
    """Where a notation's arguments come from: a call, or a decorator over a function."""

    module: Module
    context: int
    call: Call | None = None
    decorated: FunctionRef | None = None


class Environment(Struct, frozen=True, gc=False):
    """What `self`, a type's parameters and the arguments mean where a notation is read."""

    receiver: Type | None = None
    parameters: Parameters = field(default_factory=dict)
    site: Site | None = None


class LibraryTypes:
    """Questions about one library type; a project class with library bases asks with itself as `receiver`."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._knowledge = inference.project.knowledge
        self.view_rows = RowsOfViews(inference)
        self._replaced = ReplacedTypes(inference)
        self._lineages: dict[tuple[str, tuple[Type, ...]], tuple[tuple[str, TypeInfo, Parameters], ...]] = {}

    def lineage(self, type_: Type) -> tuple[tuple[str, TypeInfo, Parameters], ...]:
        """(name, what is known, its parameters) of the type and its bases, nearest first."""
        key = (type_.name, type_.arguments)
        known = self._lineages.get(key)
        if known is None:
            found: list[tuple[str, TypeInfo, Parameters]] = []
            self._climb(type_.name, type_.arguments, found, set())
            known = self._lineages[key] = tuple(found)
        return known

    def _climb(
        self, name: str, arguments: tuple[Type, ...], found: list[tuple[str, TypeInfo, Parameters]], seen: set[str]
    ) -> None:
        name = self._knowledge.canonical(name)
        info = self._knowledge.type(name)
        if info is None or name in seen:
            return
        seen.add(name)
        parameters = {p: (a,) for p, a in zip(info.parameters, arguments, strict=False) if a != UNKNOWN}
        found.append((name, info, parameters))
        for base in info.bases:
            notation = parse_notation(base)
            types = (self._first(a, Environment(None, parameters)) for a in notation.arguments)
            self._climb(notation.name, tuple(t or UNKNOWN for t in types), found, seen)

    def _first(self, notation: Notation, environment: Environment) -> Type | None:
        return next((t for t in self.read(notation, environment) if isinstance(t, Type)), None)

    def attribute(self, type_: Type, name: str, receiver: Type) -> tuple[Entity, ...] | None:
        """What `receiver.name` is by the type's knowledge; None where it knows no such name. What a base names goes before what
        the type says of all names."""
        is_open, of_all = False, None
        for owner, info, parameters in self.lineage(type_):
            is_open = is_open or "*" in info.chain
            operation = info.methods.get(name)
            if operation is None and name in info.chain:
                found = self._knowledge.method(owner, name)
                operation = found[1] if found else None
            if operation is not None:
                return (Bound(receiver, owner, name, operation),)
            told = info.attributes.get(name)
            if told is not None:
                return self.told(told, Environment(receiver, parameters))
            if of_all is None and "*" in info.attributes and not name.startswith("_"):
                of_all = info.attributes["*"], Environment(receiver, parameters)
        if of_all is not None:
            return self.told(*of_all)
        chained = self._knowledge.method(type_.name, name) if is_open else None  # a method of the project's own
        return (Bound(receiver, chained[0], name, chained[1]),) if chained is not None else None

    def item(self, type_: Type, receiver: Type) -> tuple[Entity, ...]:
        """What iterating over or indexing it gives."""
        return self._by(type_, receiver, lambda info: info.item)

    def context(self, type_: Type, receiver: Type) -> tuple[Entity, ...]:
        """What `with` over it binds; empty where nothing is known."""
        return self._by(type_, receiver, lambda info: info.context)

    def awaited(self, type_: Type) -> tuple[Entity, ...]:
        """What awaiting a lazy object gives; the object itself where nothing else is known."""
        return self._by(type_, type_, lambda info: (info.lazy and info.lazy.gives) or None) or (type_,)

    def gives(self, type_: Type) -> tuple[Entity, ...] | None:
        """What reading a descriptor of this type gives; None for what is no descriptor."""
        if not any(info.gives for _, info, _ in self.lineage(type_)):
            return None
        return self._by(type_, type_, lambda info: info.gives)

    def _by(self, type_: Type, receiver: Type, choose: Callable[[TypeInfo], str | None]) -> tuple[Entity, ...]:
        for _, info, parameters in self.lineage(type_):
            text = choose(info)
            if text is not None:
                return self.told(text, Environment(receiver, parameters))
        return ()

    def handed(self, receiver: Type, type_: Type, method: str, position: int) -> tuple[Entity, ...]:
        """What the library that calls a method of the receiver, which is of this type, gives it; `position` counts `self`."""
        for _, info, parameters in self.lineage(type_):
            given = info.hands.get(method, ())
            if 0 < position <= len(given) and given[position - 1]:
                return self.told(given[position - 1], Environment(receiver, parameters))
        return ()

    def parameters_of(self, type_: Type, owner: str) -> Parameters:
        """The type parameters of one of the type's bases, as the type fills them."""
        return next((given for name, _, given in self.lineage(type_) if name == owner), _NONE)

    def told(self, text: str, environment: Environment) -> tuple[Entity, ...]:
        """What a notation means in an environment, no surer than the receiver."""
        return self.read(parse_notation(text), environment)

    def read(self, notation: Notation, environment: Environment) -> tuple[Entity, ...]:
        found = self._read(notation, environment)
        receiver = environment.receiver
        if receiver is not None and receiver.confidence < Confidence.HIGH:
            return tuple(weakened(e, receiver.confidence) if isinstance(e, Type) else e for e in found)
        return found

    def _read(self, notation: Notation, environment: Environment) -> tuple[Entity, ...]:
        match notation.kind:
            case "self":
                return (instance(environment.receiver),) if environment.receiver is not None else ()
            case "row":
                return self.view_rows.of(environment.receiver) if environment.receiver is not None else ()
            case "serializer":
                return self.view_rows.serializer(environment.receiver) if environment.receiver is not None else ()
            case "form":
                return self.view_rows.form(environment.receiver) if environment.receiver is not None else ()
            case "class":
                return tuple(as_class(t) for t in self._types(notation.arguments[0], environment))
            case "union":
                return distinct([e for member in notation.arguments for e in self._read(member, environment)])
            case "name":
                if notation.name in environment.parameters:
                    return environment.parameters[notation.name]
                if "." not in notation.name:  # a parameter that the receiver leaves open
                    return ()
                arguments = tuple(self._first(a, environment) or UNKNOWN for a in notation.arguments)
                known = arguments if any(a != UNKNOWN for a in arguments) else ()
                return (Type(self._replaced.name(self._knowledge.canonical(notation.name)), known),)
            case _:
                return self._of_argument(notation, environment.site)

    def _types(self, notation: Notation, environment: Environment) -> list[Type]:
        return [t for t in self._read(notation, environment) if isinstance(t, Type)]

    def _of_argument(self, notation: Notation, site: Site | None) -> tuple[Entity, ...]:
        if site is None:
            return ()
        given = self._given(notation.name, site)
        if notation.kind == "arg":
            return given
        if notation.kind == "instance":
            return distinct([instance(e) for e in given if isinstance(e, Type) and e.is_class])
        found: list[Entity] = []
        for entity in given:
            if notation.kind == "result":
                found += self._inference.provided(entity)
            else:
                found += self._inference.items(entity)
        return distinct(found)

    def _given(self, notation: str, site: Site) -> tuple[Entity, ...]:
        if site.decorated is not None and not notation.startswith(":"):  # what stands first; keywords are the decorator's own
            return (site.decorated,)
        if site.call is None:
            return ()
        expr = argument_of(site.call, notation)
        if expr is None:
            return ()
        if type(expr) is String:
            return self._inference.class_named(expr.value, site.module, site.context)
        return self._inference.entities(site.module, expr, site.context)
