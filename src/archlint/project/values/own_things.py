"""Tests that hold only for what the code itself keeps: a key of a mapping of its own, what an object was set up with."""

from __future__ import annotations

from collections.abc import Callable

from archlint.facts.syntax import Attribute, Body, CallRef, Constant, Expr, Mapping, Name, String, Subscript
from archlint.project.parts import item_read
from archlint.project.spelling import spell

_OWN = frozenset({"self", "cls"})


def is_own(expr: Expr) -> bool:
    """`self.primary_key`, `settings.ID_COLUMN`, `DEFAULT`: no part of what was sent."""
    root, last = expr, ""
    while isinstance(root, Attribute | Subscript):
        last = last or (root.attr if isinstance(root, Attribute) else "")
        root = root.base
    if not isinstance(root, Name):
        return False
    return (root.id in _OWN and root is not expr) or (last or root.id).isupper()


def mapping_asked(body: Body, expr: Expr | None, means: Callable[[Expr], bool]) -> Expr | None:
    """`self.columns` of `self.columns.get(name)` and `self.columns[name]["kind"]`, where there is something only for a key of
    the mapping; `means`: whether a key is what is asked about."""
    while expr is not None and (read := _looked_up(body, expr)) is not None:
        base, key = read
        if means(key):
            return base
        expr = base
    return None


def _looked_up(body: Body, expr: Expr) -> tuple[Expr, Expr] | None:
    """(mapping, key) of a lookup that gives nothing for what is missing."""
    others = body.calls[expr.index].arguments[1:] if isinstance(expr, CallRef) else ()
    return item_read(body, expr) if all(_is_nothing(argument.value) for argument in others) else None


def _is_nothing(expr: Expr) -> bool:
    if isinstance(expr, Mapping):
        return not expr.keys
    return isinstance(expr, Constant | String) and not expr.value


def readings(body: Body, expr: Expr) -> frozenset[str]:
    """How an expression may be written: `data.get("name")` reads what `data["name"]` does."""
    read = _read_under(body, expr)
    return frozenset({spell(body, expr)} if read is None else {spell(body, expr), read})


def _read_under(body: Body, expr: Expr) -> str | None:
    """The base and the key of what is read by a key that is written there."""
    has_default = isinstance(expr, CallRef) and len(body.calls[expr.index].arguments) != 1
    base, key = (None if has_default else item_read(body, expr)) or (None, None)
    return f"{spell(body, base)}[{key.value!r}]" if isinstance(key, String) else None
