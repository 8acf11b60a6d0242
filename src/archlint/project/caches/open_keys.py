"""Keys that may be as many as there are users, rows or texts that people send: what is kept under them grows without end.

What tells one is a request or a stored object in it, or a name: of a thing of which there are many (`user_id`, `email`), and
of none of which there are few (`type_id`, `locale`). What only the callers know is asked of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Confidence
from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Collection,
    Conditional,
    Expr,
    Name,
    Operation,
    Starred,
    String,
    Subscript,
    Template,
)
from archlint.project.model import Type
from archlint.project.names.carrying import is_carrying
from archlint.project.names.descent import Descent
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.values.sent_parts import SentParts
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 5
_REQUEST = "request"
_STORED = "db-model"
_OWN = frozenset({"self", "cls"})
_FEW = frozenset({"type", "len", "bool", "isinstance", "hasattr", "get_ident", "current_thread", "getpid", "id"})
"""Calls that give the same few values, whatever they are given."""
_BUILDING = frozenset(
    {"key", "hash", "digest", "hexdigest", "sha", "md", "sha1", "dumps", "tuple", "frozenset", "normalize", "lower", "strip"}
)
"""Words of calls that make a key of what they are given."""


class OpenKey(Struct, frozen=True):
    """`text`: what of the key there is no end of."""

    text: str
    confidence: Confidence


class OpenKeys:
    """`many`: last words of the names of what there is no end of; `few`: words of names of which there are few."""

    def __init__(self, project: Project, many: Iterable[str], few: Iterable[str]) -> None:
        self._project = project
        self._origins = Origins(project)
        self._sent = SentParts(project, self._origins)
        self._many = frozenset(many)
        self._few = frozenset(few)

    def of(self, module: Module, key: Expr, context: int) -> OpenKey | None:
        """What makes a key one of endlessly many; None where nothing says so."""
        return self._of(Descent(module, context, _DEPTH), key)

    def of_parameter(self, parameter: Parameter) -> OpenKey | None:
        """The same of a function's parameter, by its annotation, its name, and what the callers give."""
        return self._parameter(Descent(parameter.definition.module, parameter.definition.function.context, _DEPTH), parameter)

    def names_itself(self, module: Module, expr: Expr, context: int) -> bool:
        """A name or attribute that says itself that it is one of many: `user.email`, `token`."""
        if isinstance(expr, Subscript):
            return self._item(Descent(module, context, 1), expr) is not None
        if not isinstance(expr, Name | Attribute):
            return False
        return self._named(Descent(module, context, 1), expr, last_name(module.body, expr)) is not None

    def _of(self, place: Descent, expr: Expr) -> OpenKey | None:
        if place.depth <= 0:
            return None
        match expr:
            case Await() | Starred():
                return self._of(place, expr.value)
            case Template():
                return self._best(place, expr.parts)
            case Operation():
                return self._best(place, expr.operands) if expr.op not in ("not", "and") else None
            case Collection():
                return self._best(place, expr.items)
            case Conditional():
                return self._best(place, (expr.body, expr.orelse))
            case Subscript():
                return self._item(place, expr)
            case CallRef():
                return self._call(place, expr)
            case Attribute():
                return self._attribute(place, expr)
            case Name():
                return self._name(place, expr)
            case _:
                return None

    def _best(self, place: Descent, parts: Iterable[Expr]) -> OpenKey | None:
        found = [key for part in parts if (key := self._of(place, part)) is not None]
        return max(found, key=lambda key: key.confidence) if found else None

    def _item(self, place: Descent, expr: Subscript) -> OpenKey | None:
        index = expr.index[0]
        if isinstance(index, String):
            return self._named(place, expr, index.value)
        return None

    def _call(self, place: Descent, expr: CallRef) -> OpenKey | None:
        call = place.module.body.calls[expr.index]
        name = last_name(place.module.body, call.callee)
        if name in _FEW:
            return None
        given = [argument.value for argument in call.arguments]
        if isinstance(call.callee, Attribute):
            text = given[0] if name == "get" and given else None
            if isinstance(text, String):  # `request.args.get("q")`, `row.get("id")`
                return self._named(place, expr, text.value)
            given.append(call.callee.base)
        if not is_carrying(name) and _BUILDING.isdisjoint(words_of(name)):
            return self._named(place, expr, name)  # `new_token()`; of what else it makes of what it is given nobody knows
        here = place.at(place.module, call.context)
        return self._best(here, [value for value in given if not isinstance(value, String)])

    def _attribute(self, place: Descent, expr: Attribute) -> OpenKey | None:
        if isinstance(expr.base, Name) and expr.base.id in _OWN:
            return None  # of how many objects there are nobody knows
        return self._typed(place, expr) or (None if self._is_of_one(place, expr.base) else self._named(place, expr, expr.attr))

    def _is_of_one(self, place: Descent, base: Expr) -> bool:
        """Of an object that is made once, at the top of a module of the project: `settings.redis_url`."""
        if not isinstance(base, Name) or self._is_request(place, base):
            return False
        made = self._origins.of(place.module, base, place.context)
        return bool(made) and all(isinstance(o, Origin) and _is_made_at_top(o) for o in made)

    def _named(self, place: Descent, expr: Expr, name: str) -> OpenKey | None:
        """By the name; surely, where it is a part of a request."""
        words = words_of(name)
        holder = words_of(last_name(place.module.body, expr.base)) if isinstance(expr, Attribute) else ()
        if not self._few.isdisjoint((*words, *holder)):
            return None
        is_many = bool(words) and words[-1] in self._many
        if self._is_of_request(place, expr):
            return self._key(place, expr, Confidence.HIGH if is_many else Confidence.MEDIUM)
        return self._key(place, expr, Confidence.MEDIUM) if is_many else None

    def _is_of_request(self, place: Descent, expr: Expr) -> bool:
        """A part of a request, whatever names it has been given: `line["code"]` of `body["lines"]`."""
        while True:
            if isinstance(expr, Attribute | Subscript | Await):
                expr = expr.value if isinstance(expr, Await) else expr.base
            elif isinstance(expr, CallRef):
                expr = place.module.body.calls[expr.index].callee
            elif not isinstance(expr, Name):
                return False
            else:
                return self._is_request(place, expr) or any(
                    isinstance(o, Origin) and place.depth > 0 and self._is_of_request(place.at(o.module, o.context), o.expr)
                    for o in self._origins.of(place.module, expr, place.context)
                )

    def _is_request(self, place: Descent, expr: Name) -> bool:
        types = self._project.types
        return any(types.role(t) == _REQUEST for t in types.all(place.module, expr, place.context)) or expr.id == _REQUEST

    def _typed(self, place: Descent, expr: Expr) -> OpenKey | None:
        """A stored object, or a request."""
        types = self._project.types
        roles = {types.role(t) for t in types.all(place.module, expr, place.context) if not t.is_class}
        return self._key(place, expr, Confidence.HIGH) if roles & {_REQUEST, _STORED} else None

    def _name(self, place: Descent, expr: Name) -> OpenKey | None:
        if expr.id in _OWN or not self._few.isdisjoint(words_of(expr.id)):
            return None
        if expr.id == _REQUEST:
            return self._key(place, expr, Confidence.HIGH)
        found = self._typed(place, expr)
        if found is not None:
            return found
        origins = self._origins.of(place.module, expr, place.context)
        given = [self._given(place, origin) for origin in origins]
        known = [key for key in given if key is not None]
        if known:
            return max(known, key=lambda key: key.confidence)
        is_plain = bool(origins) and all(isinstance(o, Origin) and (_is_constant(o) or _gives_few(o)) for o in origins)
        return None if is_plain or any(isinstance(o, Parameter) for o in origins) else self._named(place, expr, expr.id)

    def _given(self, place: Descent, origin: Origin | Parameter) -> OpenKey | None:
        if isinstance(origin, Parameter):
            return self._parameter(place, origin)
        if isinstance(origin.expr, String | Collection) and origin.each:
            return None  # written out
        return self._of(place.at(origin.module, origin.context), origin.expr)

    def _parameter(self, place: Descent, parameter: Parameter) -> OpenKey | None:
        definition, own = parameter.definition, parameter.definition.function.parameters[parameter.position]
        if own.name in _OWN or place.depth <= 0 or not self._few.isdisjoint(words_of(own.name)):
            return None
        name = Name(own.at, own.name)
        inside = place.at(definition.module, definition.function.context)
        if own.annotation is not None:
            annotations = self._project.types.inference.annotations
            types = annotations.types(definition.module, own.annotation, definition.function.outer)
            told = [t for t in types if isinstance(t, Type)]
            if told and all(t.is_class or self._is_closed(t) for t in told):
                return None
        typed = self._typed(inside, name)
        if typed is not None or own.name == _REQUEST:
            return typed or self._key(inside, name, Confidence.HIGH)
        givers = self._origins.given_anywhere(parameter)
        given = [self._of(place.at(o.module, o.context), o.expr) for o in givers if o.module.is_production]
        sure = max((key.confidence for key in given if key is not None), default=None)
        if sure is Confidence.HIGH:
            return self._key(inside, name, sure)
        if all(_is_constant(o) for o in givers) and (givers or self._is_left_out(parameter)):
            return None
        if sure is None and self._sent.is_sent(parameter):
            sure = Confidence.MEDIUM
        return self._named(inside, name, own.name) or (self._key(inside, name, sure) if sure is not None else None)

    def _is_left_out(self, parameter: Parameter) -> bool:
        """Each call that is known leaves it to its default."""
        own = parameter.definition.function.parameters[parameter.position]
        calls = self._project.calls.callers(parameter.definition) if own.default is not None else ()
        return bool(calls) and not any(call.is_open for call in calls)

    def _is_closed(self, type_: Type) -> bool:
        return self._project.types.is_a(type_, "builtins.bool", "enum.Enum", "builtins.type")

    def _key(self, place: Descent, expr: Expr, confidence: Confidence) -> OpenKey:
        return OpenKey(shorten(spell(place.module.body, expr), 40), confidence)


def _is_made_at_top(origin: Origin) -> bool:
    contexts = origin.module.body.contexts
    return isinstance(origin.expr, CallRef) and not origin.each and contexts[origin.context].kind == "module"


def _gives_few(origin: Origin) -> bool:
    return isinstance(origin.expr, CallRef) and last_name(origin.module.body, origin.expr) in _FEW


def _is_constant(origin: Origin) -> bool:
    """Written out, or a setting: `settings.MENU_ICON_URL`."""
    expr = origin.expr
    return isinstance(expr, String) or (isinstance(expr, Name | Attribute) and last_name(origin.module.body, expr).isupper())
