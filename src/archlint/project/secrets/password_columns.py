"""Columns that hold what a person logs in with, and where code writes to them or asks for them.

Left out are columns that hash by themselves (setters, validators, listeners, column types) and those of records about
other systems (with a host, a port, an address), whose passwords have to be readable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.findings import Confidence, Site
from archlint.facts.syntax import Attribute, CallRef, Expr, Function, Name
from archlint.project.model import CallSite, Type
from archlint.project.names.own_makers import OwnMakers
from archlint.project.parts import parts_of
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.spelling import last_name
from archlint.project.values.written_fields import pairs_of, speaks_of
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


_INHERITED = "password"
"""The column that base classes of libraries have."""
_OWN_SETTER = "set_password"
"""The method that they hash by."""
_SETTING = frozenset({"values", "insert", "update"})
"""Methods that say what a statement writes, and execute nothing themselves."""
_FLAGS = frozenset({"bool", "boolean"})
_RELATING = frozenset({"ForeignKey", "OneToOneField", "relationship", "Relationship"})


@dataclass(frozen=True)
class PasswordUse:
    """A value on its way into a column (`write`), or asked for in a query (`query`). `column`: `PartnerRow.password`.

    `hashed`: a write into a column that is named for the hash that it holds (`password_hash`); `made`: such a field of
    an object that is no row itself."""

    module: Module = field(repr=False)
    site: Site
    value: Expr
    context: int
    column: str
    kind: Literal["write", "query", "hashed", "made"]
    confidence: Confidence
    inside: bool = False
    """A method of the stored class itself does it, with what others give it."""


class ColumnWords(Struct, frozen=True):
    """`hashing`: words in the names of what hashes; `remote`: in the fields of records about other systems;
    `hashing_calls`: methods that hash the password that they are given; `owners` and `keys`: fields of a record that
    belongs to a user and holds a key beside the password, as one of an account elsewhere does."""

    hashing: frozenset[str]
    remote: frozenset[str]
    hashing_calls: frozenset[str]
    owners: frozenset[str]
    keys: frozenset[str]


class PasswordColumns:
    def __init__(self, project: Project, vocabulary: Vocabulary, words: ColumnWords) -> None:
        self._project = project
        self._vocabulary = vocabulary
        self._words = words
        self._columns: dict[tuple[str, str], bool] = {}
        self._setters: set[str] = set()
        self._own_makers = OwnMakers(project, vocabulary, words.hashing)

    def uses(self) -> Iterator[PasswordUse]:
        """Those of production code, by module and place."""
        for module in self._project.modules.production:
            for use in self._assigned(module):
                yield from self._unless_set_again(use)
            for site in self._project.calls.in_module(module):
                for use in self._given(site):
                    yield from self._unless_set_again(use)

    def _unless_set_again(self, use: PasswordUse) -> Iterator[PasswordUse]:
        """What the same function hands to a method that hashes it for the column is not what stays there."""
        body = use.module.body
        calls = use.module.own_calls(body.contexts[use.context].function)
        setters = self._setters | {_OWN_SETTER} if use.column.endswith(f".{_INHERITED}") else self._setters
        if not any(last_name(body, call.callee) in setters for call in calls):
            yield use

    def column(self, module: Module, expr: Expr, context: int) -> tuple[str, Confidence] | None:
        """The column that an attribute is of a stored object (or of its class)."""
        if type(expr) is not Attribute or self._vocabulary.names(expr.attr) is None:
            return None
        for type_ in self._project.types.all(module, expr.base, context):
            if self.is_column(type_, expr.attr):
                return f"{type_.name.rpartition('.')[2]}.{expr.attr}", type_.confidence
        return None

    def is_column(self, type_: Type, name: str) -> bool:
        """The class is a stored one, keeps a person's password under the name, and does nothing to it by itself."""
        key = (type_.name, name)
        if key not in self._columns:
            self._columns[key] = self._is_column(type_, name)
        return self._columns[key]

    def names(self, type_: Type) -> tuple[str, ...]:
        """The columns of a stored class that keep a person's password."""
        found: dict[str, None] = {}
        for ancestor in self._project.types.inference.members.ancestors(type_):
            if self._project.knowledge.method(ancestor.name, _OWN_SETTER) is not None:
                found[_INHERITED] = None
            klass = self._project.symbols.classes.get(ancestor.name)
            if klass is not None:
                found.update(dict.fromkeys(self._project.symbols.scopes(klass.module).names(klass.klass.context)))
        return tuple(n for n in found if self._vocabulary.names(n) is not None and self.is_column(type_, n))

    @cached_property
    def _mapped(self) -> frozenset[str]:
        """Classes of the project that a call maps to a table."""
        types = self._project.types
        return frozenset(
            type_.name
            for site in self._project.calls.registered("maps-class")
            for argument in site.call.arguments[:1]
            for type_ in types.all(site.module, argument.value, site.call.context)
            if type_.is_class
        )

    def _is_stored(self, type_: Type) -> bool:
        klass = self._project.symbols.classes.get(type_.name)
        if (klass is not None and type_.name in self._mapped) or self._is_users(type_.name):
            return True
        if klass is None or self._project.types.role(type_) != "db-model":
            return False
        inference = self._project.types.inference
        lineages = (inference.library.lineage(a) for a in inference.members.ancestors(type_))
        wanted = {info.stored_if for lineage in lineages for _, info, _ in lineage} - {""}
        return not wanted or any(k.name in wanted for k in klass.klass.keywords)

    def _is_users(self, name: str) -> bool:
        """The class of a library whose rows are people that sign in, and that hashes by a method of its own."""
        knowledge = self._project.knowledge
        return knowledge.role(name) == "db-model" and knowledge.method(name, _OWN_SETTER) is not None

    def _is_for_hash(self, name: str) -> bool:
        return self._vocabulary.looks_alike(name) and not self._words.hashing.isdisjoint(words_of(name))

    def _is_column(self, type_: Type, name: str) -> bool:
        project = self._project
        if self._is_users(type_.name):
            return name == _INHERITED
        if not self._is_stored(type_) or self._vocabulary.names(name) is None:
            return False
        classes = [c for a in project.types.inference.members.ancestors(type_) if (c := project.symbols.classes.get(a.name))]
        if name != _INHERITED and type_.name not in self._mapped and not any(self._declares(klass, name) for klass in classes):
            return False  # kept for the moment only
        if any(self._is_remote(klass) or self._is_flag(klass, name) for klass in classes):
            return False
        return not any(self._hashes(klass, name) for klass in classes)

    def _declares(self, klass: ClassDef, name: str) -> bool:
        """In the class's body, by an annotation or by what a call makes of it."""
        bindings = self._project.symbols.scopes(klass.module).bindings(klass.klass.context, name)
        made = [klass.module.body.statements[b.index] for b in bindings if b.kind == "statement"]
        return any(s.kind == "annotate" or isinstance(s.value, CallRef) for s in made)

    def _is_flag(self, klass: ClassDef, name: str) -> bool:
        """`has_password = BooleanField()`, `permanent_password: bool`."""
        body = klass.module.body
        bindings = self._project.symbols.scopes(klass.module).bindings(klass.klass.context, name)
        made = [body.statements[b.index] for b in bindings if b.kind == "statement"]
        exprs = [expr for statement in made for expr in (statement.value, statement.annotation) if expr is not None]
        words = {word for expr in exprs for part in parts_of(body, expr) for word in words_of(last_name(body, part))}
        return not _FLAGS.isdisjoint(words)

    def _is_remote(self, klass: ClassDef) -> bool:
        scopes = self._project.symbols.scopes(klass.module)
        held = klass.klass.context  # methods and properties tell of no other system (`get_absolute_url`)
        names = tuple(n for n in scopes.names(held) if any(b.kind != "function" for b in scopes.bindings(held, n)))
        if not self._words.keys.isdisjoint(names) and any(self._is_owner(klass, name) for name in names):
            return True
        return any(not self._words.remote.isdisjoint(words_of(name)) for name in (*names, klass.klass.name))

    def _is_owner(self, klass: ClassDef, name: str) -> bool:
        """`user_id`, and `user = ForeignKey(…)`; an `account` that is a text may be a login's name."""
        if name.removesuffix("_id") not in self._words.owners:
            return False
        statements = klass.module.body.statements
        bindings = self._project.symbols.scopes(klass.module).bindings(klass.klass.context, name)
        made = [statements[b.index].value for b in bindings if b.kind == "statement"]
        return name.endswith("_id") or any(last_name(klass.module.body, value) in _RELATING for value in made)

    def _hashes(self, klass: ClassDef, name: str) -> bool:
        """A setter, a validator, a listener, a `__setattr__`, a method that hashes it, or a column type that does."""
        module = klass.module
        scopes = self._project.symbols.scopes(module)
        for binding in scopes.bindings(klass.klass.context, name):
            if binding.kind == "function":
                return True
            if binding.kind == "statement" and self._is_hashing_type(module, binding.index):
                return True
        if scopes.bindings(klass.klass.context, "__setattr__"):
            return True
        for row, function in enumerate(module.outline.functions):
            if any(speaks_of(module, decorator, name) for decorator in function.decorators):
                return True
            if function.klass == klass.index and self._sets_hash(module, row, name):
                if not self._is_setter(function):
                    return True
                self._setters.add(function.name)
        return False

    def _is_setter(self, function: Function) -> bool:
        """`set_password(raw)`, `hash_password(raw)`: whoever fills the column otherwise goes past it; hooks such as `save()`
        and `__init__` see all."""
        taken = [p for p in function.parameters if p.kind in ("positional", "either") and p.name not in ("self", "cls")]
        words = words_of(function.name)
        asked = "set" in words or not self._words.hashing.isdisjoint(words)
        return asked and bool(taken) and not function.name.startswith("__") and not function.decorators

    def _sets_hash(self, module: Module, row: int, name: str) -> bool:
        """A method that hashes something and sets `self.name`."""
        body, klass = module.body, module.outline.functions[row].klass
        bindings = self._project.symbols.scopes(module).self_attributes.get(klass, {}).get(name, [])
        if all(body.contexts[body.statements[binding.index].context].function != row for binding in bindings):
            return False
        for site in self._project.calls.in_module(module):
            if body.contexts[site.call.context].function == row:
                operation = site.operation
                hashes = operation is not None and operation.hash is not None
                if hashes or not self._words.hashing.isdisjoint(words_of(last_name(body, site.call.callee))):
                    return True
        return False

    def _is_hashing_type(self, module: Module, statement: int) -> bool:
        """By a word in its name, or a descriptor of the project, which does what it likes with the value."""
        made = module.body.statements[statement]
        value_types = self._project.types.all(module, made.value, made.context) if made.value is not None else ()
        if any(self._project.types.inference.members.find(t, "__set__") for t in value_types if not t.is_class):
            return True
        for expr in (made.value, made.annotation):
            for part in parts_of(module.body, expr):
                words = words_of(last_name(module.body, part))
                if not self._words.hashing.isdisjoint(words) or words in (("password", "type"), ("password", "field")):
                    return True
        return False

    # where a column gets its value

    def _assigned(self, module: Module) -> Iterator[PasswordUse]:
        for statement in module.statements["assign"]:
            target = statement.target
            if statement.value is None or type(target) is not Attribute:
                continue
            site = Site(module.path, statement.at, statement.end)
            found = self.column(module, target, statement.context)
            if found is not None:
                inside = isinstance(target.base, Name) and target.base.id == "self"
                yield PasswordUse(module, site, statement.value, statement.context, found[0], "write", found[1], inside)
            elif self._is_for_hash(target.attr):
                for type_ in self._project.types.all(module, target.base, statement.context):
                    if self._is_stored(type_):
                        column = f"{type_.name.rpartition('.')[2]}.{target.attr}"
                        yield PasswordUse(module, site, statement.value, statement.context, column, "hashed", type_.confidence)

    def _given(self, site: CallSite) -> Iterator[PasswordUse]:
        pairs = [p for p in pairs_of(site) if self._vocabulary.holds(p[0])]
        pairs = [p for p in pairs if self._vocabulary.names(p[0]) is not None or self._is_for_hash(p[0])]
        if not pairs:
            return
        named = {last_name(site.module.body, site.call.callee), *(t.name.rpartition(".")[2] for t in site.targets)}
        if not named.isdisjoint(self._words.hashing_calls):
            return
        for type_, kind in self.stored(site):
            for name, value in pairs:
                column = f"{type_.name.rpartition('.')[2]}.{name}"
                if self.is_column(type_, name):
                    yield PasswordUse(site.module, site.site, value, site.call.context, column, kind, type_.confidence)
                elif kind == "write" and self._is_for_hash(name) and self._is_stored(type_):
                    yield PasswordUse(site.module, site.site, value, site.call.context, column, "hashed", type_.confidence)
                elif kind == "write" and self._is_for_hash(name):
                    yield PasswordUse(site.module, site.site, value, site.call.context, column, "made", type_.confidence)
            return

    def stored(self, site: CallSite) -> Iterator[tuple[Type, Literal["write", "query"]]]:
        """The stored class that a call makes an instance of, or whose rows it writes or looks for."""
        for target in site.targets:
            made = target.name.removesuffix(".__init__")
            if target.definition is None and (target.name in self._project.symbols.classes or self._is_users(made)):
                yield Type(made, (), False, target.confidence), "write"  # a class's own `__init__` may hash
        yield from ((type_, "write") for type_ in self._own_makers.made(site) if self._is_stored(type_))
        operation, receiver = site.operation, site.receiver
        if operation is not None and receiver is not None:
            writes = any(effect.startswith("db.write") for effect in operation.effect)
            writes = writes or last_name(site.module.body, site.call.callee) in _SETTING
            for argument in receiver.arguments[:1]:
                yield argument, "write" if writes else "query"
            if receiver.is_class and receiver.name in self._project.symbols.classes:
                yield Type(receiver.name, (), False, receiver.confidence), "write" if writes else "query"
