"""Answers that a cache keeps for so long that what they are made of hardly changes: `@cache_page(60 * 60 * 24)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project

_CACHE = frozenset({"cache", "cached", "caching"})
_HOUR = 3600
"""In seconds: what people make more of every day is not kept for longer."""


def is_kept_long(project: Project, definition: Def) -> bool:
    """A decorator that is named for a cache is told of a number of seconds that is an hour or more."""
    module, function = definition.module, definition.function
    for decorator in function.decorators:
        for part in parts_of(module.body, decorator):
            if not isinstance(part, CallRef) or _CACHE.isdisjoint(words_of(last_name(module.body, part))):
                continue
            for argument in module.body.calls[part.index].arguments:
                value = project.values.constant(module, argument.value, function.outer)
                if isinstance(value, int | float) and not isinstance(value, bool) and value >= _HOUR:
                    return True
    return False
