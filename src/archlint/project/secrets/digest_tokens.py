"""Digests that are tokens by their use: kept among tokens or sessions, or sent as a cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, Subscript
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.source.modules import Module

_SESSION_NAMES = (("session", "id"), ("session", "key"))
_COLLECTIONS = frozenset({"tokens", "sessions", "resets"})
_PURPOSES = frozenset(
    {"reset", "activation", "confirmation", "verification", "invite", "invitation", "session", "login", "remember"}
)
_COOKIES = frozenset({"set_cookie", "set_signed_cookie", "set_secure_cookie"})


def token_of(site: CallSite) -> str | None:
    """The name under which the digest is used as a token; None where nothing shows that it is one."""
    module, body = site.module, site.module.body
    function = body.contexts[site.call.context].function
    own = [s for s in module.own_statements(function) if s.kind == "assign"]
    names: set[str] = set()
    for statement in own:
        target, value = statement.target, statement.value
        holds = _holds(module, value, site.index)
        if holds and isinstance(target, Name) and _is_token(target.id):
            names.add(target.id)
        given = holds or (isinstance(value, Name) and value.id in names)
        if given and isinstance(target, Attribute) and _is_purposeful(target.attr):
            return target.attr
        if isinstance(target, Subscript) and not _COLLECTIONS.isdisjoint(words_of(last_name(body, target.base))):
            used = names & {name for index in target.index for name in names_in(body, index)}
            if used:
                return min(used)
    return _sent(module, function, names) or _returned(site, function)


def _returned(site: CallSite, function: int) -> str | None:
    """The name of the function, where it says that the digest which it returns is a token: `reset_token(user)`."""
    module = site.module
    if function < 0 or not _is_purposeful(name := module.outline.functions[function].name):
        return None
    own = (s for s in module.own_statements(function) if s.kind == "return")
    return name if any(_holds(module, s.value, site.index) for s in own) else None


def _sent(module: Module, function: int, names: set[str]) -> str | None:
    """The one of the names that goes into a cookie."""
    body = module.body
    for call in module.own_calls(function) if names else ():
        if last_name(body, call.callee) in _COOKIES:
            used = names & {name for argument in call.arguments for name in names_in(body, argument.value)}
            if used:
                return min(used)
    return None


def _is_token(name: str) -> bool:
    """`token`, `session_id`; not `session_hash`, which may be there to see a change."""
    words = words_of(name)
    return words[-1:] in (("token",), ("sid",)) or words[-2:] in _SESSION_NAMES


def _is_purposeful(name: str) -> bool:
    """`reset_token`, `session_id`: not `token`, which may be what another service asks for."""
    return _is_token(name) and not _PURPOSES.isdisjoint(words_of(name))


def _holds(module: Module, value: Expr | None, call: int) -> bool:
    return any(isinstance(part, CallRef) and part.index == call for part in parts_of(module.body, value))
