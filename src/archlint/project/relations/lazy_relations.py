"""Attributes of stored objects that ask the database when they are read, unless they were loaded with the object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.knowledge import Loading
from archlint.facts.syntax import Attribute, Await, Call, CallRef, Constant, Expr, Mapping, String
from archlint.project.model import Type, argument_of
from archlint.project.parts import parts_of
from archlint.project.walk import attributes_named

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


@dataclass(frozen=True)
class LazyRelation:
    """`name` as the class `owner` declares it; `confidence`: that the object is of that class."""

    owner: str
    name: str
    loading: Loading
    confidence: Confidence

    @property
    def cure(self) -> str:
        """What loads it with its owner."""
        return self.loading.cure.format(name=self.name, owner=self.owner.rpartition(".")[2])


class LazyRelations:
    """Finds the relation that an attribute reads, by the class of the object and what this class declares."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[tuple[str, str], Loading | None] = {}
        self._named: dict[str, list[tuple[Attribute, int]]] = {}

    def named_in(self, module: Module) -> list[tuple[Attribute, int]]:
        """(attribute, context) of the attributes that a module reads and that have the name of a relation."""
        found = self._named.get(module.path)
        if found is None:
            found = self._named[module.path] = attributes_named(module, self.names) if self.names else []
        return found

    def read_by(self, module: Module, expr: Attribute, context: int) -> LazyRelation | None:
        """The relation that the attribute is; None where it is none, or one that was set to be loaded otherwise."""
        for found in self._project.types.all(module, expr.base, context):
            if found.is_class or self._project.types.role(found) != "db-model":
                continue
            loading = self._declared(found, expr.attr)
            if loading is not None and (not loading.awaited or _is_awaited(module, expr)):
                return LazyRelation(found.name, expr.attr, loading, found.confidence)
        return None

    @cached_property
    def names(self) -> frozenset[str]:
        """All names under which a class of the project declares one: no other attribute has to be looked at."""
        classes = self._project.symbols.classes
        led = self._project.types.inference.members.relations.all().values()
        return frozenset(name for ways in led for name, way in ways.items() if way.itself) | frozenset(
            name
            for klass in classes.values()
            for scopes, context in ((klass.module.scopes, klass.klass.context),)
            for name in scopes.names(context)
            for binding in scopes.bindings(context, name)[-1:]
            if binding.kind == "statement"
            and self._loading(klass.module, klass.module.body.statements[binding.index].value) is not None
        )

    def declared(self, owner: Type, name: str) -> Loading | None:
        """How the relation loads that the class declares under the name, if reading it asks."""
        loading = self._declared(owner, name)
        return None if loading is None or loading.awaited else loading

    def _declared(self, owner: Type, name: str) -> Loading | None:
        key = owner.name, name
        if key not in self._known:
            self._known[key] = self._find(owner, name)
        return self._known[key]

    def _find(self, owner: Type, name: str) -> Loading | None:
        for ancestor in self._project.types.inference.members.ancestors(owner):
            klass = self._project.symbols.classes.get(ancestor.name)
            if klass is None:
                continue
            scopes = self._project.symbols.scopes(klass.module)
            for binding in scopes.bindings(klass.klass.context, name)[-1:]:
                if binding.kind != "statement":
                    return None  # a property or a method
                return self._of(klass, klass.module.body.statements[binding.index].value)
        return self._back(owner, name)

    def _back(self, owner: Type, name: str) -> Loading | None:
        """How the way back of another class's relation loads (`backref`), which has a strategy of its own."""
        inference = self._project.types.inference
        for ancestor in inference.members.ancestors(owner):
            led = inference.members.relations.all().get(ancestor.name, {}).get(name)
            if led is not None and led.itself:
                loading = self._loading(led.module, led.made)
                given = led.module.body.calls[led.given.index] if isinstance(led.given, CallRef) else None
                is_otherwise = loading is not None and given is not None and self._is_otherwise(led.module, given, loading)
                return None if is_otherwise else loading
        return None

    def _of(self, klass: ClassDef, value: Expr | None) -> Loading | None:
        loading = self._loading(klass.module, value)
        if loading is None or not isinstance(value, CallRef):
            return None
        return None if self._is_otherwise(klass.module, klass.module.body.calls[value.index], loading) else loading

    def _loading(self, module: Module, value: Expr | None) -> Loading | None:
        """How the relation loads that a call makes; None where it makes none."""
        if type(value) is not CallRef:
            return None
        for name in self._made(module, value):
            loading = next((info.loading for _, info in self._project.knowledge.infos(name) if info.loading is not None), None)
            if loading is not None:
                return loading
        return None

    def _made(self, module: Module, value: CallRef) -> list[str]:
        """The classes that a call may make an instance of."""
        if not module.is_test:
            return [target.name for target in self._project.calls.in_module(module)[value.index].targets]
        call = module.body.calls[value.index]
        found = self._project.types.inference.entities(module, call.callee, call.context)
        return [entity.name for entity in found if isinstance(entity, Type) and entity.is_class]

    def _is_otherwise(self, module: Module, call: Call, loading: Loading) -> bool:
        for notation in loading.strategy:
            outer, _, key = notation.partition(".")
            given = argument_of(call, outer)
            if key:
                given = _item(module, given, key)
            value = self._project.values.constant(module, given, call.context) if given is not None else None
            if given is not None and (value in loading.otherwise or not isinstance(value, str | bool)):
                return True  # also where nobody knows the strategy
        return False


def _is_awaited(module: Module, expr: Attribute) -> bool:
    body = module.body
    read = [s.value for s in body.statements if s.at <= expr.at < s.end] + [
        c.subject for c in body.contexts if c.subject is not None and c.subject.at <= expr.at < c.subject.end
    ]
    return any(isinstance(part, Await) and part.value == expr for root in read for part in parts_of(body, root))


def _item(module: Module, expr: Expr | None, key: str) -> Expr | None:
    """What a display, or a call of `dict`, holds under a key."""
    if isinstance(expr, Mapping):
        pairs = zip(expr.keys, expr.values, strict=True)
        return next((value for known, value in pairs if isinstance(known, String) and known.value == key), None)
    if isinstance(expr, CallRef):
        return next((a.value for a in module.body.calls[expr.index].arguments if a.name == key), None)
    return None if expr is None else Constant(expr.at, expr.length, None)
