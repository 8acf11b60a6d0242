"""Fields of the project's own classes that hold a hash by the time they are stored: whoever makes the object, or a method of
its class, has hashed what was typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Mapping, Name, String, Subscript
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import parts_of
from archlint.project.secrets.flows import Place, Source
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import Type
    from archlint.project.names.symbols import ClassDef
    from archlint.project.secrets.taint import Taint
    from archlint.project.source.modules import Module

_MOST_MADE = 20
"""Places where objects of one class are made that are looked at."""


class HashedFields:
    """`hashing`: words in the names of what hashes."""

    def __init__(self, taint: Taint, hashing: frozenset[str]) -> None:
        self._taint = taint
        self._project = taint.project
        self._hashing = hashing
        self._origins = Origins(taint.project)
        self._known: dict[tuple[str, str], bool] = {}

    def holds(self, source: Source) -> bool:
        """The source is read from such a field (`user.password`, `serializer.validated_data["password"]`)."""
        if source.read is None:
            return False
        value, at = source.read
        module, context = at.module, at.context
        read = field_read(module, value)
        if read is None:
            return False
        base, name = read
        if isinstance(base, Name) and self._is_given_hash(module, base.id, name, context):
            return True
        while isinstance(base, Attribute):  # `serializer.validated_data`, `command.user`
            if self._is_of(self._project.types.all(module, base, context), name):
                return True
            base = base.base
        return self._is_of(self._project.types.all(module, base, context), name)

    def _is_given_hash(self, module: Module, mapping: str, name: str, context: int) -> bool:
        """Whoever calls the function gives it a mapping that is written out, with a hash under the name."""
        row = module.body.contexts[context].function
        definition = Def(module, module.name, row) if row >= 0 else None
        sites = self._project.calls.callers(definition)[:_MOST_MADE] if definition is not None else ()
        given = [(site, arguments_by_parameter(site.call, definition).get(mapping)) for site in sites if definition is not None]
        return bool(given) and all(
            isinstance(expr, Mapping)
            and any(
                isinstance(key, String) and key.value == name and self._hashes(site.module, value, site.call.context)
                for key, value in zip(expr.keys, expr.values, strict=True)
            )
            for site, expr in given
        )

    def _is_of(self, types: tuple[Type, ...], name: str) -> bool:
        return any(self._is_hashed(t.name, name) for t in types if not t.is_class and t.name in self._project.symbols.classes)

    def _is_hashed(self, class_name: str, name: str) -> bool:
        key = class_name, name
        if key not in self._known:
            self._known[key] = False  # a circle of objects ends here
            klass = self._project.symbols.classes[class_name]
            made = list(self._made(klass, name))
            self._known[key] = (
                self._sets_hash(klass, name)
                or any(self._is_made_of_hash(*place) for place in made)
                or any(self._copies(*place) for place in made)
                or self._is_set_elsewhere(class_name, name)
                or self._is_verified(class_name, name)
            )
        return self._known[key]

    def only_hashes(self, klass: ClassDef, name: str) -> bool:
        """Wherever an object of the class is made with that field, it is given a hash; or one is verified with it."""
        made = list(self._made(klass, name))
        is_hash = bool(made) and all(self._hashes(*place) or self._copies(*place) for place in made)
        return is_hash or self._is_verified(klass.name, name)

    def _is_set_elsewhere(self, class_name: str, name: str) -> bool:
        """Somebody puts a hash into the field of such an object: `account.password = encrypt(account.password)`."""
        return any(
            self._hashes(module, s.value, s.context)
            and any(t.name == class_name for t in self._project.types.all(module, s.target.base, s.context))
            for module in self._project.modules.production
            for s in module.statements["assign"]
            if s.value is not None and isinstance(s.target, Attribute) and s.target.attr == name
        )

    def _is_verified(self, class_name: str, name: str) -> bool:
        """It is what a typed password is verified with: `context.verify(typed, account.password)`, or the parameter
        `hashed_password` of a function of the project."""
        return any(
            self._takes_hash(site, given)
            and any(t.name == class_name for t in self._project.types.all(site.module, given.base, site.call.context))
            for site, given in self._given.get(name, ())
        )

    @cached_property
    def _given(self) -> dict[str, list[tuple[CallSite, Attribute]]]:
        """Name → the attributes called so that are given to a call behind its first argument, through all of the program."""
        found: dict[str, list[tuple[CallSite, Attribute]]] = defaultdict(list)
        for module in self._project.modules.production:
            for site in self._project.calls.in_module(module):
                for argument in site.call.arguments[1:]:
                    if isinstance(argument.value, Attribute):
                        found[argument.value.attr].append((site, argument.value))
        return found

    def _takes_hash(self, site: CallSite, value: Expr) -> bool:
        operation = site.operation
        if operation is not None and operation.hash is not None:
            return operation.hash.strength == "password"
        definitions = (target.definition for target in site.targets if target.definition is not None)
        given = (pair for definition in definitions for pair in arguments_by_parameter(site.call, definition).items())
        return any(expr is value and not self._hashing.isdisjoint(words_of(parameter)) for parameter, expr in given)

    def _sets_hash(self, klass: ClassDef, name: str) -> bool:
        """A method puts what a hash gives under the name: `attributes["password"] = make_password(…)`."""
        module, body = klass.module, klass.module.body
        functions = {i for i, function in enumerate(module.outline.functions) if function.klass == klass.index}
        return any(
            body.contexts[s.context].function in functions
            and _puts(s.target, name)
            and self._hashes(module, s.value, s.context)
            for s in body.statements
            if s.target is not None and s.value is not None
        )

    def _made(self, klass: ClassDef, name: str) -> Iterator[tuple[Module, Expr, int]]:
        """What the field is given by each call that makes an object of the class, and where."""
        for module, call in self._project.calls.written(klass.klass.name)[:_MOST_MADE]:
            for argument in call.arguments:
                if argument.name == name and not module.is_test:
                    yield module, argument.value, call.context

    def _is_made_of_hash(self, module: Module, value: Expr, context: int) -> bool:
        flow = self._taint.flow(value, Place(module, context))
        return self._hashes(module, value, context) or (flow.clean and not flow.sources)

    def _copies(self, module: Module, value: Expr, context: int) -> bool:
        """It is read from such a field of another class (`Account(password=row.password)`)."""
        read = field_read(module, value)
        return read is not None and self._is_of(self._project.types.all(module, read[0], context), read[1])

    def _hashes(self, module: Module, value: Expr | None, context: int, depth: int = 2) -> bool:
        for part in parts_of(module.body, value):
            if isinstance(part, Name):
                origins = [o for o in self._origins.of(module, part, context) if isinstance(o, Origin)]
                if depth > 0 and any(self._hashes(o.module, o.expr, o.context, depth - 1) for o in origins):
                    return True
            elif isinstance(part, CallRef):
                operation = self._project.calls.in_module(module)[part.index].operation
                known = operation is not None and operation.hash is not None
                if known or not self._hashing.isdisjoint(words_of(last_name(module.body, part))):
                    return True
        return False


def field_read(module: Module, value: Expr) -> tuple[Expr, str] | None:
    """What a field is read from, and its name: `user.password`, `row["password"]`, `row.get("password")`."""
    if type(value) is Attribute:
        return value.base, value.attr
    if type(value) is Subscript and len(value.index) == 1 and type(value.index[0]) is String:
        return value.base, value.index[0].value
    if type(value) is CallRef:
        call = module.body.calls[value.index]
        first = call.arguments[0].value if call.arguments else None
        if isinstance(call.callee, Attribute) and call.callee.attr in ("get", "pop") and isinstance(first, String):
            return call.callee.base, first.value
    return None


def _puts(target: Expr | None, name: str) -> bool:
    if isinstance(target, Subscript) and len(target.index) == 1:
        return isinstance(target.index[0], String) and target.index[0].value == name
    return isinstance(target, Attribute) and target.attr == name


def is_hashed_in_a_branch(taint: Taint, value: Expr, at: Place) -> bool:
    """`if clear: password = given` and `else: password = hashed(given)`: who wrote it has thought of both."""
    if not isinstance(value, Name):
        return False
    origins = [
        o for o in taint.locals.origins.of(at.module, value, at.context) if isinstance(o, Origin) and o.module is at.module
    ]
    calls = [(o.expr, Place(o.module, o.context)) for o in origins if isinstance(o.expr, CallRef)]
    return any(
        taint.flow(call, place).clean
        and any(taint.flow(argument.value, place).sources for argument in at.module.body.calls[call.index].arguments)
        for call, place in calls
    )
