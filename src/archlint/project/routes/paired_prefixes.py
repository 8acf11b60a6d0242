"""Routers that a loop puts under prefixes: `for router, prefix in ((users, "/users"), (orders, "/orders"))`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from archlint.facts.syntax import Expr
from archlint.project.parts import names_in

if TYPE_CHECKING:
    from archlint.project.model import CallSite

_Item = TypeVar("_Item")


def pairs(
    site: CallSite, target: Expr, prefix: Expr | None, listed: list[_Item], prefixes: tuple[str, ...]
) -> list[tuple[list[_Item], tuple[str, ...]]]:
    """Each item with its own prefix, where one loop gives both; else all of them under all prefixes."""
    if len(listed) == len(prefixes) > 1 and prefix is not None and _are_of_one_loop(site, target, prefix):
        return [([item], (own,)) for item, own in zip(listed, prefixes, strict=True)]
    return [(listed, prefixes)]


def _are_of_one_loop(site: CallSite, first: Expr, second: Expr) -> bool:
    body, row = site.module.body, site.call.context
    while row >= 0 and body.contexts[row].kind not in ("function", "class", "module"):
        place = body.contexts[row]
        given = set(names_in(body, place.target)) if place.kind in ("for", "comprehension") else set()
        if all(not given.isdisjoint(names_in(body, expr)) for expr in (first, second)):
            return True
        row = place.parent
    return False
