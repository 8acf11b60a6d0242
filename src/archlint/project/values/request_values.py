"""Whole parts of an incoming request: headers and cookies always hold secrets, a body does where code reads one from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, Await, CallRef, Expr, Name, String, Subscript
from archlint.project.names.carrying import is_carrying
from archlint.project.names.origins import Origin, Origins
from archlint.project.names.shapes import is_missing
from archlint.project.parts import names_in, parts_of
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.flows import Habits, Place
from archlint.project.spelling import last_name, spell
from archlint.project.values.request_objects import RequestObjects
from archlint.project.walk import walk_module
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_OWN = frozenset({"self", "cls"})
_READS = frozenset({"get", "pop", "getlist", "getone", "getfirst"})

_ANSWERS = frozenset({"response", "resp", "res", "r", "rsp", "reply", "answer", "e", "ex", "exc", "err", "error", "exception"})
"""Last words of what holds the request that it answers."""
_ASKING = frozenset({"getpass", "prompt", "input", "get_argument", "get_body_argument", "get_json", "get_auth"})
_SENT = frozenset({"request", "form", "cleaned_data", "validated_data"})


class WholeValue(Struct, frozen=True):
    """`kind` of secret that a part of a request holds; `fields`: the keys that are known of it; `sure`: not what is
    known only of requests that come in."""

    kind: str
    fields: tuple[str, ...] = ()
    sure: bool = True


class RequestValues:
    def __init__(self, project: Project, vocabulary: Vocabulary, habits: Habits) -> None:
        self._project = project
        self._vocabulary = vocabulary
        self._habits = habits
        self._origins = Origins(project)
        self._handed = RequestObjects(project)
        self._keys: dict[str, dict[int, tuple[str, ...]]] = {}
        self._signing: dict[str, bool] = {}

    def whole(self, expr: Attribute, at: Place) -> WholeValue | None:
        """What `request.headers` or `request.form` holds; None for what is no such part of a request."""
        if expr.attr in self._habits.wholes and isinstance(expr.base, Name) and expr.base.id in self._habits.whole_holders:
            return WholeValue(self._habits.whole_holders[expr.base.id])
        if expr.attr in self._habits.wholes and self._is_request(expr.base, at):
            sent = _is_sent_on(expr.base) and not self._signs(at.module)
            return WholeValue(self._habits.wholes[expr.attr], sure=not sent)
        if expr.attr not in self._habits.bodies or not self._is_request(expr.base, at):
            return None
        function = at.module.body.contexts[at.context].function
        read = self._read(at.module).get(function, ()) if function >= 0 else ()
        written = spell(at.module.body, expr)
        fields = tuple(name for name in read if not is_missing(at.module, name, written, at.context))
        naming = self._vocabulary.names(fields[0]) if fields else None
        return WholeValue(naming.kind, fields) if naming is not None else None

    def _signs(self, module: Module) -> bool:
        """The module says how its requests identify themselves."""
        known = self._signing.get(module.path)
        if known is None:
            keywords = (argument.name for call in module.body.calls for argument in call.arguments)
            targets = (s.target.attr for s in module.body.statements if isinstance(s.target, Attribute))
            strings = (p.value.lower() for s in module.body.statements for p in _strings(module, s.value))
            known = self._signing[module.path] = (
                "auth" in keywords or "auth" in targets or any(s in ("authorization", "cookie") for s in strings)
            )
        return known

    def is_typed(self, expr: Expr, at: Place, depth: int = 4) -> bool:
        """What a person sends: read from a request, from its form or body, or asked for by a prompt."""
        body = at.module.body
        waiting: list[Expr] = [expr]
        while waiting:
            part = waiting.pop()
            if isinstance(part, CallRef):
                name, call = last_name(body, part), body.calls[part.index]
                if name in _ASKING or (depth > 0 and self._gives_typed(at.module, part, depth)):
                    return True
                waiting += [call.callee.base] if isinstance(call.callee, Attribute) else []
                waiting += [argument.value for argument in call.arguments] if is_carrying(name) or name == "loads" else []
            elif isinstance(part, Subscript | Attribute):
                waiting.append(part.base)
            elif isinstance(part, Await):
                waiting.append(part.value)
            if not isinstance(part, Name | Attribute):
                continue
            own = isinstance(part, Name) and part.id in _OWN  # a handler that is its request holds other things as well
            if last_name(body, part) in _SENT or (not own and self._is_request(part, at)):
                return True
            if self._handed.is_body(at.module, part, at.context):
                return True
            if depth > 0 and isinstance(part, Name):
                origins = [o for o in self._origins.of(at.module, part, at.context) if isinstance(o, Origin)]
                if any(self.is_typed(o.expr, Place(o.module, o.context), depth - 1) for o in origins):
                    return True
        return False

    def _gives_typed(self, module: Module, call: CallRef, depth: int) -> bool:
        """A function of the project that returns it."""
        for target in self._project.calls.in_module(module)[call.index].targets[:1]:
            if target.definition is not None:
                home = target.definition.module
                for statement in self._project.symbols.scopes(home).returns.get(target.definition.index, [])[-4:]:
                    value = statement.value
                    if value is not None and self.is_typed(value, Place(home, statement.context), depth - 1):
                        return True
        return False

    def _is_request(self, expr: Expr, at: Place) -> bool:
        """The value of an incoming request, by its type or by the name that everybody gives it."""
        if self._handed.is_one(at.module, expr, at.context):
            return True
        return isinstance(expr, Name | Attribute) and last_name(at.module.body, expr) in self._habits.requests

    def _read(self, module: Module) -> dict[int, tuple[str, ...]]:
        """Function → the keys of secrets that it reads from what may be a request, in source order."""
        known = self._keys.get(module.path)
        if known is None:
            found: dict[int, dict[str, None]] = {}
            for base, context, key in sorted(_reads(module), key=lambda read: read[2].at):
                naming = self._vocabulary.names(key.value)
                if naming is not None and naming.certain and not self._is_of_other(module, base, context):
                    found.setdefault(module.body.contexts[context].function, {})[key.value] = None
            known = self._keys[module.path] = {function: tuple(keys) for function, keys in found.items()}
        return known

    def _is_of_other(self, module: Module, base: Expr, context: int) -> bool:
        """What is read from came out of a call in which no request occurs (another service's answer), or is no body."""
        given = [base]
        if isinstance(base, Attribute) and base.attr in self._habits.wholes:
            return True  # a header, a cookie
        if isinstance(base, Name):
            origins = self._origins.of(module, base, context)
            given = [o.expr for o in origins if isinstance(o, Origin) and o.module is module]
            if not given or len(given) != len(origins):
                return False
        return all(self._is_other(module, expr, context) for expr in given)

    def _is_other(self, module: Module, expr: Expr, context: int) -> bool:
        for part in parts_of(module.body, expr):
            if not isinstance(part, Attribute) or part.attr not in self._habits.bodies:
                continue
            if self._is_request(part.base, Place(module, context)):
                return False
        called = any(isinstance(part, CallRef) for part in parts_of(module.body, expr))
        known = self._habits.requests | _OWN
        return called and _root(module, expr) not in known and self._habits.requests.isdisjoint(names_in(module.body, expr))


def _is_sent_on(request: Expr) -> bool:
    """`response.request`, `error.request`: what this program has sent."""
    if not (isinstance(request, Attribute) and isinstance(request.base, Name)):
        return False
    return not _ANSWERS.isdisjoint(words_of(request.base.id)[-1:])


def _strings(module: Module, value: Expr | None) -> Iterator[String]:
    for part in parts_of(module.body, value):
        if isinstance(part, String):
            yield part


def _root(module: Module, expr: Expr) -> str:
    """The name with which a chain of attributes, items and calls begins."""
    while not isinstance(expr, Name):
        if isinstance(expr, CallRef):
            expr = module.body.calls[expr.index].callee
        elif isinstance(expr, Attribute | Subscript):
            expr = expr.base
        elif isinstance(expr, Await):
            expr = expr.value
        else:
            return ""
    return expr.id


def _reads(module: Module) -> Iterator[tuple[Expr, int, String]]:
    """(what is read from, where, key)."""
    filled = {s.target.at for s in module.body.statements if s.kind == "assign" and isinstance(s.target, Subscript)}
    for expr, context in walk_module(module, frozenset({Subscript})):
        if expr.at in filled and any(expr is s.target for s in module.body.statements):
            continue  # written, to be sent elsewhere
        if isinstance(expr, Subscript) and expr.index and isinstance(expr.index[0], String):
            yield expr.base, context, expr.index[0]
    for call in module.body.calls:
        key = call.arguments[0].value if call.arguments else None
        if isinstance(call.callee, Attribute) and call.callee.attr in _READS and isinstance(key, String):
            yield call.callee.base, call.context, key
