"""Passwords that reach their column among everything else that is sent: `Account(**payload.model_dump())`.

Nothing names the password there, so the function must not speak of it otherwise: whoever puts another value in its place,
takes it out or hashes anything beside, has thought of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, Await, CallRef, Expr, Name, String, Subscript
from archlint.project.model import Type
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import parts_of
from archlint.project.secrets.flows import Place
from archlint.project.secrets.password_columns import PasswordColumns, PasswordUse
from archlint.project.spelling import last_name
from archlint.project.transactions.sent_classes import SentClasses
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.names.symbols import ClassDef
    from archlint.project.secrets.taint import Taint
    from archlint.project.source.modules import Module

_DUMPS = frozenset({"dict", "model_dump", "asdict", "vars"})
_CHOOSING = frozenset({"exclude", "include", "**"})
_CHANGING = frozenset({"pop", "update", "setattr", "__setitem__"})
_BODIES = frozenset({"json", "get_json", "form", "POST", "cleaned_data", "validated_data"})
_CHECKED = frozenset({"cleaned_data", "validated_data"})


class PasswordSplats:
    """`hashing`: words in the names of what hashes; `hashing_calls`: methods that hash the password that they are given."""

    def __init__(self, taint: Taint, columns: PasswordColumns, hashing: frozenset[str], hashing_calls: frozenset[str]) -> None:
        self._taint = taint
        self._project = taint.project
        self._columns = columns
        self._hashing = hashing
        self._hashing_calls = hashing_calls
        self._origins = Origins(taint.project)
        self._sent = SentClasses(taint.project)

    def uses(self) -> Iterator[PasswordUse]:
        """Those of production code, by module and place."""
        for module in self._project.modules.production:
            for site in self._project.calls.in_module(module):
                given = [argument.value for argument in site.call.arguments if argument.name == "**"]
                if len(given) == 1 and last_name(module.body, site.call.callee) not in self._hashing_calls:
                    yield from self._given(site, given[0])

    def _given(self, site: CallSite, value: Expr) -> Iterator[PasswordUse]:
        for type_, kind in self._columns.stored(site):
            names = self._columns.names(type_) if kind == "write" else ()
            for name in names:
                if any(argument.name == name for argument in site.call.arguments) or self._is_spoken_of(site, name):
                    continue
                read = self._field(site.module, value, site.call.context, name)
                if read is not None:
                    column = f"{type_.name.rpartition('.')[2]}.{name}"
                    sure = type_.confidence if isinstance(read, Attribute) else min(type_.confidence, Confidence.MEDIUM)
                    yield PasswordUse(site.module, site.site, read, site.call.context, column, "write", sure)
            return

    def _is_spoken_of(self, site: CallSite, name: str) -> bool:
        """The function names the password elsewhere, or hashes something, or calls what sets another one."""
        body = site.module.body
        function = body.contexts[site.call.context].function
        if function < 0:
            return True
        for statement in site.module.own_statements(function):
            if _names(statement.target, name) or (statement.kind == "delete" and _names(statement.value, name)):
                return True
        for call in site.module.own_calls(function):
            if call.at == site.call.at:
                continue
            called = last_name(body, call.callee)
            vocabulary = self._taint.vocabulary
            if not self._hashing.isdisjoint(words_of(called)) or vocabulary.names(called) or vocabulary.looks_alike(called):
                return True
            first = call.arguments[0].value if call.arguments else None
            if called in _CHANGING and not _is_other(first, name):
                return True
        return any(
            _names(statement.target, name)
            for other in self._project.calls.in_module(site.module)
            if body.contexts[other.call.context].function == function
            for target in other.targets
            if target.definition is not None
            for statement in target.definition.module.own_statements(target.definition.index)
        )

    def _field(self, module: Module, value: Expr, context: int, name: str, depth: int = 2) -> Expr | None:
        """The password within the whole, as if it were read from it."""
        if isinstance(value, Await):
            value = value.value
        if isinstance(value, CallRef):
            return self._dumped(module, value, name, context)
        if isinstance(value, Name) and depth > 0:
            found = self._origins.of(module, value, context)
            if len(found) == 1 and isinstance(found[0], Origin) and found[0].module is module and not found[0].each:
                return self._field(module, found[0].expr, found[0].context, name, depth - 1)
        if isinstance(value, Name | Attribute):
            return self._sent_item(module, value, name, context)
        return None

    def _dumped(self, module: Module, value: CallRef, name: str, context: int) -> Expr | None:
        call, called = module.body.calls[value.index], last_name(module.body, value)
        if called in _BODIES:
            return self._sent_item(module, value, name, context)
        if called not in _DUMPS or any(a.name in _CHOOSING for a in call.arguments):
            return None
        if any(t.definition is not None for t in self._project.calls.in_module(module)[value.index].targets):
            return None
        if isinstance(call.callee, Attribute):
            whole: Expr = call.callee.base
        elif call.arguments:
            whole = call.arguments[0].value
        else:
            return None
        if not self._sent.holds(module, whole, context):
            return None
        types = [t for t in self._project.types.all(module, whole, context) if not t.is_class]
        if not all(self._is_plain(t, name) for t in types):
            return None
        return Attribute(whole.at - value.at, value.length, whole, name)

    def _is_plain(self, type_: Type, name: str) -> bool:
        """The class has the field, and none of its methods hashes anything."""
        members = self._project.types.inference.members
        if not members.find(type_, name):
            return False
        for ancestor in members.ancestors(type_):
            klass = self._project.symbols.classes.get(ancestor.name)
            if klass is None:
                continue
            body, outline = klass.module.body, klass.module.outline
            own = {row for row, function in enumerate(outline.functions) if function.klass == klass.index}
            called = (c for c in body.calls if body.contexts[c.context].function in own)
            if any(not self._hashing.isdisjoint(words_of(last_name(body, c.callee))) for c in called):
                return False
        return True

    def _sent_item(self, module: Module, value: Expr, name: str, context: int) -> Expr | None:
        """Of a body as it comes in, or of what a form or serializer that has such a field has made of it."""
        last = last_name(module.body, value)
        if last in _CHECKED:
            if not any(self._has_field(klass, name) for klass in self._checking(module, value, context)):
                return None
        elif last not in _BODIES or not self._taint.requests.is_typed(value, Place(module, context)):
            return None
        return Subscript(0, value.length, value, (String(value.at, value.length, name),))

    def _checking(self, module: Module, value: Expr, context: int) -> Iterator[ClassDef]:
        """The form's class: of what the checked values are read from, or around the method that is given them."""
        classes, members = self._project.symbols.classes, self._project.types.inference.members
        if isinstance(value, Attribute):
            types = [t for t in self._project.types.all(module, value.base, context) if not t.is_class]
        else:
            function = module.body.contexts[context].function
            klass = module.outline.functions[function].klass if function >= 0 else -1
            types = [Type(f"{module.name}.{module.outline.classes[klass].name}")] if klass >= 0 else []
        for type_ in types:
            yield from (classes[a.name] for a in members.ancestors(type_) if a.name in classes)

    def _has_field(self, klass: ClassDef, name: str) -> bool:
        module = klass.module
        if self._project.symbols.scopes(module).bindings(klass.klass.context, name):
            return True
        inside = [c for c in module.outline.classes if c.name == "Meta" and klass.klass.at < c.at < klass.klass.end]
        for statement in module.body.statements:
            is_list = isinstance(statement.target, Name) and statement.target.id == "fields"
            if is_list and any(statement.context == c.context for c in inside):
                listed = {p.value for p in parts_of(module.body, statement.value) if isinstance(p, String)}
                return not listed.isdisjoint({name, "__all__"})
        return False


def _names(target: Expr | None, name: str) -> bool:
    if isinstance(target, Subscript) and len(target.index) == 1:
        return not (isinstance(target.index[0], String) and target.index[0].value != name)
    return isinstance(target, Attribute) and target.attr == name


def _is_other(first: Expr | None, name: str) -> bool:
    return isinstance(first, String) and first.value != name
