"""Places that are run only where the store that others share is missing, or fails: what a process keeps there is a stopgap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Comparison, Constant, Expr, Name, Operation
from archlint.project.control.sequence import chain
from archlint.project.spelling import last_name, spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.facts.syntax import Call, Context
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_OPPOSITE = {"if": "else", "else": "if"}
_LEAVING = ("return", "raise")


class MissingStores:
    """`words`: words in the names of stores, of their clients, and of the settings that choose them."""

    def __init__(self, project: Project, words: tuple[str, ...]) -> None:
        self._project = project
        self._words = frozenset(words)

    def stands_in(self, definition: Def, context: int, at: int) -> bool:
        """The place is run where a test found no store, or behind what failed to reach it; or all that run its function are
        such places."""
        if self._is_beside(definition.module, context, at):
            return True
        callers = [site for site in self._project.calls.callers(definition) if site.module.is_production]
        return bool(callers) and all(self._is_beside(site.module, site.call.context, site.call.at) for site in callers)

    def _is_beside(self, module: Module, context: int, at: int) -> bool:
        contexts = module.body.contexts
        *inside, own = chain(module, context)
        for row in inside:
            place = contexts[row]
            if place.kind in _OPPOSITE and any(self._asks(module, place.subject, c) for c in _others(module, place)):
                return True
            if place.kind == "except" and self._has_failed(module, row):
                return True
        left = (c for row, c in enumerate(contexts) if c.kind == "if" and c.end <= at and self._leaves(module, row, own))
        return any(self._asks(module, place.subject, place) for place in left)

    def _leaves(self, module: Module, row: int, function: int) -> bool:
        """A branch of the function's own block behind which nothing else of it is run."""
        contexts = module.body.contexts
        if contexts[row].parent != function:
            return False
        inside = {row}
        for below in range(row + 1, len(contexts)):
            if contexts[below].parent in inside and contexts[below].kind in ("try", "with"):
                inside.add(below)
        own = module.own_statements(contexts[row].function)
        return any(s.kind in _LEAVING and s.context in inside for s in own)

    def _has_failed(self, module: Module, row: int) -> bool:
        """`try: client.set(key, value)`, under `if client:`"""
        contexts = module.body.contexts
        handler = contexts[row]
        tried = [c for c in contexts if c.kind == "try" and c.parent == handler.parent and c.end <= handler.at]
        above = [contexts[each] for each in chain(module, row)[1:] if contexts[each].kind == "if"] if tried else []
        return any(self._asks(module, place.subject, tried[-1]) for place in above)

    def _asks(self, module: Module, test: Expr | None, branch: Context) -> bool:
        """The branch calls what the test asks for, or what is named like it: `if use_redis: redis.set(…)`."""
        tested = list(_tested(test))
        if not tested:
            return False
        body = module.body
        names = {spell(body, part) for part in tested}
        words = {word for part in tested for word in words_of(last_name(body, part))} & self._words
        return any(
            spell(body, call.callee.base) in names or not words.isdisjoint(words_of(spell(body, call.callee)))
            for call in _calls_in(module, branch)
            if isinstance(call.callee, Attribute)
        )


def exclude_each_other(module: Module, one: int, other: int) -> bool:
    """Of two places one stands where a test holds, and one where it does not."""
    own = list(_branches(module, one))
    return any(o.kind == _OPPOSITE[p.kind] and o.subject == p.subject for p in _branches(module, other) for o in own)


def _branches(module: Module, context: int) -> Iterator[Context]:
    yield from (place for row in chain(module, context) if (place := module.body.contexts[row]).kind in _OPPOSITE)


def _others(module: Module, place: Context) -> Iterator[Context]:
    """The branches that are run where this one is not."""
    for other in module.body.contexts:
        if other.kind == _OPPOSITE[place.kind] and other.parent == place.parent and other.subject == place.subject:
            yield other


def _tested(test: Expr | None) -> Iterator[Name | Attribute]:
    """`client`, `not client`, `client is None`, `settings.url and client`"""
    match test:
        case Name() | Attribute():
            yield test
        case Operation(op="not" | "and" | "or"):
            for side in test.operands:
                yield from _tested(side)
        case Comparison(ops=("is",) | ("is not",)) if isinstance(test.operands[1], Constant):
            yield from _tested(test.operands[0])


def _calls_in(module: Module, branch: Context) -> Iterator[Call]:
    return (call for call in module.own_calls(branch.function) if branch.at <= call.at < branch.end)
