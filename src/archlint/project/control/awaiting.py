"""Is what a place does awaited, so that the event loop runs other things meanwhile?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef
from archlint.project.effects.points import Point
from archlint.project.parts import leaves_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


class Awaiting:
    """By how the place is written: a coroutine that is made and handed on does nothing yet."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._awaited: dict[str, frozenset[int]] = {}

    def is_awaited(self, point: Point) -> bool:
        """Somebody awaits the call that the point stands for."""
        call = point.call
        return call is not None and point.kind == "call" and (call.call.awaited or call.index in self._handed_on(point.module))

    def _handed_on(self, module: Module) -> frozenset[int]:
        """Calls whose results are awaited by others: managers of `async with`, what `gather` or `wait_for` are given."""
        known = self._awaited.get(module.path)
        if known is None:
            body = module.body
            found = {c.subject.index for c in body.contexts if c.is_async and isinstance(c.subject, CallRef)}
            for site in self._project.calls.in_module(module):
                operation = site.operation
                if site.call.awaited and operation is not None and (operation.once or operation.returns == "arg(0)"):
                    leaves = (leaf for argument in site.call.arguments for leaf in leaves_of(argument.value))
                    found.update(leaf.index for leaf in leaves if isinstance(leaf, CallRef))
            known = self._awaited[module.path] = frozenset(found)
        return known
