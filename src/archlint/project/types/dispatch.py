"""What a call may run: an entity → its targets; a port's method → the implementations that production code uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, CallRef, Collection, Constant, Expr, Mapping, Name, Statement, String
from archlint.project.model import Def, Target, Type
from archlint.project.names.arguments import receives_itself
from archlint.project.parts import names_in
from archlint.project.types.bound_ports import BoundPorts
from archlint.project.types.entities import Bound, Entity, External, FunctionRef

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference

MOST_CANDIDATES = 5
"""A port with more implementations than this counts as unresolved: all of them would smear into every caller."""
_ANY = 99
_GIVING = frozenset({"assign", "annotate", "return"})
_DISPLAYS = frozenset({Mapping, Collection})

_AWAITED = frozenset({"Awaitable", "Coroutine", "Future", "Task", "Deferred", "Any"})


class Dispatch:
    """Entities → targets."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._project = inference.project
        self._targets: dict[Entity, tuple[Target, ...]] = {}
        self._empty: dict[Def, bool] = {}
        self._implementations: dict[tuple[Def, str], tuple[Def, ...]] = {}
        self._classes_having: dict[str, frozenset[str]] = {}
        self._bound_ports = BoundPorts(inference)

    def targets(self, entity: Entity) -> tuple[Target, ...]:
        """What calling the entity runs; empty where it cannot be told."""
        known = self._targets.get(entity)
        if known is None:
            known = self._targets[entity] = self._find_targets(entity)
        return known

    def called(self, entity: Entity) -> tuple[Target, ...]:
        """The same for a call that is written: what a library's decorator makes of a function may have its own way to be
        called (a task that is put into a queue)."""
        if type(entity) is FunctionRef and entity.definition.function.decorators:
            for made in self._inference.function_attribute(entity, "__call__") or ():
                if isinstance(made, Bound):
                    return self.targets(made)
        return self.targets(entity)

    def _find_targets(self, entity: Entity) -> tuple[Target, ...]:
        if type(entity) is FunctionRef:
            return self._function(entity)
        if type(entity) is Bound:
            name = f"{entity.owner}.{entity.name}"
            return (Target(name, None, entity.operation, entity.receiver.confidence),)
        if type(entity) is External:
            return (Target(entity.name, None, self._project.knowledge.function(entity.name), Confidence.HIGH),)
        if isinstance(entity, Type):
            return self._construction(entity) if entity.is_class else self._instance(entity)
        return ()

    def method(self, receiver: Type, name: str) -> tuple[Target, ...]:
        """What the method of that name runs on an instance; empty where the project defines none."""
        if receiver.name not in self._project.symbols.classes:
            return ()
        found = self._inference.members.find(receiver, name) or ()
        return tuple(t for e in found if isinstance(e, FunctionRef) for t in self.targets(e))

    def _construction(self, entity: Type) -> tuple[Target, ...]:
        operation = self._inference.operation(entity)
        definition = None
        if entity.name in self._project.symbols.classes:
            found = self._inference.members.find(entity, "__init__") or ()
            definition = next((e.definition for e in found if isinstance(e, FunctionRef)), None)
        return (Target(entity.name, definition, operation, entity.confidence),)

    def _instance(self, entity: Type) -> tuple[Target, ...]:
        own = self.method(entity, "__call__")
        if own:
            return own
        operation = self._inference.operation(entity)
        if operation is None or self._inference.is_some_callable(entity):
            return ()
        return (Target(f"{entity.name}.__call__", None, operation, entity.confidence),)

    def _function(self, entity: FunctionRef) -> tuple[Target, ...]:
        definition, receiver = entity.definition, entity.receiver
        confidence = receiver.confidence if receiver is not None else Confidence.HIGH
        if receiver is None or not self.is_empty(definition):
            return (Target(definition.name, definition, None, confidence),)
        found = self.implementations(definition, receiver)
        if not found:
            return (Target(definition.name, definition, None, confidence),)
        if len(found) > MOST_CANDIDATES:
            return ()
        weaker = min(confidence, Confidence.HIGH if len(found) == 1 else Confidence.MEDIUM)
        return tuple(Target(d.name, d, None, weaker) for d in found)

    def implementations(self, definition: Def, receiver: Type) -> tuple[Def, ...]:
        """The bodies that may stand for an empty method: of subclasses, or of classes that fit the protocol; of too many
        only some."""
        key = (definition, receiver.name)
        known = self._implementations.get(key)
        if known is None:
            known = self._implementations[key] = self._find_implementations(definition, receiver)
        return known

    def _find_implementations(self, definition: Def, receiver: Type) -> tuple[Def, ...]:
        klass = self._project.symbols.classes.get(receiver.name)
        below = list(self._inference.members.subclasses.get(receiver.name, ()))
        if klass is not None and self._is_protocol(klass):
            below += [name for name in self._fitting(klass) if name not in below]
        found = self._of_bound(receiver.name, below, definition)
        if not found:
            bodies = self._bodies(self._overriding(below, definition), definition.function.name)
            first = list(islice(bodies, MOST_CANDIDATES + 1))
            used = (body for body in chain(first, bodies) if self._is_used(body[1]))
            found = list(islice(used, MOST_CANDIDATES + 1)) or first
        return tuple(sorted((d for d, _ in found), key=lambda d: (d.name, d.module.path, d.index)))

    def _of_bound(self, port: str, below: list[str], definition: Def) -> list[tuple[Def, str]]:
        """The bodies of the classes that a container binds to the port, if one does: what is bound is what runs."""
        bound = self._bound_ports.of(port) if len(below) > 1 else frozenset()
        return list(self._bodies([name for name in below if name in bound], definition.function.name)) if bound else []

    def _overriding(self, classes: list[str], definition: Def) -> Iterator[str]:
        """Those that have the method, or something else of its name, from another class than the one that defines it: on
        all others it is this one."""
        module, function = definition.module, definition.function
        owner = f"{module.name}.{module.outline.classes[function.klass].qualname}" if function.klass >= 0 else ""
        klass = self._project.symbols.classes.get(owner)
        if klass is None or len(module.scopes.bindings(klass.klass.context, function.name)) != 1:
            yield from classes
            return
        members = self._inference.members
        for name in classes:
            if any(a.name != owner and members.has_own(a, function.name) for a in members.ancestors(Type(name))):
                yield name

    def _bodies(self, classes: Iterable[str], name: str) -> Iterator[tuple[Def, str]]:
        """The methods of that name that do something, each with the first of the classes that has it."""
        seen: set[Def] = set()
        for candidate in classes:
            for entity in self._inference.members.find(Type(candidate), name) or ():
                if isinstance(entity, FunctionRef) and entity.definition not in seen:
                    seen.add(entity.definition)
                    if not self.is_empty(entity.definition):
                        yield entity.definition, candidate

    def _is_used(self, name: str) -> bool:
        """Production code instantiates, passes or binds the class or one that derives from it."""
        names = [name, *self._inference.members.subclasses.get(name, ())]
        return any(n.rpartition(".")[2] in self._used_names for n in names)

    @cached_property
    def _used_names(self) -> frozenset[str]:
        """Last names of all that production code calls or hands over as a value."""
        found: set[str] = set()
        for module in self._project.modules.production:
            given: list[Expr | None] = [call.callee for call in module.body.calls]
            given += [argument.value for call in module.body.calls for argument in call.arguments]
            given += [s.value for s in module.body.statements if s.kind in _GIVING]
            given += [item for expr in given if type(expr) in _DISPLAYS for item in _items(expr)]
            given += [expr.base for expr in given if type(expr) is Attribute]  # `Orders.open()`
            found.update([expr.id for expr in given if type(expr) is Name])
            found.update([expr.attr for expr in given if type(expr) is Attribute])
            found.update([_named(expr.value) for expr in given if type(expr) is String])
        return frozenset(found)

    def _is_protocol(self, klass: ClassDef) -> bool:
        knowledge = self._project.knowledge
        return any(knowledge.role(base.name) == "protocol" for base in self._inference.members.bases(klass))

    def _fitting(self, klass: ClassDef) -> tuple[str, ...]:
        """Production classes that have every method of a protocol without deriving from it."""
        ancestors = self._inference.members.ancestors(Type(klass.name))
        wanted = sorted({name for ancestor in ancestors for name in self._public_methods[0].get(ancestor.name, ())})
        if klass.module.is_test or not wanted:
            return ()
        common = frozenset.intersection(*(self._having(name) for name in wanted)) - {klass.name}
        fitting = [n for n in common if not self._is_protocol(self._project.symbols.classes[n])]
        taking = sorted(n for n in fitting if all(self._takes(n, klass.name, method) for method in wanted))
        alike = tuple(n for n in taking if all(self._is_called_alike(n, klass.name, method) for method in wanted))
        return alike or tuple(taking)

    def _is_called_alike(self, name: str, protocol: str, method: str) -> bool:
        """What the method of a class is given first has the names that the protocol gives it: `run(self, patch)` is not
        `run(self, orders)`."""
        own, asked = self._method(name, method), self._method(protocol, method)
        if own is None or asked is None:
            return True
        names = [parameter.name for parameter in asked.function.parameters]
        return [parameter.name for parameter in own.function.parameters][: len(names)] == names

    def _method(self, name: str, method: str) -> Def | None:
        found = self._inference.members.find(Type(name), method) or ()
        return next((each.definition for each in found if isinstance(each, FunctionRef)), None)

    def _takes(self, name: str, protocol: str, method: str) -> bool:
        """The method of a class can be called with as many arguments as that of the protocol, and awaited like it."""
        own, asked = self._method(name, method), self._method(protocol, method)
        if own is None or asked is None:
            return True
        if asked.function.is_async and _answers_at_once(own):
            return False
        (least, most), (fewest, greatest) = _places(own), _places(asked)
        is_given_more = bool(own.function.decorators)  # a decorator may hand it a session
        return fewest <= most and (is_given_more or least <= greatest)

    def _having(self, name: str) -> frozenset[str]:
        """The production classes that define a public method of that name, or inherit it within the project."""
        known = self._classes_having.get(name)
        if known is None:
            below = self._inference.members.subclasses
            own = self._public_methods[1].get(name, ())
            known = self._classes_having[name] = frozenset(own).union(*(below.get(owner, ()) for owner in own))
        return known

    @cached_property
    def _public_methods(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """(production class → the public methods that it defines itself, method → the classes that do)."""
        methods: dict[str, list[str]] = defaultdict(list)
        classes: dict[str, list[str]] = defaultdict(list)
        for module in self._project.modules.all:
            if module.is_test:
                continue
            for function in module.outline.functions:
                outer = module.body.contexts[function.outer]
                if outer.kind == "class" and not function.name.startswith("_"):
                    owner = f"{module.name}.{module.outline.classes[outer.klass].qualname}"
                    methods[owner].append(function.name)
                    classes[function.name].append(owner)
        return dict(methods), dict(classes)

    def is_empty(self, definition: Def) -> bool:
        """The body does nothing: abstract, `...`, `pass`, `raise NotImplementedError`, `return None`."""
        known = self._empty.get(definition)
        if known is None:
            known = "abstract" in self._inference.returns.marks(definition) or all(
                _does_nothing(definition.module, s) for s in definition.module.own_statements(definition.index)
            )
            self._empty[definition] = known
        return known


def _named(text: str) -> str:
    """The class that a dotted path in a setting names (`"shop.stores.SqlStore"`, `"shop.stores:SqlStore"`)."""
    last = text.rpartition(":")[2].rpartition(".")[2]
    return last if last != text and last.isidentifier() else ""


def _items(expr: Expr | None) -> tuple[Expr, ...]:
    """What a display lists: the entries of a table of classes."""
    return expr.values if type(expr) is Mapping else expr.items if type(expr) is Collection else ()


def _places(definition: Def) -> tuple[int, int]:
    """How many arguments a method must be given by place, and how many it takes, behind its receiver."""
    parameters = definition.function.parameters[1 if receives_itself(definition) else 0 :]
    if any(p.kind == "*" for p in parameters):
        return 0, _ANY
    places = [p for p in parameters if p.kind in ("positional", "either")]
    return sum(p.default is None for p in places), sum(p.kind != "**" for p in parameters)


def _does_nothing(module: Module, statement: Statement) -> bool:
    value = statement.value
    match statement.kind:
        case "pass":
            return True
        case "return":
            return value is None or isinstance(value, Constant)
        case "expression":
            return isinstance(value, Constant)
        case "raise":
            if isinstance(value, CallRef):
                value = module.body.calls[value.index].callee
            return isinstance(value, Name) and value.id == "NotImplementedError"
        case _:
            return False


def _answers_at_once(definition: Def) -> bool:
    """What it gives cannot be awaited, as its annotation says."""
    function = definition.function
    if function.is_async or function.returns is None or function.decorators:
        return False
    return _AWAITED.isdisjoint(names_in(definition.module.body, function.returns))
