"""What shows that a value under a doubtful word (`token`, `secret`) is a credential: the same function verifies it, or shows
it to somebody as a bearer's or in a header."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Mapping, Name, Operation, String, Subscript, Template
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import names_in, parts_of
from archlint.project.secrets.credentials import announces
from archlint.project.secrets.flows import Place
from archlint.project.spelling import last_name, spell
from archlint.project.walk import walk_module
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_VERIFYING = frozenset(
    {"verify", "validate", "unsign", "loads", "decode", "authenticate", "introspect", "decrypt", "revoke", "redeem", "login"}
)
"""Words in the names of calls that a credential is given to."""
_ADDRESSES = frozenset({"dsn", "url", "uri"})
_APART = frozenset({"api_key", "password", "basic_auth", "http_auth", "bearer_auth", "auth", "token"})
"""Arguments of what connects: credentials that stand beside the address."""
_OF_CALLERS = frozenset({"api", "apikey", "access"})
_FINDING = frozenset({"filter_by", "filter", "get", "get_or_none", "find_one"})
_KEYED = ("hmac.new", "hmac.digest")
_FILE_CALLS = frozenset({"open", "join", "Path", "exists", "isfile", "is_file"})
_OF_FILES = ("open", "path.join", "Path", "path.exists", "path.isfile")
_ONE_ROW = frozenset({"first", "one", "one_or_none", "first_or_404"})
_QUERIES = re.compile(r"\.query\.(filter|first)")


class CredentialUses:
    def __init__(self) -> None:
        self._known: dict[str, frozenset[tuple[int, str]]] = {}

    def opens(self, expr: Expr, at: Place) -> bool:
        """The same function verifies it, shows it as a bearer's or sends it in a header."""
        body = at.module.body
        used = isinstance(expr, Name | Attribute) and (body.contexts[at.context].function, spell(body, expr))
        return used in self._used(at.module)

    def finds(self, expr: Expr, at: Place) -> bool:
        """`Sessions.query.filter_by(token=token)` in the same function: who has it is found by it."""
        body = at.module.body
        return isinstance(expr, Name) and any(
            argument.name == expr.id and isinstance(argument.value, Name) and argument.value.id == expr.id
            for call in at.module.own_calls(body.contexts[at.context].function)
            if last_name(body, call.callee) in _FINDING
            for argument in call.arguments
        )

    def is_shown(self, origins: Origins, wholes: Collection[str], expr: Expr, at: Place) -> bool:
        """`token = request.headers.get("X-Token")`: what a request shows with its headers or cookies."""
        given = origins.of(at.module, expr, at.context) if isinstance(expr, Name) else []
        return bool(given) and all(
            isinstance(o, Origin) and not o.each and not o.path and _is_header(o.module, o.expr, wholes) for o in given
        )

    def names_file(self, expr: Expr, at: Place) -> bool:
        """The same function opens it, looks for it on the disk, or joins it to a folder: the secret is in the file."""
        body = at.module.body
        function, text = body.contexts[at.context].function, spell(body, expr)
        return any(
            body.contexts[call.context].function == function
            and spell(body, call.callee).endswith(_OF_FILES)
            and any(
                spell(body, part) == text
                for argument in call.arguments
                for part in parts_of(body, argument.value)
                if isinstance(part, Name | Attribute | Subscript | CallRef)
            )
            for call in body.calls
            if last_name(body, call.callee) in _FILE_CALLS
        )

    def is_public_half(self, expr: Expr, at: Place) -> bool:
        """A key with a secret beside it (`api_key`, `api_secret`): the secret is what nobody may know."""
        body, name = at.module.body, last_name(at.module.body, expr)
        if not name.lower().endswith("key"):
            return False
        function, halves = body.contexts[at.context].function, (f"{name[:-3]}secret", f"{name[:-3]}SECRET")
        if any(last_name(body, s.target) in halves for s in at.module.own_statements(function) if isinstance(s.target, Name)):
            return True
        return any(
            last_name(body, part) in halves
            for part, context in walk_module(at.module, frozenset({Attribute, Name}))
            if body.contexts[context].function == function
        )

    def names_entry(self, expr: Expr, at: Place) -> bool:
        """`stored.get(secret_key)`, `{auth_key: …}`: a key under which the same function keeps or finds something else.  By an
        API's key people find who comes."""
        if not isinstance(expr, Name) or words_of(expr.id)[-1:] != ("key",) or not _OF_CALLERS.isdisjoint(words_of(expr.id)):
            return False
        body, function = at.module.body, at.module.body.contexts[at.context].function
        given = ((c.arguments[0].value, c.context) for c in body.calls if c.arguments and last_name(body, c.callee) == "get")
        items = ((part, context) for part, context in walk_module(at.module, frozenset({Subscript, Mapping})))
        keys = [(key, context) for part, context in items for key in _keys_of(part)]
        return any(
            isinstance(key, Name) and key.id == expr.id and body.contexts[context].function == function
            for key, context in (*given, *keys)
        )

    def is_bare_address(self, expr: Expr, at: Place) -> bool:
        """`connect(settings.dsn, api_key=settings.key)`: who connects shows what opens the door apart from the address."""
        name, body = last_name(at.module.body, expr), at.module.body
        if not isinstance(expr, Attribute) or not _ADDRESSES.intersection(words_of(name)):
            return False
        return any(
            any(argument.name in _APART for argument in call.arguments)
            and any(isinstance(a.value, Attribute) and a.value.attr == name for a in call.arguments)
            for call in body.calls
        )

    def is_row(self, origins: Origins, expr: Expr, at: Place) -> bool:
        """`Keys.query.filter_by(…).first()`: an object, whose text is not known."""
        given = origins.of(at.module, expr, at.context) if isinstance(expr, Name) else []
        last = next((o for o in reversed(given) if isinstance(o, Origin) and o.module is at.module), None)
        if last is None or last.each or last.path or last_name(at.module.body, last.expr) not in _ONE_ROW:
            return False
        return _QUERIES.search(spell(at.module.body, last.expr)) is not None

    def is_signed(self, expr: Name, at: Place) -> bool:
        """It is part of a message whose keyed digest the same function makes."""
        body = at.module.body
        for call in at.module.own_calls(body.contexts[at.context].function):
            if spell(body, call.callee).endswith(_KEYED):
                given = [a.value for n, a in enumerate(call.arguments) if a.name == "msg" or (a.name is None and n == 1)]
                if any(expr.id in names_in(body, value) for value in given):
                    return True
        return False

    def _used(self, module: Module) -> frozenset[tuple[int, str]]:
        """(function, name) of what is given to a call that verifies, written behind `Bearer`, or sent in a header."""
        known = self._known.get(module.path)
        if known is None:
            known = self._known[module.path] = frozenset((*_verified(module), *_shown(module), *_sent(module)))
        return known


def _is_header(module: Module, expr: Expr, wholes: Collection[str]) -> bool:
    """`request.headers["X-Token"]`, `request.headers.get("X-Token")`."""
    held: Expr | None = None
    if isinstance(expr, Subscript):
        held = expr.base
    elif isinstance(expr, CallRef):
        callee = module.body.calls[expr.index].callee
        held = callee.base if isinstance(callee, Attribute) and callee.attr in ("get", "getone") else None
    return isinstance(held, Attribute) and held.attr in wholes


def _keys_of(part: Expr) -> tuple[Expr | None, ...]:
    return part.index if isinstance(part, Subscript) else part.keys if isinstance(part, Mapping) else ()


def _verified(module: Module) -> list[tuple[int, str]]:
    body = module.body
    return [
        (body.contexts[call.context].function, argument.value.id)
        for call in body.calls
        if not _VERIFYING.isdisjoint(words_of(last_name(body, call.callee)))
        for argument in call.arguments
        if isinstance(argument.value, Name)
    ]


def _shown(module: Module) -> list[tuple[int, str]]:
    body = module.body
    found: list[tuple[int, str]] = []
    for expr, context in walk_module(module, frozenset({Template, Operation})):
        parts = expr.parts if isinstance(expr, Template) else expr.operands if isinstance(expr, Operation) else ()
        for before, part in pairwise(parts):
            if isinstance(before, String) and announces(before.value) and isinstance(part, Name | Attribute):
                found.append((body.contexts[context].function, spell(body, part)))
    return found


def _sent(module: Module) -> list[tuple[int, str]]:
    """`post(url, headers={"X-Token": settings.token})`: by it the other side knows who comes."""
    body = module.body
    return [
        (body.contexts[call.context].function, spell(body, value))
        for call in body.calls
        for argument in call.arguments
        if argument.name == "headers" and isinstance(argument.value, Mapping)
        for value in argument.value.values
        if isinstance(value, Name | Attribute)
    ]
