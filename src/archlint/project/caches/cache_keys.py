"""Keys of caches as they are written: with a word of their own that keeps them apart from other keys, or of data alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.caches.cache_writes import CacheWrites
from archlint.project.caches.open_keys import OpenKeys
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.values.texts import Hole, Written

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.values.texts import BuiltText

_DEPTH = 3
_JOINS = ":"


class CacheKeys:
    """`data`: tells what of a key is data."""

    def __init__(self, project: Project, writes: CacheWrites, data: OpenKeys) -> None:
        self._project = project
        self._writes = writes
        self._data = data
        self._origins = Origins(project)

    def is_named(self, site: CallSite, key: Expr) -> bool | None:
        """The key has a word of its own, in each way in which it is built; False: some way is made of data alone; None:
        nobody can say."""
        return self._told(site.module, key, site.call.context, _DEPTH)

    def is_in_space(self, site: CallSite, arguments: Collection[str]) -> bool:
        """The object that keeps it was made with one of these arguments, by which it puts a word before each key."""
        callee = site.call.callee
        if not isinstance(callee, Attribute):
            return False
        made = self._origins.of(site.module, callee.base, site.call.context)
        calls = [o.module.body.calls[o.expr.index] for o in made if isinstance(o, Origin) and isinstance(o.expr, CallRef)]
        return bool(calls) and all(any(a.name in arguments for a in call.arguments) for call in calls)

    def bare(self, site: CallSite, key: Expr, depth: int = _DEPTH) -> Iterator[tuple[CallSite, Expr, Def]]:
        """(call, key, function): what production code hands as the key to the function around a write that takes any key,
        where that is made of data alone."""
        owner = site.caller
        if owner is None or not isinstance(key, Name) or parameter(owner.function, key.id) is None or depth <= 0:
            return
        for call in self._project.calls.callers(owner):
            given = arguments_by_parameter(call.call, owner).get(key.id)
            if given is None or not call.module.is_production:
                continue
            if self.is_named(call, given) is False:
                yield call, given, owner
            else:
                yield from self.bare(call, given, depth - 1)

    def _told(self, module: Module, key: Expr, context: int, depth: int) -> bool | None:
        texts = self._project.values.texts(module, key, context)
        if texts:
            told = [self._of_text(text, depth) for text in texts]
            return False if False in told else None if None in told else True
        source = self._writes.source(module, key, context)
        return self._of_hole(module, source, context, depth)

    def _of_text(self, text: BuiltText, depth: int) -> bool | None:
        if any(isinstance(piece, Written) and any(c.isalpha() for c in piece.text) for piece in text.pieces):
            return True
        holes = [piece for piece in text.pieces if isinstance(piece, Hole)]
        if (
            depth < _DEPTH
            and len(holes) > 1
            and any(isinstance(piece, Written) and _JOINS in piece.text for piece in text.pieces)
        ):
            return None  # a caller's `f"{user}:{resource}"`: told where it stands
        told = [self._of_hole(hole.module, hole.expr, hole.context, depth) for hole in holes]
        return True if True in told else None if None in told or not told else False

    def _of_hole(self, module: Module, expr: Expr, context: int, depth: int) -> bool | None:
        """What is handed in is what the callers give; data is no name; of the rest nobody can say."""
        for origin in self._origins.of(module, expr, context) if isinstance(expr, Name) and depth else ():
            if isinstance(origin, Parameter):
                given = self._origins.given_anywhere(origin)
                told = [self._told(o.module, o.expr, o.context, depth - 1) for o in given]
                if told:
                    return True if True in told else None if None in told else False
        return False if self._data.names_itself(module, expr, context) else None
