"""Where an expression that is followed stands, and how many more steps may be taken from there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archlint.project.source.modules import Module


@dataclass(frozen=True, slots=True)
class Descent:
    module: Module = field(repr=False)
    context: int
    depth: int

    def at(self, module: Module, context: int) -> Descent:
        """One step further, at another place."""
        return Descent(module, context, self.depth - 1)
