"""Functions that run before each request: those that send away whom they do not know, those that believe who comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, Body, CallRef, Expr, Name, Operation
from archlint.project.control.asking import last_two
from archlint.project.model import Def
from archlint.project.parts import parts_of
from archlint.project.spelling import spell, spell_call
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.control.asking import Phrases

_PROOFS = frozenset(
    {"token", "tokens", "jwt", "bearer", "authorization", "auth", "verify", "session", "cookies", "login", "password"}
)
"""What is read or called where code itself makes sure of who comes."""


def sends_away(definition: Def, *known: Phrases) -> bool:
    """`if not current_user.is_authenticated: return redirect(…)`. `known`: words for who asks."""
    body = definition.module.body
    for row, place in enumerate(body.contexts):
        if place.kind != "if" or place.function != definition.index or not _is_unknown(body, place.subject, known):
            continue
        given = (s.value for s in body.statements if s.context == row and s.kind in ("return", "raise"))
        if any(value is not None and not _passes_on(definition, value) for value in given):
            return True
    return False


def _passes_on(definition: Def, value: Expr) -> bool:
    """`return await call_next(request)`, `return self.get_response(request)`: whoever it is comes in."""
    called = value.value if isinstance(value, Await) else value
    callee = definition.module.body.calls[called.index].callee if isinstance(called, CallRef) else None
    if isinstance(callee, Attribute):
        callee = callee.base
    return isinstance(callee, Name) and callee.id in {parameter.name for parameter in definition.function.parameters}


def is_told_who_comes(definition: Def, known: Phrases) -> bool:
    """`g.user_id = request.headers["User-Id"]`, which nothing checks: a gateway has asked. `known`: who asks."""
    body, function = definition.module.body, definition.function
    is_named = any(
        isinstance(s.target, Attribute) and known.in_name(last_two(body, s.target))
        for s in body.statements
        if function.at <= s.at < function.end
    )
    said = (spell_call(body, call) for call in body.calls if function.at <= call.at < function.end)
    words = {word for text in said for word in words_of(text)}
    return is_named and "headers" in words and words.isdisjoint(_PROOFS)


def _is_unknown(body: Body, test: Expr | None, known: Sequence[Phrases]) -> bool:
    tests = (part for part in parts_of(body, test) if isinstance(part, Operation) and part.op == "not")
    return any(words.in_name(spell(body, part.operands[0])) for part in tests for words in known)
