"""Classes of the project: their ancestors, and what an attribute of an instance or of the class itself is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.project.model import Def, Type
from archlint.project.names.left_open import LeftOpen
from archlint.project.names.symbols import ClassDef
from archlint.project.relations.relations import Relations
from archlint.project.types.entities import OWNER, SUPER, VARIABLE, Bound, Entity, FunctionRef, distinct, weakened
from archlint.project.types.implied_bases import ImpliedBases

if TYPE_CHECKING:
    from archlint.project.types.inference import Inference

_MAX_ANCESTORS = 40
_MOST_MIXED = 40
_MOST_BESIDE = 4


class Members:
    """The class hierarchy. Ancestors are `Type`s with `is_class`: project classes first, library types at the end."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._symbols = inference.project.symbols
        self._bases: dict[str, tuple[Type, ...]] = {}
        self._parameters: dict[str, tuple[str, ...]] = {}
        self._properties: dict[tuple[str, str], Def | None] = {}
        self._given: dict[str, AbstractSet[str]] = {}
        self._ancestors: dict[str | tuple[str, tuple[Type, ...]], tuple[Type, ...]] = {}
        """By the name alone where there are no arguments: a type takes ten times as long to hash."""
        self.relations = Relations(inference)
        self._implied = ImpliedBases(inference)
        self._left_open = LeftOpen(inference)
        self._found: dict[tuple[Type, str], tuple[Entity, ...] | None] = {}

    def class_of(self, type_: Type) -> ClassDef | None:
        return self._symbols.classes.get(type_.name)

    def bases(self, klass: ClassDef) -> tuple[Type, ...]:
        """The direct bases that are understood, with their type arguments."""
        known = self._bases.get(klass.name)
        if known is None:
            self._bases[klass.name] = ()
            found: list[Entity] = []
            outer = klass.klass.outer
            for base in klass.klass.bases:
                found += self._inference.entities(klass.module, base, outer)
            known = tuple(e for e in found if isinstance(e, Type) and e.is_class and e.name != klass.name)
            self._bases[klass.name] = known
            if klass.klass.bases and not any(self._is_told(ancestor) for base in known for ancestor in self.ancestors(base)):
                known += self._implied.of(klass)
                self._bases[klass.name] = known
        return known

    def _is_told(self, ancestor: Type) -> bool:
        """A library's documents say what a class over it is."""
        knowledge = self._inference.project.knowledge
        return knowledge.type(ancestor.name) is not None and knowledge.role(ancestor.name) not in ("generic", "protocol")

    def parameters(self, klass: ClassDef) -> tuple[str, ...]:
        """The class's type variables (with the leading mark), in order of their appearance in its bases."""
        known = self._parameters.get(klass.name)
        if known is None:
            self._parameters[klass.name] = ()  # names may mislead to a class that inherits from itself
            known = self._parameters[klass.name] = self._read_parameters(klass)
        return known

    def _read_parameters(self, klass: ClassDef) -> tuple[str, ...]:
        seen: dict[str, None] = {}
        generic: tuple[str, ...] = ()
        for base in self.bases(klass):
            named = tuple(a.name for a in base.arguments if a.name.startswith(VARIABLE))
            if self._inference.project.knowledge.role(base.name) == "generic":
                generic = named
            seen.update(dict.fromkeys(named))
        return generic or tuple(seen) or ((OWNER,) if self._is_owned(klass) else ())

    def _is_owned(self, klass: ClassDef) -> bool:
        """A base leaves open what it is about, and takes it from the class that holds it."""
        for base in self.bases(klass):
            inner = self.class_of(base)
            if base.arguments:
                continue
            if inner is not None:
                if inner.name != klass.name and OWNER in self.parameters(inner):
                    return True
            elif any(info.owned for _, info in self._inference.project.knowledge.infos(base.name)):
                return True
        return False

    def myself(self, klass: ClassDef) -> Type:
        """What `self` is in the class's methods, its type variables left open."""
        return Type(klass.name, tuple(Type(name) for name in self.parameters(klass)))

    def ancestors(self, type_: Type) -> tuple[Type, ...]:
        """The class and what it inherits from, in the order in which attributes are looked up."""
        key = (type_.name, type_.arguments) if type_.arguments else type_.name
        known = self._ancestors.get(key)
        if known is None:
            itself = Type(type_.name, type_.arguments, True)
            self._ancestors[key] = (itself,)
            order: list[Type] = [itself]
            klass = self.class_of(type_)
            if klass is not None:
                given = self.substitution(type_)
                passed = (given[OWNER],) if OWNER in given else ()
                bases = [substituted(base, given) for base in self.bases(klass)]
                bases = [base if base.arguments else Type(base.name, passed, True) for base in bases]
                order += _merged([list(self.ancestors(base)) for base in bases])
            known = self._ancestors[key] = tuple(order[:_MAX_ANCESTORS])
        return known

    def substitution(self, type_: Type) -> dict[str, Type]:
        """Type variable → what the type's arguments put in its place, for the class itself."""
        klass = self.class_of(type_)
        if klass is None or not type_.arguments:
            return {}
        return dict(zip(self.parameters(klass), type_.arguments, strict=False))

    def find(self, receiver: Type, name: str, after: str | None = None) -> tuple[Entity, ...] | None:
        """What `receiver.name` is; None where no understood class has such an attribute. `after`: only what stands
        behind that class in the order of look-up (`super()`)."""
        key = (receiver, name if after is None else f"{after}>{name}")
        known = self._found.get(key)
        if known is None and key not in self._found:
            self._found[key] = None
            known = self._found[key] = self._find(receiver, name, after)
        return known

    def _find(self, receiver: Type, name: str, after: str | None) -> tuple[Entity, ...] | None:
        order = self.ancestors(receiver)
        if after is not None:
            start = next((row + 1 for row, ancestor in enumerate(order) if ancestor.name == after), len(order))
            order = order[start:]
        found: tuple[Entity, ...] = ()
        exists = False
        for ancestor in order:
            own = self.own(ancestor, receiver, name)
            if own is None:
                continue
            if self.class_of(ancestor) is None and (own or not exists):
                return own
            exists = True
            found = own or found
            if not all(self._inference.says_nothing(entity) for entity in own):
                break
        else:
            left = self._left_open.of(receiver, name, beside=after is not None)
            if left:
                return left
        return found if exists else self.led_to(receiver, name)

    def own(self, ancestor: Type, receiver: Type, name: str) -> tuple[Entity, ...] | None:
        """What one class of the receiver's ancestors itself says of the attribute; None where it says nothing."""
        klass = self.class_of(ancestor)
        if klass is None:
            return self._inference.library.attribute(ancestor, name, receiver)
        return self._own(klass, ancestor, receiver, name) if name in self._names(klass) else None

    def led_to(self, receiver: Type, name: str) -> tuple[Entity, ...] | None:
        """The attribute that a relation of another class gives the receiver's class; None where none does."""
        if not self.relations.all():
            return None
        for ancestor in self.ancestors(receiver):
            led = self.relations.of(ancestor.name, name)
            if led:
                return tuple(weakened(t, receiver.confidence) for t in led)
        return None

    def has_own(self, type_: Type, name: str) -> bool:
        """The class itself, or one of its methods, gives the name a value; of a library type nobody knows."""
        klass = self.class_of(type_)
        return klass is not None and name in self._names(klass)

    def _names(self, klass: ClassDef) -> AbstractSet[str]:
        """The names that the class or its methods give a value, those of what it inherits left out."""
        known = self._given.get(klass.name)
        if known is None:
            scopes = klass.module.scopes
            known = {*scopes.names(klass.klass.context), *scopes.self_attributes.get(klass.index, ())}
            self._given[klass.name] = known
        return known

    def _own(self, klass: ClassDef, ancestor: Type, receiver: Type, name: str) -> tuple[Entity, ...] | None:
        scopes = klass.module.scopes
        inside = scopes.bindings(klass.klass.context, name)
        on_self = scopes.self_attributes.get(klass.index, {}).get(name, [])
        if not inside and not on_self:
            return None
        found: list[Entity] = []
        given = self.substitution(ancestor)
        for binding in inside[-3:]:
            for entity in self._inference.bound(klass.module, binding, name):
                found += self._read(entity, receiver)
        for binding in on_self[:4]:
            for entity in self._inference.bound(klass.module, binding, name):
                if isinstance(entity, Type) or not inside:
                    found.append(entity)
        return distinct([substituted(e, given) if type(e) is Type else e for e in found])

    def _read(self, entity: Entity, receiver: Type) -> tuple[Entity, ...]:
        """A class's member as reading it on the receiver gives it: methods bound, properties run, descriptors asked."""
        if type(entity) is FunctionRef and entity.receiver is None:
            bound = FunctionRef(entity.definition, receiver)
            marks = self._inference.returns.marks(entity.definition)
            if "accessor" in marks:
                return ()
            if "property" in marks and not receiver.is_class:
                return self._inference.returns.of(bound)
            return (bound,)
        if isinstance(entity, Type) and not entity.is_class:
            if not receiver.is_class:
                given = self._inference.library.gives(entity)
                if given is not None:
                    return given
            return (self.owned(entity, receiver),)
        return (entity,)

    def owned(self, entity: Type, receiver: Type) -> Type:
        """`objects = BookManager()` in `Book`: a library's type with one open parameter is about its owner."""
        if entity.arguments or receiver.name == entity.name:
            return entity
        klass = self.class_of(entity)
        if klass is not None:
            owned = OWNER in self.parameters(klass)
        else:
            owned = any(info.owned for _, info in self._inference.project.knowledge.infos(entity.name))
        return Type(entity.name, (Type(receiver.name),), False, entity.confidence) if owned else entity

    def property_of(self, receiver: Type, name: str) -> Def | None:
        """The function that runs where `receiver.name` is read, if the project makes it a property."""
        key = receiver.name, name
        if key not in self._properties:
            self._properties[key] = self._find_property(receiver, name)
        return self._properties[key]

    def _find_property(self, receiver: Type, name: str) -> Def | None:
        for ancestor in self.ancestors(receiver):
            klass = self.class_of(ancestor)
            if klass is None:
                continue
            bindings = self._symbols.scopes(klass.module).bindings(klass.klass.context, name)
            for binding in bindings:
                if binding.kind == "function":
                    definition = Def(klass.module, klass.module.name, binding.index)
                    if "property" in self._inference.returns.marks(definition):
                        return definition
            if bindings:
                return None
        return None

    @cached_property
    def subclasses(self) -> dict[str, tuple[str, ...]]:
        """Project class → the production classes that derive from it, at any distance, sorted."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, klass in sorted(self._symbols.classes.items()):
            if klass.module.is_test:
                continue
            for ancestor in self.ancestors(Type(name)):
                if ancestor.name != name and ancestor.name in self._symbols.classes:
                    found[ancestor.name].add(name)
        return {name: tuple(sorted(below)) for name, below in sorted(found.items())}

    def super_of(self, type_: Type, name: str) -> tuple[Entity, ...] | None:
        """An attribute of `super()`, whose argument is the class it is written in."""
        if type_.name != SUPER or not type_.arguments:
            return None
        written = type_.arguments[0]
        found = self.find(Type(written.name, written.arguments), name, written.name)
        return self._beside(written, name) if found is None and self._is_mixin(written) else found

    def _beside(self, mixin: Type, name: str) -> tuple[Entity, ...] | None:
        """What stands behind a mixin in the classes that it is mixed into: its `super().save()` comes to `Model.save` there."""
        found: dict[str, Entity] = {}
        for below in self.subclasses.get(mixin.name, ())[:_MOST_MIXED]:
            for entity in self.find(Type(below), name, mixin.name) or ():
                if isinstance(entity, FunctionRef):
                    found.setdefault(entity.definition.name, entity)
                elif isinstance(entity, Bound):
                    found.setdefault(f"{entity.owner}.{entity.name}", entity)
        return tuple(found.values())[:_MOST_BESIDE] or None

    def _is_mixin(self, type_: Type) -> bool:
        """All that it inherits from is known, and of the project."""
        own = [(each, self.class_of(each)) for each in self.ancestors(type_)]
        return all(
            len(klass.klass.bases) <= len(self.bases(klass)) if klass is not None else not self._is_told(each)
            for each, klass in own
        )


def substituted(type_: Type, given: dict[str, Type]) -> Type:
    """The type with type variables replaced; one that is not given stays."""
    if type_.name.startswith(VARIABLE):
        replacement = given.get(type_.name)
        if replacement is None:
            return type_
        if type_.is_class:
            replacement = Type(replacement.name, replacement.arguments, True, replacement.confidence)
        return weakened(replacement, type_.confidence)
    if not given or not type_.arguments:
        return type_
    arguments = tuple(substituted(argument, given) for argument in type_.arguments)
    return Type(type_.name, arguments, type_.is_class, type_.confidence)


def _merged(lines: list[list[Type]]) -> list[Type]:
    """C3 linearisation by name; where there is none, the order of the first occurrence."""
    order: list[Type] = []
    lines = [line for line in lines if line]
    while lines:
        tails = {entry.name for line in lines for entry in line[1:]}
        head = next((line[0] for line in lines if line[0].name not in tails), lines[0][0])
        order.append(head)
        lines = [rest for line in lines if (rest := [entry for entry in line if entry.name != head.name])]
    return order
