"""Where a value stands that a test may be about: the places around it, and how tests and checks name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Body,
    Call,
    CallRef,
    Comparison,
    Constant,
    Expr,
    Name,
    Operation,
    String,
    Subscript,
)
from archlint.project.parts import parts_of
from archlint.project.secrets.flows import Place
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_SCOPES = frozenset({"module", "class", "function"})
_SAME_NAMES = frozenset({"set", "list", "tuple", "sorted", "frozenset", "keys", "union"})
ACCESS = frozenset({"access", "permission", "permissions", "auth", "authorization", "login", "token", "rights", "role", "csrf"})
"""What these check is who asks, not what is asked."""
_CATALOGUES = ("information_schema", "pg_tables", "pg_class", "pg_namespace", "pg_catalog", "sqlite_master", "sqlite_schema")


_TAKING = frozenset({"get", "getattr", "load", "loads", "read", "fetch", "json", "parse", "decode", "pop", "call", "execute"})


def checks(words: Sequence[str], checking: frozenset[str]) -> bool:
    """A function whose name begins so refuses what is not allowed; `safe_get` only does not fail."""
    return bool(words) and words[0] in checking and not (words[0] == "safe" and not _TAKING.isdisjoint(words[1:2]))


def asks_catalogue(body: Body, call: Call) -> bool:
    """A text in the call asks for what the database has."""
    texts = (p.value.lower() for a in call.arguments for p in parts_of(body, a.value) if type(p) is String)
    return any(catalogue in text for text in texts for catalogue in _CATALOGUES)


def written_in(project: Project, expr: Expr, at: Place) -> Place | None:
    """The place in which the function around a value is written, where the value's name is one of there:
    `lambda part: column + part`."""
    module, root = at.module, expr
    function = module.body.contexts[at.context].function
    while isinstance(root, Attribute | Subscript):
        root = root.base
    if function < 0 or not isinstance(root, Name):
        return None
    scopes = project.symbols.scopes(module)
    scope, _ = scopes.lookup(at.context, root.id, root.at)
    outer = module.outline.functions[function].outer
    own, there = module.outline.functions[function].context, module.body.contexts[outer].function
    inside = scope < 0 or own in places_around(module, scope)
    return None if inside or there < 0 else Place(module, outer)


def filters_of(module: Module, context: int) -> Iterator[Expr | None]:
    """The conditions of a comprehension."""
    own = module.own_statements(module.body.contexts[context].function)
    return (s.value for s in own if s.kind == "test" and s.context == context)


def places_around(module: Module, context: int) -> Iterator[int]:
    contexts = module.body.contexts
    while context >= 0:
        yield context
        if contexts[context].kind in _SCOPES:
            return
        context = contexts[context].parent


def names_of(body: Body, expr: Expr) -> Iterator[Expr]:
    """The expression, and the mapping or list whose names it puts together: `data` of `set(data.keys()).union(more)`."""
    yield expr
    call = body.calls[expr.index] if isinstance(expr, CallRef) else None
    if call is None or last_name(body, call.callee) not in _SAME_NAMES:
        return
    if isinstance(call.callee, Attribute):
        yield from names_of(body, call.callee.base)
    for argument in call.arguments:
        yield from names_of(body, argument.value)


def asks_for_list(module: Module, side: Expr, whole: Operation) -> bool:
    """`allowed is not None` beside `name not in allowed`: whether there is a list at all."""
    body = module.body
    asked: Expr | None = side
    if type(side) is Comparison:
        none = side.operands[1] if side.ops in (("is not",), ("!=",)) else None
        asked = side.operands[0] if isinstance(none, Constant) and none.value is None else None
    if not isinstance(asked, Name | Attribute):
        return False
    lists = (s.operands[1] for s in whole.operands if type(s) is Comparison and s.ops in (("in",), ("not in",)))
    return any(spell(body, each) == spell(body, asked) for each in lists)
