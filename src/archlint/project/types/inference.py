"""What an expression stands for, found by following it: names, attributes, calls, operators.

The order in which a name's type is looked for: what it is bound to (constructor, annotation, `with … as`, a call's
result, …), and only if that says nothing its name, at low confidence.  Every step is memoised and bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.knowledge import Operation as LibraryOperation
from archlint.facts.syntax import (
    Attribute,
    CallRef,
    Expr,
    Name,
    Subscript,
)
from archlint.project.model import Def, Type
from archlint.project.names.ambient import Ambient
from archlint.project.names.bindings import Bindings
from archlint.project.names.holding import Holding
from archlint.project.names.narrowing import Narrowing
from archlint.project.names.passed import Passed
from archlint.project.names.scopes import Binding
from archlint.project.names.symbols import Definition
from archlint.project.relations.named_rows import NamedRows
from archlint.project.source.usage import Usage
from archlint.project.types.annotations import Annotations
from archlint.project.types.entities import (
    SUPER,
    Bound,
    Entity,
    External,
    FunctionRef,
    ModuleRef,
    as_class,
    distinct,
    weakened,
)
from archlint.project.types.invocation import Invocation
from archlint.project.types.library_types import Environment, LibraryTypes, Site
from archlint.project.types.literals import Literals, Reader
from archlint.project.types.members import Members
from archlint.project.types.returns import Returns
from archlint.project.types.used_as import UsedAs

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 50
_ANYTHING = frozenset({"typing.Any", "builtins.object"})


class Inference:
    """Expressions → entities; several are alternatives, none means that nothing is known."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.usage = Usage(project)
        self.library = LibraryTypes(self)
        self.annotations = Annotations(self)
        self.members = Members(self)
        self.returns = Returns(self)
        self.ambient = Ambient(self)
        self.passed = Passed(self)
        self._bindings = Bindings(self)
        self._invocation = Invocation(self)
        self._holding = Holding(self)
        self._named_rows = NamedRows(self)
        self._narrowing = Narrowing(self)
        self._used_as = UsedAs(self)
        self._results: dict[str, list[tuple[Entity, ...] | None]] = {}
        """Path → what each of its calls gives, as far as that was asked."""
        self._globals: dict[tuple[str, str], tuple[Entity, ...]] = {}
        self._externals: dict[str, Entity] = {}
        self._telling: dict[str, bool] = {}
        self._passed_types: dict[tuple[str, int, int], tuple[Entity, ...]] = {}
        self._depth = 0
        self._by_kind: dict[type, Reader] = {
            Name: self._name,
            Attribute: self._attribute,
            CallRef: self._call,
            Subscript: self._subscript,
            **Literals(self).readers,
        }

    def entities(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:
        """What `expr`, standing in `module.body.contexts[context]`, may be."""
        read = self._by_kind.get(type(expr))
        if read is None or self._depth > _DEPTH:
            return ()
        self._depth += 1
        try:
            return read(module, expr, context)
        finally:
            self._depth -= 1

    @property
    def is_under_way(self) -> bool:
        """Something is being inferred: what a circle leads back to has no answer yet."""
        return self._depth > 0

    def callee(self, module: Module, expr: Expr, context: int) -> tuple[tuple[Entity, ...], tuple[Entity, ...]]:
        """(what is called, what stands before its name): of `a.b` what `a.b` is and what `a` is."""
        if type(expr) is not Attribute:
            return self.entities(module, expr, context), ()
        bases = self.entities(module, expr.base, context)
        return self._attribute_of(module, expr, bases, context), bases

    def bound(self, module: Module, binding: Binding, name: str) -> tuple[Entity, ...]:
        """What one binding gives its name."""
        return self._bindings.of(module, binding, name)

    def defined(self, definition: Definition) -> tuple[Entity, ...]:
        """What a definition of the symbols is."""
        if definition.kind == "external":
            return (self.external(definition.name),)
        module = definition.module
        if definition.kind == "module":
            near = definition.near or module
            return (ModuleRef(definition.name, module, near),) if near is not None else ()
        if module is None:
            return ()
        if definition.kind == "function":
            return (FunctionRef(Def(module, module.name, definition.index)),)
        if definition.kind == "class":
            return (Type(definition.name, (), True),)
        if definition.binding is None:
            return ()
        return self.bound(module, definition.binding, definition.name.rpartition(".")[2])

    def external(self, dotted: str) -> Entity:
        """A library name: a class, an object of a known type, or a mere name."""
        known = self._externals.get(dotted)
        if known is None:
            known = self._externals[dotted] = self._find_external(dotted)
        return known

    def _find_external(self, dotted: str) -> Entity:
        knowledge = self.project.knowledge
        dotted = knowledge.canonical(dotted)
        if knowledge.type(dotted) is not None:
            return Type(dotted, (), True)
        value = knowledge.value(dotted)
        if value is not None:
            found = self.library.told(value, Environment())
            if found:
                return found[0]
        return External(dotted)

    def operation(self, entity: Entity) -> LibraryOperation | None:
        """What is known of calling the entity, if it is a library's."""
        knowledge = self.project.knowledge
        if type(entity) is External:
            return knowledge.function(entity.name)
        if type(entity) is Bound:
            return entity.operation
        if type(entity) is Type:
            for ancestor in self.members.ancestors(entity):
                for _, info, _ in self.library.lineage(ancestor):
                    found = info.construct if entity.is_class else info.call
                    if found is not None:
                        return found
        return None

    # names

    def is_named_row(self, module: Module, expr: Name, context: int) -> bool:
        """It is a parameter of which nothing but its name tells that it is rows."""
        scope, bindings = module.scopes.lookup(context, expr.id, expr.at)
        if scope <= 0 or len(bindings) != 1 or not self._named_rows.types(module, expr.id):
            return False
        is_open = self._bindings.open_parameter(module, bindings[0]) is not None
        told = self._passed(module, bindings[0]) or self.guess(module, expr.id) if is_open else ()
        return is_open and not told and all(self.says_nothing(e) for e in self._alternatives(module, bindings, expr.id))

    def is_told_by_callers(self, module: Module, expr: Name, context: int) -> bool:
        """It is a parameter of which only they say what it is: each may give something else."""
        scope, bindings = module.scopes.lookup(context, expr.id, expr.at)
        if scope <= 0 or len(bindings) != 1 or self._bindings.open_parameter(module, bindings[0]) is None:
            return False
        return all(self.says_nothing(entity) for entity in self._alternatives(module, bindings, expr.id))

    def _name(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:
        assert isinstance(expr, Name)  # noqa: S101 - the table in `__init__` decides
        scope, bindings = module.scopes.lookup(context, expr.id, expr.at)
        if scope > 0:
            if expr.id in self._narrowing.tested(module):
                narrowed = self._narrowing.of(module, expr.id, context, scope)
                if narrowed:
                    return narrowed
            found = self._alternatives(module, bindings, expr.id)
            for entity in found:
                if self._tells(entity.name) if type(entity) is Type else type(entity) is not External:
                    return found  # most are such: neither use nor callers could tell more
            for entity in found:
                if type(entity) is not Type or not self.says_nothing(entity):
                    return self._used(module, expr, context, found)
            opened = [self._bindings.open_parameter(module, binding) for binding in bindings]
            if len(opened) == 1 and opened[0] is not None:
                is_told = opened[0].annotation is not None and not any(self.is_anything(entity) for entity in found)
                guess = () if is_told else self.guess(module, expr.id)
                named = () if is_told else self._named_rows.types(module, expr.id)
                passed = self._passed(module, bindings[0])
                return passed or (() if is_told else self._used_as.types(module, expr, context)) or guess or named or found
            return self._used(module, expr, context, found)
        symbols = self.project.symbols
        if scope == 0 and module.body.contexts[context].function < 0:
            definitions = [d for binding in bindings[-4:] for d in symbols.of_binding(module, expr.id, binding)]
            return distinct([e for definition in definitions for e in self.defined(definition)])
        key = (module.path, expr.id)
        known = self._globals.get(key)
        if known is None:
            self._globals[key] = ()
            known = distinct([e for definition in symbols.resolve_in(module, expr.id) for e in self.defined(definition)])
            self._globals[key] = known
        return known or (self.written_class(module, context) if expr.id == "__class__" else ())

    def _alternatives(self, module: Module, bindings: tuple[Binding, ...], name: str) -> tuple[Entity, ...]:
        if len(bindings) == 1:
            found = self._bindings.of(module, bindings[0], name)
            return distinct(found) if len(found) > 1 else found
        return distinct([e for binding in bindings[-4:] for e in self._bindings.of(module, binding, name)])

    def _tells(self, name: str) -> bool:
        """What is of that type is known for what it is: it neither says nothing here, nor to what use tells."""
        known = self._telling.get(name)
        if known is None:
            is_told = name not in _ANYTHING and self.project.knowledge.role(name) != "callable"
            known = self._telling[name] = is_told and self._used_as.is_known_type(name)
        return known

    def is_some_callable(self, entity: Entity) -> bool:
        """Known only as something that can be called: what it runs is better told by what is passed or returned."""
        return type(entity) is Type and self.project.knowledge.role(entity.name) == "callable"

    def is_anything(self, entity: Entity) -> bool:
        """Annotated as what may be anything."""
        return type(entity) is Type and entity.name in _ANYTHING and not entity.is_class

    def says_nothing(self, entity: Entity) -> bool:
        """What it is is better told by whoever passes, sets or returns it."""
        if type(entity) is not Type:
            return False
        return self.project.knowledge.role(entity.name) == "callable" or (entity.name in _ANYTHING and not entity.is_class)

    def _passed(self, module: Module, binding: Binding) -> tuple[Entity, ...]:
        return self.handed(module, binding.function, binding.index)

    def handed(self, module: Module, row: int, position: int) -> tuple[Entity, ...]:
        """What callers pass for the parameter at `position` of the function in that row of the module."""
        key = (module.path, row, position)
        known = self._passed_types.get(key)
        if known is None:
            self._passed_types[key] = ()
            known = self._passed_types[key] = self.passed.types(module, row, position)
        return known

    def guess(self, module: Module, name: str) -> tuple[Entity, ...]:
        """What a name means by habit where the module's imports reach the library; at low confidence."""
        knowledge = self.project.knowledge
        if name not in knowledge.names:
            return ()
        found = [(d, library) for d, library in knowledge.names[name] if self.usage.reaches(module, library)]
        near = [(d, library) for d, library in found if self.usage.imports(module, library)] or found
        if not near or len({knowledge.role(dotted) for dotted, _ in near}) > 1:
            return ()
        return (Type(near[0][0], (), False, Confidence.LOW),)

    def class_named(self, text: str, module: Module, context: int) -> tuple[Entity, ...]:
        """The class that a string names where a library takes classes by name (`"self"`, `"shop.Order"`, `"Order"`)."""
        if text == "self":
            return self.written_class(module, context)
        last = text.rpartition(".")[2]
        if not last.isidentifier():
            return ()
        for definition in self.project.symbols.resolve_in(module, last):
            if definition.kind == "class":
                return (Type(definition.name, (), True),)
        named = self.project.symbols.classes_by_last_name.get(last, ())
        if len(named) > 1:
            top = module.name.partition(".")[0]
            named = tuple(k for k in named if f".{text.partition('.')[0]}." in f".{k.name}" or k.name.startswith(top))
        return (Type(named[0].name, (), True),) if named else ()

    def written_class(self, module: Module, context: int) -> tuple[Entity, ...]:
        """The class in whose body or method a place stands."""
        row = module.body.contexts[context].klass
        if row < 0:
            return ()
        return (Type(f"{module.name}.{module.outline.classes[row].qualname}", (), True),)

    # attributes

    def _attribute(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:
        assert isinstance(expr, Attribute)  # noqa: S101 - the table in `__init__` decides
        return self._attribute_of(module, expr, self.entities(module, expr.base, context), context)

    def _attribute_of(self, module: Module, expr: Attribute, bases: tuple[Entity, ...], context: int) -> tuple[Entity, ...]:
        if len(bases) == 1:
            told = self.attribute(bases[0], expr.attr)
            for entity in told or ():
                if self._is_telling(entity):
                    return distinct(told or ())
        found: list[Entity] = []
        understood = False
        for base in bases:
            entities = self.attribute(base, expr.attr)
            if entities is not None:
                understood = True
                found += entities
            elif not (isinstance(base, Type) and base.name in self.project.symbols.classes):
                understood = True
        for entity in found:
            if self._is_telling(entity):
                return distinct(found)
        stored = self.ambient.stored(module, expr)
        if stored:
            return distinct([*stored, *found])
        managed = self._managed(module, expr, bases) or self._led_to(module, expr, found)
        if managed or found or understood:
            return self._used(module, expr, context, managed or distinct(found))
        return self._used_as.types(module, expr, context) or self._guessed_attribute(module, expr, bases)

    def _used(self, module: Module, expr: Expr, context: int, found: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """`found`, or what use tells where it says nothing."""
        if self._used_as.says_nothing(found):
            return self._used_as.types(module, expr, context) or found
        return found

    def _managed(self, module: Module, expr: Attribute, bases: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """A class attribute that by its name asks for rows, of a class that nobody knows (`Token.objects`, `model.objects`)."""
        for guess in self.guess(module, expr.attr) if expr.attr in self.project.knowledge.names else ():
            if isinstance(guess, Type) and self.project.knowledge.role(guess.name) == "db-manager":
                sure = Type(guess.name, guess.arguments, False, Confidence.MEDIUM)
                first = bases[0] if bases else None
                if first is None:
                    return (sure,)
                if isinstance(first, External) and first.name.rpartition(".")[2][:1].isupper():
                    return (self.members.owned(sure, Type(first.name, (), True)),)
        return ()

    def _led_to(self, module: Module, expr: Attribute, found: Sequence[Entity]) -> tuple[Entity, ...]:
        """The way back of a relation, of an object of which nothing is known, by its name and by what is asked of it."""

        def asked() -> str:
            return module.asked.get((expr.at, expr.end), "")

        led = self.members.relations.called_so(expr.attr, asked) if not found else ()
        return tuple(weakened(each, Confidence.MEDIUM) for each in led)

    def _is_telling(self, entity: Entity) -> bool:
        """More than the mere name of something in a library."""
        if type(entity) is External:
            return self.project.knowledge.function(entity.name) is not None
        return not self.is_anything(entity)

    def _guessed_attribute(self, module: Module, expr: Attribute, bases: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """For what no class defines that is read: a mixin's `self.session`, a manager of an unknown base."""
        base = expr.base
        last = base.id if type(base) is Name else base.attr if type(base) is Attribute else ""
        if bases and last in ("self", "cls"):
            return self.guess(module, expr.attr)
        owner = next((b for b in bases if isinstance(b, Type) and b.is_class), None)
        if owner is not None:
            return tuple(self.members.owned(e, owner) if isinstance(e, Type) else e for e in self.guess(module, expr.attr))
        return self.guess(module, f"{last}.{expr.attr}") if last else ()

    def attribute(self, base: Entity, name: str) -> tuple[Entity, ...] | None:
        """What `base.name` is; None where the base is known to have no such name, or nothing is known of it."""
        if type(base) is Type:
            if name == "__class__" and not base.is_class:
                return (as_class(base),)
            return self._attribute_of_type(base, name)
        if type(base) is ModuleRef:
            definitions = self.project.symbols.member(base.module, base.name, name, base.near)
            return tuple(e for definition in definitions for e in self.defined(definition))
        if type(base) is External:
            return (self.external(f"{base.name}.{name}"),)
        if isinstance(base, FunctionRef):
            return self.function_attribute(base, name)
        return None

    def _attribute_of_type(self, base: Type, name: str) -> tuple[Entity, ...] | None:
        if base.name == SUPER:
            return self.members.super_of(base, name)
        if base.name in self.project.symbols.classes:
            return self.members.find(base, name)
        known = self.library.attribute(base, name, base)
        if known is None and not base.is_class:
            known = self.members.led_to(base, name)
        if known is None:  # a name of the library of which nothing is known
            guessed = base.confidence == Confidence.LOW or self.project.knowledge.type(base.name) is None
            return None if guessed else (self.external(f"{base.name}.{name}"),)
        return known

    def function_attribute(self, base: FunctionRef, name: str) -> tuple[Entity, ...] | None:
        """A method that a library decorator adds to a function (a task's `delay`)."""
        definition = base.definition
        for operation, call in self.returns.decorated_by(definition):
            if operation.returns is None:
                continue
            site = Site(definition.module, definition.function.outer, call, base)
            for made in self.library.told(operation.returns, Environment(None, {}, site)):
                if not isinstance(made, Type):
                    continue
                found = self.attribute(made, name)
                # of a class of the project only what it writes anew is its own (`@app.task(base=AfterCommit)`)
                if made.name not in self.project.symbols.classes or any(type(e) is FunctionRef for e in found or ()):
                    return found
        return None

    # calls

    def _call(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:  # noqa: ARG002
        assert isinstance(expr, CallRef)  # noqa: S101 - the table in `__init__` decides
        return self.result(module, expr.index)

    def result(self, module: Module, index: int) -> tuple[Entity, ...]:
        """What the call `module.body.calls[index]` gives."""
        rows = self._results.get(module.path)
        if rows is None:
            rows = self._results[module.path] = [None] * len(module.body.calls)
        known = rows[index]
        if known is None:
            rows[index] = ()
            call = module.body.calls[index]
            found: list[Entity] = []
            for callee in self.entities(module, call.callee, call.context):
                found += self.called(callee, Site(module, call.context, call))
            known = rows[index] = distinct(found)
        return known

    def called(self, callee: Entity, site: Site | None = None) -> tuple[Entity, ...]:
        """What calling the entity gives."""
        return self._invocation.called(callee, site)

    def parameters(self, receiver: Type, owner: str) -> dict[str, tuple[Type, ...]]:
        """The type parameters of a library type, as the receiver or one of its ancestors fills them."""
        return self._invocation.parameters(receiver, owner)

    def provided(self, entity: Entity) -> tuple[Entity, ...]:
        """What a callable that is handed over gives its user: a generator function the value that it yields."""
        return self._invocation.provided(entity)

    # what values hold

    def items(self, entity: Entity) -> tuple[Entity, ...]:
        """What iterating over the entity gives."""
        return self._holding.items(entity)

    def entered(self, entity: Entity) -> tuple[Entity, ...]:
        """What `with entity as x` binds."""
        return self._holding.entered(entity)

    def _given(self, module: Module, expr: Subscript, context: int) -> list[Entity]:
        """`Provide[Container.shop]`: what the provider gives when it is called."""
        return [
            given
            for index in expr.index
            for each in self.entities(module, index, context)
            for given in self.called(each) or (each,)
        ]

    def _subscript(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:
        assert isinstance(expr, Subscript)  # noqa: S101 - the table in `__init__` decides
        found: list[Entity] = []
        for base in self.entities(module, expr.base, context):
            if not isinstance(base, Type):
                continue
            if base.is_class and self.project.knowledge.role(base.name) == "provider-item":
                found += self._given(module, expr, context)
            elif base.is_class:
                found += [as_class(t) for t in self.annotations.types(module, expr, context) if isinstance(t, Type)]
                break
            found += self._holding.indexed(base, expr.index[0] if expr.index else None)
        return self._used(module, expr, context, distinct(found or self.ambient.stored(module, expr, context)))
