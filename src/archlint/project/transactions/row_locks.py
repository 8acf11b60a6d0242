"""What keeps others out while a row is changed: locks by their name, and statements that lock."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Name, String
from archlint.project.control.sequence import chain
from archlint.project.spelling import last_name, spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.facts.syntax import Call
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_LOCKING = re.compile(
    r"\bFOR\s+(NO\s+KEY\s+)?UPDATE\b|\bBEGIN\s+(IMMEDIATE|EXCLUSIVE)\b|\bLOCK\s+(IN|TABLES?)\b|\bUPDLOCK\b|advisory",
    re.IGNORECASE,
)


_FOR_UPDATE = "for_update"
_TAKING = frozenset({"acquire", "add"})
"""Methods by which a lock, or the key of one in a set of those that are held, is taken."""
_ABOVE = 2
"""Callers of callers that are asked, one above the other."""


class RowLocks:
    """Questions about one project. `words`: in the names of calls, arguments, blocks and decorators that keep others out;
    `unlike`: beginnings of words that hold one of these and mean something else."""

    def __init__(self, project: Project, words: tuple[str, ...], unlike: tuple[str, ...]) -> None:
        self._project = project
        self._words = words
        self._unlike = unlike

    def are_needed(self, levels: tuple[str, ...], engines: tuple[str, ...], dialects: tuple[str, ...]) -> bool:
        """No engine of the project (`engines`: what makes one) is given one of the levels of isolation at which the database
        refuses the second of two changes; at some (`dialects`) none does."""
        if not set(dialects).isdisjoint(self._project.schemas.dialects):
            return True
        given = (a for name in engines for _, call in self._project.calls.written(name) for a in call.arguments)
        return not any(
            a.name == "isolation_level" and isinstance(a.value, String) and a.value.value.upper() in levels for a in given
        )

    def keep_out(self, definition: Def, context: int, before: int | None = None) -> bool:
        """The function, or one that calls it, locks rows; or a block around the place is a lock.  `before`: where the function
        has read what the lock has to keep, so that one behind it comes too late."""
        module = definition.module
        if self._is_in_lock(module, context) or self.locks(definition, before) or self._reads_locked(definition, before):
            return True
        for site in self._project.calls.callers(definition):
            if site.caller is not None and (self._is_in_lock(site.module, site.call.context) or self.locks(site.caller)):
                return True
        return self._is_locked_above(definition, _ABOVE)

    def _is_locked_above(self, definition: Def, steps: int) -> bool:
        """All that call the function, one at least, lock, or are themselves only called so."""
        sites = [s for s in self._project.calls.callers(definition) if s.module.is_production and s.caller != definition]
        return bool(sites) and all(
            site.caller is not None
            and (
                self._is_in_lock(site.module, site.call.context)
                or self.locks(site.caller)
                or (steps > 0 and self._is_locked_above(site.caller, steps - 1))
            )
            for site in sites
        )

    def _is_in_lock(self, module: Module, context: int) -> bool:
        places = (module.body.contexts[row] for row in chain(module, context))
        return any(place.kind == "with" and self._names(spell(module.body, place.subject)) for place in places)

    def locks(self, definition: Def, before: int | None = None) -> bool:
        """The function itself, by a call (`before`: that stands before the place), a decorator or a statement."""
        body = definition.module.body
        if definition in self._locking or any(self._names(spell(body, d)) for d in definition.function.decorators):
            return True
        for site in self._project.calls.of(definition):
            if before is not None and site.call.at >= before:
                continue
            if self._names(last_name(site.module.body, site.call.callee)) or any(
                argument.name is not None and self._names(argument.name) for argument in site.call.arguments
            ):
                return True
            if self._is_marked(site.call):
                return True
            for target in site.targets:  # `Order.locked(pk)`, `get_for_update(pk)`, what asks with FOR UPDATE
                inner = target.definition
                if inner is not None and (inner in self._locking or self._names(inner.function.name)):
                    return True
        return False

    def _is_marked(self, call: Call) -> bool:
        """`self._lock.acquire()`, `busy_locks.add(user_id)`: what is called is a lock, or a set of those that are held."""
        callee = call.callee
        if not isinstance(callee, Attribute) or callee.attr not in _TAKING:
            return False
        held = callee.base
        said = held.attr if isinstance(held, Attribute) else held.id if isinstance(held, Name) else ""
        return self._names(said)

    def _reads_locked(self, definition: Def, before: int | None) -> bool:
        """`player = players.get(pk)`, where that function asks for the row `with_for_update()` and gives it."""
        module = definition.module
        sites = self._project.calls.in_module(module)
        for s in module.own_statements(definition.index):
            value = s.value.value if isinstance(s.value, Await) else s.value
            if s.kind != "assign" or not isinstance(value, CallRef) or (before is not None and s.at >= before):
                continue
            if any(t.definition is not None and _gives_locked(t.definition) for t in sites[value.index].targets):
                return True
        return False

    def _names(self, name: str) -> bool:
        words = words_of(name)
        joined = "_".join(words)
        if any(wanted in joined for wanted in self._words if "_" in wanted):
            return True
        own = [word for word in words if not word.startswith(self._unlike)]
        return any(wanted in word for wanted in self._words for word in own)

    @cached_property
    def _locking(self) -> frozenset[Def]:
        """Functions with a statement that locks."""
        found = (sql for sql in self._project.statements.all if sql.built is not None and _LOCKING.search(sql.text))
        return frozenset(d for sql in found for d in (sql.origin, sql.sink.caller if sql.sink else None) if d is not None)


def _gives_locked(definition: Def) -> bool:
    module, own = definition.module, definition.module.own_statements(definition.index)
    asks = any(_FOR_UPDATE in last_name(module.body, call.callee) for call in module.own_calls(definition.index))
    return asks and any(s.kind == "return" and s.value is not None for s in own)
