"""Where an expression stands on the way from an answer back to its query, and whether it is who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archlint.facts.findings import Step
from archlint.facts.syntax import CallRef, Expr, Name
from archlint.project.origins import Origin, Origins
from archlint.project.row_types import is_of_asker

if TYPE_CHECKING:
    from archlint.project.modules import Module

_DEPTH = 80
_FEW = 4


@dataclass(frozen=True)
class Place:
    """Where an expression stands: `given` is what the call on the way gave to the function's parameters, `path` leads into
    a tuple."""

    module: Module = field(repr=False)
    context: int
    given: Mapping[str, tuple[Place, Expr]] = field(default_factory=dict, repr=False)
    path: tuple[int, ...] = ()
    steps: tuple[Step, ...] = ()
    depth: int = _DEPTH

    def at(self, context: int, path: tuple[int, ...] = ()) -> Place:
        return replace(self, context=context, path=path, depth=self.depth - 1)


def is_asker(origins: Origins, place: Place, value: Expr, depth: int = _FEW) -> bool:
    """The value is who asks, or something of him, also through parameters and calls."""
    if depth <= 0:
        return False
    if isinstance(value, CallRef):
        given = place.module.body.calls[value.index].arguments
        return any(is_asker(origins, place, argument.value, depth - 1) for argument in given)
    if is_of_asker(value):
        return True
    if not isinstance(value, Name):
        return False
    if value.id in place.given:
        above, expr = place.given[value.id]
        return is_asker(origins, above, expr, depth - 1)
    own = [o for o in origins.of(place.module, value, place.context) if isinstance(o, Origin) and o.module is place.module]
    return any(is_asker(origins, place.at(o.context), o.expr, depth - 1) for o in own)
