"""What the text of an object shows: which of its secret fields stand in its `str()`, or in a dump of all its fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Comparison, Constant, Expr, String
from archlint.project.model import Def, Type
from archlint.project.parts import parts_of
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.flows import Habits, Place
from archlint.project.secrets.hashed_fields import HashedFields
from archlint.project.secrets.taint import Taint
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_ALL_FIELDS = frozenset({"__dict__", "__table__", "columns", "_meta", "model_fields", "__fields__", "__slots__"})
_PLAIN = frozenset({"builtins.bool", "builtins.int", "builtins.float"})
_PASSWORDS = frozenset({"password", "passwd", "passphrase", "pwd"})
_MOST_FIELDS = 6


def _of_the_key(module: Module, value: Expr) -> Iterator[Expr]:
    """What a primary key is read from, and what of it: it tells one row from another, and shows no other column."""
    for part in parts_of(module.body, value):
        chain: list[Expr] = [part]
        while isinstance(chain[-1], Attribute) and chain[-1].attr != "primary_key":
            chain.append(chain[-1].base)
        if isinstance(chain[-1], Attribute):
            yield from (*chain, chain[-1].base)


class PrintedFields:
    """Call it with a type (and whether all fields are taken): the secret fields that show; None where nothing is known."""

    def __init__(self, project: Project, vocabulary: Vocabulary, habits: Habits) -> None:
        self._project = project
        self._vocabulary = vocabulary
        self._taint = Taint(project, vocabulary, habits)
        self._hashed = HashedFields(self._taint, habits.sanitizers)
        self._known: dict[tuple[str, bool], tuple[str, ...] | None] = {}

    def __call__(self, type_: Type, whole: bool) -> tuple[str, ...] | None:
        key = (type_.name, whole)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._fields(type_) if whole else self._shown(type_)
        return self._known[key]

    def _shown(self, type_: Type) -> tuple[str, ...] | None:
        members = self._project.types.inference.members
        for name in ("__str__", "__repr__"):
            for entity in members.find(type_, name) or ():
                if isinstance(entity, FunctionRef):
                    return self._returned(entity.definition, type_)
        if self._prints_fields(type_):
            return self._fields(type_)
        # a class over bases of which nothing is known may print anything
        return () if self._is_understood(type_) else None

    def _returned(self, definition: Def, type_: Type) -> tuple[str, ...]:
        """The secrets in what a `__str__` gives; all secret fields where it goes over all fields."""
        if self._goes_over_all(definition):
            named = self._named_in(definition)  # what it speaks of by name, it leaves out or blots out
            return tuple(name for name in self._fields(type_) if name not in named)
        module = definition.module
        found: list[str] = []
        for statement in self._project.symbols.scopes(module).returns.get(definition.index, []):
            for source in self._taint.flow(statement.value, Place(module, statement.context)).sources:
                if source.certain:
                    found.append(source.label.removeprefix("self."))
        return tuple(dict.fromkeys(found))[:_MOST_FIELDS]

    def _named_in(self, definition: Def) -> frozenset[str]:
        """The strings in a function."""
        module = definition.module
        own = module.own_statements(definition.index)
        parts = (p for s in own for e in (s.target, s.value) for p in parts_of(module.body, e))
        return frozenset(part.value for part in parts if isinstance(part, String))

    def _goes_over_all(self, definition: Def) -> bool:
        module = definition.module
        for statement in module.own_statements(definition.index):
            if statement.value is not None:
                asked = {p.operands[-1] for p in parts_of(module.body, statement.value) if isinstance(p, Comparison)}
                asked |= set(_of_the_key(module, statement.value))
                for part in parts_of(module.body, statement.value):
                    if isinstance(part, Attribute) and part.attr in _ALL_FIELDS and part not in asked:
                        return True
                    if isinstance(part, CallRef) and last_name(module.body, part) == "vars":
                        return True
        return False

    def _fields(self, type_: Type) -> tuple[str, ...]:
        found: list[str] = []
        for klass in self._classes(type_):
            found += self._own_fields(klass)
        return tuple(dict.fromkeys(found))[:_MOST_FIELDS]

    def _own_fields(self, klass: ClassDef) -> Iterator[str]:
        scopes = self._project.symbols.scopes(klass.module)
        place = klass.klass.context
        for name in (*scopes.names(place), *scopes.self_attributes.get(klass.index, {})):
            naming = self._vocabulary.names(name)
            if naming is None or not naming.certain:
                continue
            bindings = [*scopes.bindings(place, name), *scopes.self_attributes.get(klass.index, {}).get(name, [])]
            if not all(b.kind == "statement" for b in bindings) or self._is_hidden(klass, name):
                continue
            if not _PASSWORDS.isdisjoint(words_of(name)) and self._hashed.only_hashes(klass, name):
                continue
            yield name

    def _is_hidden(self, klass: ClassDef, name: str) -> bool:
        """Masked by its type, a number, an object without a secret field, or left out by `repr=False` or `exclude=True`."""
        inference = self._project.types.inference
        found = [e for e in inference.members.find(Type(klass.name), name) or () if isinstance(e, Type)]
        if found and all(e.name in _PLAIN or self._project.types.role(e) == "secret" for e in found):
            return True
        if found and all(e.name in self._project.symbols.classes and self(e, True) == () for e in found):
            return True  # a group of settings: what it is called, none of its own fields is
        for binding in self._project.symbols.scopes(klass.module).bindings(klass.klass.context, name):
            value = klass.module.body.statements[binding.index].value if binding.kind == "statement" else None
            if isinstance(value, CallRef):
                for argument in klass.module.body.calls[value.index].arguments:
                    off = argument.name in ("repr", "exclude") and isinstance(argument.value, Constant)
                    if off and isinstance(argument.value, Constant) and argument.value.value is (argument.name == "exclude"):
                        return True
        return False

    def _classes(self, type_: Type) -> Iterator[ClassDef]:
        for ancestor in self._project.types.inference.members.ancestors(type_):
            klass = self._project.symbols.classes.get(ancestor.name)
            if klass is not None:
                yield klass

    def _prints_fields(self, type_: Type) -> bool:
        inference = self._project.types.inference
        for ancestor in inference.members.ancestors(type_):
            if any(info.prints for _, info, _ in inference.library.lineage(ancestor)):
                return True
        for klass in self._classes(type_):
            for decorator in klass.klass.decorators:
                callee = decorator
                if isinstance(decorator, CallRef):
                    callee = klass.module.body.calls[decorator.index].callee
                for entity in inference.entities(klass.module, callee, klass.klass.outer):
                    operation = inference.operation(entity)
                    if operation is not None and operation.register == "prints-fields":
                        return True
        return False

    def _is_understood(self, type_: Type) -> bool:
        """Every base of every class in its line is understood."""
        members = self._project.types.inference.members
        return all(len(members.bases(klass)) == len(klass.klass.bases) for klass in self._classes(type_))
