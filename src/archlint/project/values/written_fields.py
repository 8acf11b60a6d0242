"""Fields that are written out: what a call gives by name, and the field that a decorator speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Mapping, String

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.source.modules import Module


def pairs_of(site: CallSite) -> Iterator[tuple[str, Expr]]:
    """Keyword arguments, and the items of dict displays among the arguments (`defaults={…}`, `values({…})`)."""
    for argument in site.call.arguments:
        if argument.name not in (None, "*", "**"):
            yield argument.name, argument.value
        if type(argument.value) is Mapping:
            for key, value in zip(argument.value.keys, argument.value.values, strict=True):
                if isinstance(key, String):
                    yield key.value, value


def speaks_of(module: Module, decorator: Expr, name: str) -> bool:
    """`@validates("password")`, `@listens_for(User.password, "set")`."""
    if not isinstance(decorator, CallRef):
        return False
    arguments = [argument.value for argument in module.body.calls[decorator.index].arguments]
    return any((isinstance(a, String) and a.value == name) or (isinstance(a, Attribute) and a.attr == name) for a in arguments)
