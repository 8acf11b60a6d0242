"""Classes that make plain data of objects: which fields they show, and what each reads of the object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from archlint.facts.findings import Site
from archlint.facts.serializing import Serializing, ShownField
from archlint.facts.syntax import Attribute, Call, CallRef, Collection, Constant, Expr, Name, String
from archlint.project.model import Def, Type, argument_of
from archlint.project.names.class_attributes import method_in, value_in
from archlint.project.names.symbols import ClassDef
from archlint.project.parts import parts_of
from archlint.project.relations.given_parts import GivenParts, shown_as
from archlint.project.relations.stored_attributes import StoredAttributes
from archlint.project.spelling import last_name
from archlint.project.values.names_listed import NamesListed

if TYPE_CHECKING:
    from archlint.project.program import Project

Reads = Literal["value", "key", "object", "method"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of what is shown. `path`: the attributes that are read of the object, one of the other; none: it is shown
    itself.  `nested`: the class that shows what the path leads to.  `method`: what gives the field."""

    name: str
    site: Site = field(repr=False)
    path: tuple[str, ...]
    reads: Reads
    nested: ClassDef | None = None
    method: Def | None = None
    is_optional: bool = False
    """Some code of the class leaves it out."""
    deep: int = 0
    """How far relations of what is shown are shown too, by the framework itself."""
    is_function: bool = False
    """`method` is none of the class: it gets the object alone."""
    only: frozenset[str] | None = None
    """The fields of `nested` that are shown, where it is made with their names."""


class Serializers:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._members = project.types.inference.members
        self._attributes = StoredAttributes(project)
        self._names = NamesListed(project)
        self._given = GivenParts(project)
        self._known: dict[str, tuple[Field, ...]] = {}

    @cached_property
    def classes(self) -> tuple[ClassDef, ...]:
        """Those of production code that are made of what they show, by name."""
        named = self._by_base_names
        found = (self._project.symbols.classes[name] for name in sorted(named))
        return tuple(klass for klass in found if klass.module.is_production and (a := self.about(klass)) and not a.annotated)

    @cached_property
    def _by_base_names(self) -> frozenset[str]:
        """The classes whose bases are written with the name of such a class, or of one over it: the few to look at."""
        known = {
            name.rpartition(".")[2]
            for library in self._project.knowledge.libraries
            for name in library.types
            if any(
                info.serializing is not None and not info.serializing.annotated
                for _, info in self._project.knowledge.infos(name)
            )
        }
        by_base: dict[str, set[str]] = {}
        for name, klass in self._project.symbols.classes.items():
            for base in klass.klass.bases:
                by_base.setdefault(last_name(klass.module.body, base), set()).add(name)
        found: set[str] = set()
        waiting = sorted(known)
        while waiting:
            for name in by_base.get(waiting.pop(), ()):
                if name not in found:
                    found.add(name)
                    waiting.append(name.rpartition(".")[2])
        return frozenset(found)

    def about(self, klass: ClassDef) -> Serializing | None:
        """How the class works, if it is one."""
        ancestors = self._members.ancestors(Type(klass.name))
        infos = (info for ancestor in ancestors for _, info in self._project.knowledge.infos(ancestor.name))
        return next((info.serializing for info in infos if info.serializing is not None), None)

    def model(self, klass: ClassDef) -> Type | None:
        """The stored class that it says it shows."""
        about = self.about(klass)
        given = self._option(klass, about.options, about.model) if about is not None else None
        if given is None:
            return None
        owner, value = given
        found = self._project.types.all(owner.module, value, owner.klass.context)
        return next((Type(t.name) for t in found if t.is_class and self._project.types.role(t) == "db-model"), None)

    def fields(self, klass: ClassDef, model: Type | None) -> tuple[Field, ...]:
        """What is shown of an object of a stored class: the fields that are declared, then those that are only named."""
        key = f"{klass.name} of {model.name if model else ''}"
        if key not in self._known:
            self._known[key] = ()
            self._known[key] = tuple(self._fields(klass, model))
        return self._known[key]

    def getters(self, klass: ClassDef) -> Iterator[Def]:
        """The methods that give its declared fields."""
        for _, shown in self._declared(klass):
            yield from (field.method for field in shown if field.method is not None)

    def _fields(self, klass: ClassDef, model: Type | None) -> Iterator[Field]:
        about = self.about(klass)
        if about is None or about.annotated:
            yield from self._annotated(klass) if about is not None else ()
            return
        listed = self._option(klass, about.options, about.fields)
        named = self._names.of(listed[0].module, listed[1], listed[0].klass.context) if listed is not None else None
        is_all = named is not None and about.everything in named
        left_out = self._option(klass, about.options, about.exclude)
        out = self._names.of(left_out[0].module, left_out[1], left_out[0].klass.context) if left_out is not None else None
        declared = dict(self._declared(klass))
        taken = self._taken_away(klass)
        for name, shown in declared.items():
            if (named is None or is_all or name in named) and name not in (out or ()):
                yield from (replace(field, is_optional=name in taken) for field in shown)
        deep = self._depth(klass, about)
        given = named if named is not None and not is_all else {}
        if model is not None and (is_all or out is not None):
            whole = listed if listed is not None else left_out
            site = Site(whole[0].module.path, whole[1].at, whole[1].end) if whole is not None else None
            shows = self._shows_relations(klass, about)
            many = {found.name: site for found in self._attributes.many_of(model) if site is not None and shows}
            given = {name: at for name, at in many.items() if name not in (out or ())}
        for name, site in given.items():
            if name not in declared and model is not None:
                yield self._by_name(name, site, model, deep)

    def _annotated(self, klass: ClassDef) -> Iterator[Field]:
        """The fields that the annotations of the class and its bases name; a stored class shows none of its relations."""
        if self._is_shown_otherwise(klass):
            return
        seen: set[str] = set()
        is_stored = self._project.types.role(Type(klass.name)) == "db-model"
        for ancestor in self._members.ancestors(Type(klass.name)):
            own = self._project.symbols.classes.get(ancestor.name)
            for statement in own.module.body.statements if own is not None else ():
                target = statement.target
                if own is None or statement.kind != "annotate" or statement.context != own.klass.context:
                    continue
                if isinstance(target, Name) and target.id not in seen and statement.annotation is not None:
                    seen.add(target.id)
                    if is_stored and self._attributes.of(Type(klass.name), target.id) is not None:
                        continue
                    nested = self._annotated_class(own, statement.annotation)
                    site = Site(own.module.path, target.at, target.end)
                    given = self._giving(klass, target.id)
                    if given is not None:
                        yield Field(target.id, site, (), "method", method=given, is_function=_is_static(given))
                        continue
                    yield Field(target.id, site, (target.id,), "object" if nested is not None else "value", nested)

    def _giving(self, klass: ClassDef, name: str) -> Def | None:
        """The method that gives an annotated field in place of the object's attribute."""
        about = self.about(klass)
        return method_in(self._project, Type(klass.name), about.getter.format(name=name)) if about and about.getter else None

    def _is_shown_otherwise(self, klass: ClassDef) -> bool:
        """A method of the class, or of a base, shows the object in place of its fields."""
        about = self.about(klass)
        instead = frozenset(about.instead) if about is not None else frozenset[str]()
        owners = (self._project.symbols.classes.get(a.name) for a in self._members.ancestors(Type(klass.name)))
        return any(
            not instead.isdisjoint(last_name(own.module.body, decorator) for decorator in function.decorators)
            for own in owners
            if own is not None and instead
            for function in own.module.outline.functions
            if function.klass == own.index
        )

    def _annotated_class(self, owner: ClassDef, annotation: Expr) -> ClassDef | None:
        """The class of the kind that an annotation names: `list[Line]`, `Line | None`, `"Line"`."""
        module, context = owner.module, owner.klass.context
        for part in parts_of(module.body, annotation):
            found: list[str] = []
            if isinstance(part, Name | Attribute):
                found = [t.name for t in self._project.types.all(module, part, context) if t.is_class]
            elif isinstance(part, String):
                found = [d.name for d in self._project.symbols.resolve_in(module, part.value) if d.kind == "class"]
            for name in found:
                klass = self._project.symbols.classes.get(name)
                about = self.about(klass) if klass is not None else None
                if about is not None and about.annotated:
                    return klass
        return None

    def _by_name(self, name: str, site: Site, model: Type, deep: int) -> Field:
        attribute = self._attributes.of(model, name)
        if attribute is not None and attribute.definition is not None:
            return Field(name, site, (name,), "method", method=attribute.definition)
        return Field(name, site, (name,), "object" if deep else "key", deep=max(deep - 1, 0))

    def _taken_away(self, klass: ClassDef) -> frozenset[str]:
        """`self.fields.pop("lines")`, in a method of the class or of its bases; or what an option names that such a method
        reads: `for name in getattr(self.Meta, "detail_only"): fields.pop(name)`."""
        ancestors = {ancestor.name for ancestor in self._members.ancestors(Type(klass.name))}
        listed = [self._option(klass, options, name) for owner, options, name in self._popped_by_option if owner in ancestors]
        by_option = (
            name
            for given in listed
            if given
            for name in self._names.of(given[0].module, given[1], given[0].klass.context) or ()
        )
        return frozenset(name for owner, name in self._popped if owner in ancestors).union(by_option)

    @cached_property
    def _popped_by_option(self) -> frozenset[tuple[str, str, str]]:
        """(class, its options, option) of methods that take fields away by a name that changes, and read the option."""
        found: set[tuple[str, str, str]] = set()
        for module, call in self._project.calls.written("pop"):
            place, given = module.body.contexts[call.context], call.arguments[:1]
            base = call.callee.base if isinstance(call.callee, Attribute) else None
            if place.klass < 0 or not given or not isinstance(given[0].value, Name) or last_name(module.body, base) != "fields":
                continue
            owner = f"{module.name}.{module.outline.classes[place.klass].qualname}"
            for asked in module.own_calls(place.function):
                of = [argument.value for argument in asked.arguments[:2]]
                is_read = last_name(module.body, asked.callee) == "getattr" and len(of) > 1
                if is_read and isinstance(of[0], Attribute) and isinstance(of[1], String):
                    found.add((owner, of[0].attr, of[1].value))
        return frozenset(found)

    @cached_property
    def _popped(self) -> frozenset[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for module, call in self._project.calls.written("pop"):
            row, given = module.body.contexts[call.context].klass, call.arguments[:1]
            base = call.callee.base if isinstance(call.callee, Attribute) else None
            if row >= 0 and given and isinstance(given[0].value, String) and last_name(module.body, base) == "fields":
                found.add((f"{module.name}.{module.outline.classes[row].qualname}", given[0].value.value))
        return frozenset(found)

    def _shows_relations(self, klass: ClassDef, about: Serializing) -> bool:
        given = self._option(klass, about.options, about.relations) if about.relations else None
        return not about.relations or (given is not None and not _is_false(given[1]))

    def _depth(self, klass: ClassDef, about: Serializing) -> int:
        given = self._option(klass, about.options, about.depth)
        value = given[1].value if given is not None and isinstance(given[1], Constant) else 0
        return value if isinstance(value, int) else 0

    def _option(self, klass: ClassDef, options: str, name: str) -> tuple[ClassDef, Expr] | None:
        """The value that the nearest nested class of that name sets, or a base of it."""
        for ancestor in self._members.ancestors(Type(klass.name)):
            nested = f"{ancestor.name}.{options}"
            if nested in self._project.symbols.classes:
                found = value_in(self._project, Type(nested), name)
                return (found[0], found[1].value) if found is not None and found[1].value is not None else None
        return None

    def _declared(self, klass: ClassDef) -> Iterator[tuple[str, tuple[Field, ...]]]:
        """Name → the field that the class or the nearest of its bases declares; none where it takes one away."""
        seen: set[str] = set()
        for ancestor in self._members.ancestors(Type(klass.name)):
            own = self._project.symbols.classes.get(ancestor.name)
            scopes = self._project.symbols.scopes(own.module) if own is not None else None
            for name in list(scopes.names(own.klass.context)) if own is not None and scopes is not None else ():
                found = value_in(self._project, Type(own.name), name) if own is not None and name not in seen else None
                if found is None or found[1].value is None:
                    continue
                target = found[1].target
                site = Site(found[0].module.path, target.at, target.end) if target is not None else None
                made = self._made(klass, found[0], name, found[1].value, site) if site is not None else None
                if made is not None:
                    seen.add(name)
                    yield name, made

    def _made(self, klass: ClassDef, owner: ClassDef, name: str, value: Expr, site: Site) -> tuple[Field, ...] | None:
        """What is shown under a name that the class gives a field, or None; None where it gives the name something else."""
        if isinstance(value, Constant) and value.value is None:
            return ()
        if not isinstance(value, CallRef):
            return None
        call = owner.module.body.calls[value.index]
        for found in self._project.types.all(owner.module, call.callee, call.context):
            shown = shown_as(self._project, found) if found.is_class else None
            if shown is not None:
                nested = self._project.symbols.classes.get(found.name)
                nested = nested if nested is not None and self.about(nested) is not None else None
                nested = nested or next((k for k in self._given.classes(owner, call, shown) if self.about(k) is not None), None)
                made = self._given.function(owner, call, shown)
                plain = Field(name, site, (), "value", nested, made, only=_named_fields(call))
                return tuple(self._field(klass, plain, call, shown))
        return None

    def _field(self, klass: ClassDef, plain: Field, call: Call, shown: ShownField) -> Iterator[Field]:
        """`plain`: the field as far as its name and its class tell."""
        if shown.reads == "nothing" or any(_is_true(argument_of(call, hidden)) for hidden in shown.hidden):
            return
        if shown.function is not None:
            if plain.method is not None:
                yield replace(plain, reads="method", is_function=True)
            return
        if shown.getter:
            given = argument_of(call, shown.method)
            getter = given.value if isinstance(given, String) else shown.getter.format(name=plain.name)
            method = method_in(self._project, Type(klass.name), getter)
            if method is not None:
                yield replace(plain, reads="method", method=method)
            return
        if shown.nested is not None and plain.nested is None:  # a list of plain values, a class out of sight
            return
        source = argument_of(call, shown.source)
        if source is not None and not isinstance(source, String):
            return
        written = source.value if source is not None else plain.name
        path = () if written == "*" else tuple(written.split("."))
        reads: Reads = "object" if shown.reads == "object" else "key" if shown.reads == "key" else "value"
        yield replace(plain, path=path, reads=reads)


def _named_fields(call: Call) -> frozenset[str] | None:
    """`LineSerializer(many=True, fields=["id", "name"])`"""
    given = next((argument.value for argument in call.arguments if argument.name == "fields"), None)
    if not isinstance(given, Collection) or not all(isinstance(item, String) for item in given.items):
        return None
    return frozenset(item.value for item in given.items if isinstance(item, String))


def _is_true(expr: Expr | None) -> bool:
    return isinstance(expr, Constant) and expr.value is True


def _is_false(expr: Expr) -> bool:
    return isinstance(expr, Constant) and expr.value is False


def _is_static(definition: Def) -> bool:
    return any(last_name(definition.module.body, each) == "staticmethod" for each in definition.function.decorators)
