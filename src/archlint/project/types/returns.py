"""What calling a function of the project gives: by its annotation, its decorators, or its `return` statements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.knowledge import Operation
from archlint.facts.syntax import Attribute, Call, CallRef, Expr, Function
from archlint.project.model import Def, Type
from archlint.project.types.entities import (
    SUPER,
    UNKNOWN,
    VARIABLE,
    Entity,
    FunctionRef,
    distinct,
    instance,
)
from archlint.project.types.library_types import Environment, Site
from archlint.project.types.members import substituted

if TYPE_CHECKING:
    from archlint.project.types.inference import Inference

_GENERATOR = "collections.abc.Generator"
_COLLECTIONS = frozenset(
    {"builtins.list", "builtins.tuple", "collections.abc.Sequence", "collections.abc.Iterable", "collections.abc.Collection"}
)
_ACCESSORS = frozenset({"setter", "deleter"})
_MOST_RETURNS = 4
_NO_MARKS: frozenset[str] = frozenset()


class Returns:
    """Results of project functions. A coroutine's result is what awaiting it gives; a generator's is the generator."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._plain: dict[Def, tuple[Entity, ...]] = {}
        self._yielded: dict[Def, tuple[Entity, ...]] = {}
        self._decorated: dict[Def, tuple[tuple[Operation, Call | None], ...]] = {}
        self._decorations: dict[Def, tuple[Operation, ...]] = {}
        self._marks: dict[Def, frozenset[str]] = {}
        self._decorators: dict[int, tuple[Entity, ...]] = {}
        """By the identity of the decorator, which lives as long as its module."""

    def marks(self, definition: Def) -> frozenset[str]:
        """What its decorators make of it: property, static-method, class-method, abstract, overload, accessor."""
        known = self._marks.get(definition)
        if known is None:
            decorators = definition.function.decorators
            if not decorators:
                known = _NO_MARKS
            else:
                words = {operation.register for operation in self.decorations(definition)}
                if any(type(d) is Attribute and d.attr in _ACCESSORS for d in decorators):
                    words.add("accessor")
                known = frozenset(words - {""}) or _NO_MARKS
            self._marks[definition] = known
        return known

    def decorations(self, definition: Def) -> tuple[Operation, ...]:
        """What is known of the library decorators of a function, outermost first."""
        known = self._decorations.get(definition)
        if known is None:
            self._decorations[definition] = ()
            known = self._decorations[definition] = tuple(operation for operation, _ in self.decorated_by(definition))
        return known

    def decorated_by(self, definition: Def) -> tuple[tuple[Operation, Call | None], ...]:
        """The same, each with the call that makes the decorator, if one does."""
        known = self._decorated.get(definition)
        if known is None:
            known = self._decorated[definition] = tuple(self._find_decorators(definition))
        return known

    def _find_decorators(self, definition: Def) -> Iterator[tuple[Operation, Call | None]]:
        for decorator in definition.function.decorators:
            call = definition.module.body.calls[decorator.index] if type(decorator) is CallRef else None
            for entity in self.decorator_entities(definition, decorator):
                operation = self._inference.operation(entity)
                if operation is not None:
                    yield operation, call

    def decorator_entities(self, definition: Def, decorator: Expr) -> tuple[Entity, ...]:
        """What a decorator is; for `@make(…)` what `make` is. Many rules ask it of all functions."""
        known = self._decorators.get(id(decorator))
        if known is None:
            known = self._find_decorator(definition, decorator)
            if not self._inference.is_under_way:  # else it may be one of what is only being found
                self._decorators[id(decorator)] = known
        return known

    def _find_decorator(self, definition: Def, decorator: Expr) -> tuple[Entity, ...]:
        module, outer = definition.module, definition.function.outer
        if type(decorator) is CallRef:
            decorator = module.body.calls[decorator.index].callee
        if type(decorator) is Attribute and decorator.attr in _ACCESSORS:
            return ()
        found = self._inference.entities(module, decorator, outer)
        return (*found, *(above for entity in found if type(entity) is FunctionRef for above in self._above(entity)))

    def _above(self, function: FunctionRef) -> Iterator[Entity]:
        """What a method of the project gives all that it is given: `def task(self, …): return super().task(…)`."""
        definition = function.definition
        if function.receiver is None or definition.function.klass < 0:
            return
        module = definition.module
        for statement in self._inference.project.symbols.scopes(module).returns.get(definition.index, [])[:_MOST_RETURNS]:
            callee = module.body.calls[statement.value.index].callee if type(statement.value) is CallRef else None
            if type(callee) is not Attribute or callee.attr != definition.function.name:
                continue
            base = self._inference.entities(module, callee.base, statement.context)
            if any(type(entity) is Type and entity.name == SUPER for entity in base):
                for entity in self._inference.entities(module, callee, statement.context):
                    yield entity
                    if type(entity) is FunctionRef:
                        yield from self._above(entity)

    def of(self, function: FunctionRef, site: Site | None = None) -> tuple[Entity, ...]:
        """What calling it gives, with the receiver's type arguments and the call's arguments filled in."""
        definition = function.definition
        for operation in self.decorations(definition):
            if operation.decorates is not None:
                decorated = Site(definition.module, definition.function.outer, None, function)
                return self._inference.library.told(operation.decorates, Environment(None, {}, decorated))
        return self.undecorated(function, site)

    def undecorated(self, function: FunctionRef, site: Site | None = None) -> tuple[Entity, ...]:
        """The same, as if it had no decorators."""
        found = self._of_receiver(self._own(function.definition), function)
        return self._filled(self._of_handed_class(found, function, site), function, site)

    def yielded(self, function: FunctionRef) -> tuple[Entity, ...]:
        """What a generator function's iteration gives."""
        definition = function.definition
        known = self._yielded.get(definition)
        if known is None:
            self._yielded[definition] = ()
            annotated = self._annotated(definition)
            found = [e for t in annotated for e in self._inference.items(t)] if annotated else []
            if not found:
                scopes = self._inference.project.symbols.scopes(definition.module)
                for expr, context in scopes.yields.get(definition.index, [])[:_MOST_RETURNS]:
                    if expr.value is None:
                        continue
                    values = self._inference.entities(definition.module, expr.value, context)
                    found += [i for v in values for i in self._inference.items(v)] if expr.is_from else values
            known = self._yielded[definition] = distinct(found)
        return self._filled(known, function, None)

    def _own(self, definition: Def) -> tuple[Entity, ...]:
        known = self._plain.get(definition)
        if known is None:
            self._plain[definition] = ()  # recursion ends here
            annotated = self._annotated(definition)
            if annotated and all(self._inference.says_nothing(e) for e in annotated):
                known = self._inferred(definition) or annotated
            elif annotated:
                known = self._really(definition, annotated)
            elif definition.function.is_generator:
                items = self.yielded(FunctionRef(definition))
                first = next((i for i in items if isinstance(i, Type)), UNKNOWN)
                known = (Type(_GENERATOR, (first,)),)
            else:
                known = self._inferred(definition)
            self._plain[definition] = known
        return known

    def inner(self, function: FunctionRef) -> tuple[Entity, ...]:
        """What the `return` statements give, whatever the annotation says (a decorator's wrapper)."""
        return self._inferred(function.definition)

    def _really(self, definition: Def, annotated: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """The annotation; but where it says `list` and a lazy query is returned, the query."""
        if definition.function.is_generator or not any(isinstance(t, Type) and t.name in _COLLECTIONS for t in annotated):
            return annotated
        lazy = [e for e in self._inferred(definition) if isinstance(e, Type) and self._is_lazy(e)]
        return distinct(lazy) if lazy else annotated

    def _is_lazy(self, type_: Type) -> bool:
        return any(
            info.lazy is not None
            for ancestor in self._inference.members.ancestors(type_)
            for _, info, _ in self._inference.library.lineage(ancestor)
        )

    def _annotated(self, definition: Def) -> tuple[Entity, ...]:
        function = definition.function
        if function.returns is None:
            return ()
        return self._inference.annotations.types(definition.module, function.returns, function.outer)

    def _inferred(self, definition: Def) -> tuple[Entity, ...]:
        module = definition.module
        scopes = self._inference.project.symbols.scopes(module)
        found: list[Entity] = []
        for statement in scopes.returns.get(definition.index, [])[-_MOST_RETURNS:]:
            value = statement.value
            if value is not None:
                found += self._inference.entities(module, value, statement.context)
        return distinct(found)

    def _of_receiver(self, found: tuple[Entity, ...], function: FunctionRef) -> tuple[Entity, ...]:
        """What a method gives of its own class, as by `return self` or `cls.query`, is of the class that it is called on."""
        own, receiver = function.definition.function, function.receiver
        if receiver is None or own.klass < 0 or own.returns is not None:
            return found
        owner = function.definition.owner
        if receiver.name == owner or receiver.name not in self._inference.project.symbols.classes:
            return found
        return tuple(_renamed(entity, owner, receiver.name) if isinstance(entity, Type) else entity for entity in found)

    def _of_handed_class(self, found: tuple[Entity, ...], function: FunctionRef, site: Site | None) -> tuple[Entity, ...]:
        """What gives an object of the class that it is handed (`get_or_404(Order, key)`) gives this call one of its class:
        the objects of `found` are of several classes, each of which some caller hands it."""
        definition = function.definition
        objects = {e.name for e in found if type(e) is Type and not e.is_class}
        if len(objects) < 2 or site is None or site.call is None or definition.function.returns is not None:
            return found
        for position, argument in self._arguments(function, site.call):
            handed = self._inference.entities(site.module, argument, site.context)
            classes = [e for e in handed if type(e) is Type and e.is_class]
            others = self._inference.handed(definition.module, definition.index, position) if len(classes) == 1 else ()
            if objects <= {e.name for e in others if type(e) is Type and e.is_class}:
                kept = (e for e in found if not (type(e) is Type and e.name in objects))
                return (instance(classes[0]), *kept)
        return found

    def _arguments(self, function: FunctionRef, call: Call) -> Iterator[tuple[int, Expr]]:
        """(position of the parameter, argument) of the first arguments of a call, as far as that can be told."""
        own = function.definition.function
        skip = 1 if function.receiver is not None and "static-method" not in self.marks(function.definition) else 0
        for row, argument in enumerate(call.arguments[:6]):
            if argument.name is None:
                if skip + row < len(own.parameters):
                    yield skip + row, argument.value
            else:
                named = (place for place, p in enumerate(own.parameters) if place >= skip and p.name == argument.name)
                yield from ((place, argument.value) for place in named)

    def _filled(self, found: tuple[Entity, ...], function: FunctionRef, site: Site | None) -> tuple[Entity, ...]:
        if not any(isinstance(e, Type) and _is_open(e) for e in found):
            return found
        given: dict[str, Type] = {}
        receiver = function.receiver
        if receiver is not None:
            for ancestor in self._inference.members.ancestors(receiver):
                given = {**self._inference.members.substitution(ancestor), **given}
            given["typing.Self"] = instance(receiver)
        if site is not None and site.call is not None:
            given = {**given, **self._by_arguments(function, site)}
        filled: list[Entity] = []
        for entity in found:
            if not isinstance(entity, Type):
                filled.append(entity)
            elif entity.name == "typing.Self":
                filled += [given[entity.name]] if entity.name in given else []
            else:
                filled.append(substituted(entity, given))
        return distinct(filled)

    def _by_arguments(self, function: FunctionRef, site: Site) -> dict[str, Type]:
        """What a call's arguments put in place of the type variables of the parameters they go to."""
        definition = function.definition
        own: Function = definition.function
        given: dict[str, Type] = {}
        assert site.call is not None  # noqa: S101 - the caller's promise
        for position, argument in self._arguments(function, site.call):
            annotation = own.parameters[position].annotation
            if annotation is None:
                continue
            for wanted in self._inference.annotations.types(definition.module, annotation, own.outer):
                if not isinstance(wanted, Type) or not wanted.name.startswith(VARIABLE):
                    continue
                for value in self._inference.entities(site.module, argument, site.context):
                    if isinstance(value, Type) and value.is_class == wanted.is_class:
                        given.setdefault(wanted.name, instance(value))
        return given


def _is_open(type_: Type) -> bool:
    return type_.name.startswith(VARIABLE) or type_.name == "typing.Self" or any(_is_open(a) for a in type_.arguments)


def _renamed(type_: Type, owner: str, name: str) -> Type:
    if type_.name != owner and not type_.arguments:
        return type_
    arguments = tuple(_renamed(argument, owner, name) for argument in type_.arguments)
    return Type(name if type_.name == owner else type_.name, arguments, type_.is_class, type_.confidence)
