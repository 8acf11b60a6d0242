"""What a function keeps under a key and takes out again: `app["shop"] = make_shop()`, `app.update(shop=make_shop())`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Await, Expr, String, Subscript

if TYPE_CHECKING:
    from archlint.project.source.modules import Module


def kept_under(module: Module, expr: Expr, context: int) -> Iterator[Expr]:
    """What the function of `context` puts under the last key of a subscript; nothing for other expressions."""
    key = _last_key(expr)
    if not key:
        return
    function = module.body.contexts[context].function
    for statement in module.own_statements(function):
        if statement.value is not None and _last_key(statement.target) == key:
            yield _awaited(statement.value)
    for call in module.own_calls(function):
        yield from (_awaited(argument.value) for argument in call.arguments if argument.name == key)


def _awaited(expr: Expr) -> Expr:
    return expr.value if isinstance(expr, Await) else expr


def _last_key(expr: Expr | None) -> str:
    last = expr.index[-1] if isinstance(expr, Subscript) and expr.index else None
    return last.value if isinstance(last, String) else ""
