"""Rows that are looked up by what knows only who was told it: `filter(error_key=key)`, `Paste.removal_token == token`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Comparison
from archlint.project.model import CallSite, Def
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_KEY = "key"
_PLAIN_KEYS = frozenset(
    {"primary", "foreign", "sort", "cache", "storage", "object", "partition", "public", "idempotency", "natural"}
)
"""Keys that say which row is meant, and are no secret."""


def looks_up_by_secret(project: Project, functions: Iterable[Def], secrets: Iterable[str]) -> bool:
    """One of the functions asks for a row so. `secrets`: last words of such columns."""
    last = frozenset(secrets)
    return any(
        _is_secret(name, last)
        for definition in functions
        for site in project.calls.of(definition)
        if _reads(project, site)
        for name in _columns(site)
    )


def _reads(project: Project, site: CallSite) -> bool:
    operation = site.operation
    return operation is not None or project.effects.does(site, "db.read")


def _columns(site: CallSite) -> Iterator[str]:
    body = site.module.body
    for argument in site.call.arguments:
        if argument.name is not None:
            yield argument.name.partition("__")[0]
            continue
        for part in parts_of(body, argument.value):
            if isinstance(part, Comparison) and part.ops == ("==",):
                yield last_name(body, part.operands[0])


def _is_secret(name: str, secrets: frozenset[str]) -> bool:
    words = words_of(name)
    if len(words) > 1 and words[-1] == _KEY:
        return _PLAIN_KEYS.isdisjoint(words)
    return words[-1:] != () and words[-1] in secrets
