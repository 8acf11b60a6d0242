"""What a small script asks over HTTP: the URL paths inside its strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Expr, Name, Operation, String, Template

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_HOLE = "\ue000"
_URL_PATH = re.compile(rf"https?://[^/\s]*(/[^\s?#]*)?|{_HOLE}(/[\w./-]+)$")


def asked_urls(module: Module) -> tuple[str, ...]:
    """The paths of the URLs that a script builds, in source order; one it cannot tell is left out."""
    found: list[str] = []
    for text in _texts(module):
        for match in _URL_PATH.finditer(text):
            path = (match[1] or match[2] or "").replace(_HOLE, "")
            if path:
                found.append(path)
    return tuple(dict.fromkeys(found))


def _texts(module: Module) -> Iterator[str]:
    for statement in module.body.statements:
        if statement.value is not None:
            yield from _flat(statement.value)
    for call in module.body.calls:
        for argument in call.arguments:
            yield from _flat(argument.value)


def _flat(expr: Expr) -> Iterator[str]:
    """The text of a literal or of string building, holes marked."""
    match expr:
        case String():
            yield expr.value
        case Template():
            yield "".join(part.value if isinstance(part, String) else _HOLE for part in expr.parts)
        case Operation(op="+"):
            yield "".join(part.value if isinstance(part, String) else _HOLE for part in expr.operands)
        case Name():
            return
        case _:
            return
