"""Whether the code that gives an object a value comes, by calls, to the method that reads it from the object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.project.control.sequence import context_at
from archlint.project.model import Def

if TYPE_CHECKING:
    from archlint.facts.findings import Site
    from archlint.project.program import Project
    from archlint.project.secrets.flows import Place
    from archlint.project.source.modules import Module

_MOST = 400
"""Functions on the ways to one method; where there are more, any may come to it."""


class ReadingMethods:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[Def, frozenset[tuple[str, int]] | None] = {}

    def reads(self, source: Site, place: Place) -> bool:
        """Some way of calls leads from the function around `source` to the one around `place`, or nobody is known to call
        that one, or too many."""
        reader = place.module.body.contexts[place.context].function
        module = self._project.modules.by_path[source.path]
        giver = module.body.contexts[context_at(module, source.at)].function
        if reader < 0 or giver < 0:
            return True
        around = self._around(Def(place.module, place.module.name, reader))
        return around is None or not around.isdisjoint((module.path, row) for row in _beside(module, giver))

    def _around(self, reader: Def) -> frozenset[tuple[str, int]] | None:
        if reader not in self._known:
            self._known[reader] = self._leading(reader)
        return self._known[reader]

    def _leading(self, reader: Def) -> frozenset[tuple[str, int]] | None:
        by_path = self._project.modules.by_path
        found = {(reader.module.path, reader.index)}
        waiting = [reader]
        while waiting:
            for path, row in self._project.effects.callers.get(waiting.pop(), ()):
                if (path, row) in found:
                    continue
                found.add((path, row))
                if row >= 0:
                    waiting.append(Def(by_path[path], by_path[path].name, row))
            if len(found) > _MOST:
                return None
        return frozenset(found) if len(found) > 1 else None


def _beside(module: Module, function: int) -> list[int]:
    """The function, and the other methods of its class, which share what one of them keeps."""
    functions = module.outline.functions
    klass = functions[function].klass
    return [function] if klass < 0 else [row for row, other in enumerate(functions) if other.klass == klass]
