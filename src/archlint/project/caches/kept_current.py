"""Copies in a cache that each change of their source takes out or writes anew: a signal's receiver does so, or what saves."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Name
from archlint.project.model import Type
from archlint.project.source.callers import callers_above

if TYPE_CHECKING:
    from archlint.facts.knowledge import CacheWrite
    from archlint.facts.syntax import Expr
    from archlint.project.caches.cache_reads import CacheReads
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project

_STEPS = 2
"""Functions between what takes an entry out and what a signal runs."""
_LETTERS = 3
"""Of a key's own text: less says nothing."""
_RECEIVER = "signal-handler"
_STORED = "db-model"
_SAVING = frozenset({"save", "delete"})


class KeptCurrent:
    def __init__(self, project: Project, reads: CacheReads) -> None:
        self._project = project
        self._reads = reads

    def has(self, site: CallSite, write: CacheWrite) -> bool:
        """Whoever saves what the entry is a copy of takes it out, or writes it, as this write itself may do: it grows old only
        by what changes rows beside the program."""
        if site.caller is not None and self._comes_with_changes(site.caller):
            return True
        key = site.argument(write.key)
        shapes = self._written(site, key) if key is not None else frozenset()
        return not shapes.isdisjoint(self._renewed)

    @cached_property
    def _renewed(self) -> frozenset[str]:
        """The shapes of keys whose entries are taken out, or written, where rows are saved; a pattern that empties all of them
        at once, before a migration, tells nothing of a change."""
        points = (p for effect in ("cache.delete", "cache.write") for p in self._project.effects.points(effect))
        return frozenset(shape for point in points if self._is_renewing(point) for shape in self._shapes(point))

    def _is_renewing(self, point: EffectPoint) -> bool:
        """What fills a miss may be called on the way as well: of writes only those count that stand in the function itself."""
        if not point.is_direct or point.caller is None or not point.module.is_production:
            return False
        steps = _STEPS if point.effect == "cache.delete" else 0
        return any(map(self._comes_with_changes, callers_above(point.caller, self._project.effects.calling, steps)))

    def _shapes(self, point: EffectPoint) -> frozenset[str]:
        call = point.call
        first = call.call.arguments[:1] if call is not None else ()
        return frozenset(shape for each in first if call is not None for shape in self._written(call, each.value))

    def _written(self, site: CallSite, key: Expr) -> frozenset[str]:
        """What is written of a key, where that says something; what makes it does not."""
        shapes = (shape for shape in self._reads.shapes(site, key) if not shape.startswith(f"{site.path}:"))
        return frozenset(shape for shape in shapes if sum(c.isalpha() for c in shape) >= _LETTERS)

    def _comes_with_changes(self, definition: Def) -> bool:
        """A signal's receiver, or a stored object's own way of saving."""
        function, types = definition.function, self._project.types
        if any(operation.register == _RECEIVER for operation in types.inference.returns.decorations(definition)):
            return True
        if function.klass < 0:
            return function.name in self._connected
        return function.name in _SAVING and types.role(Type(definition.owner)) == _STORED

    @cached_property
    def _connected(self) -> frozenset[str]:
        """The names of plain functions that are given to a signal: `post_save.connect(forget, sender=Product)`."""
        return frozenset(
            leaf.id if isinstance(leaf, Name) else leaf.attr
            for module, call in self._project.calls.written("connect")
            if module.is_production
            for leaf in (argument.value for argument in call.arguments[:1])
            if isinstance(leaf, Name | Attribute)
        )
