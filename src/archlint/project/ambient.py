"""Values kept on objects that are shared by name: `app.state.pool = …`, `g.user = …`, `app.extensions["mail"] = …`.

Where nothing else is known of such an attribute or key, what production code stores under the same two names is what
is read there; at medium confidence.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, Expr, Name, String, Subscript
from archlint.project.entities import Entity, distinct, weakened
from archlint.project.model import Type

if TYPE_CHECKING:
    from archlint.project.inference import Inference
    from archlint.project.modules import Module

_MOST_STORES = 3


class Ambient:
    """Stores of production code, by the last two names of where they are kept."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._known: dict[tuple[str, str], tuple[Entity, ...]] = {}

    def stored(self, expr: Attribute | Subscript) -> tuple[Entity, ...]:
        """What is stored anywhere under the names of `….holder.name` or `….holder["name"]`."""
        key = _key(expr)
        if key is None or key not in self._stores:
            return ()
        known = self._known.get(key)
        if known is None:
            self._known[key] = ()  # stored by what reads it: a circle
            found: list[Entity] = []
            for module, value, context in self._stores[key][:_MOST_STORES]:
                for entity in self._inference.entities(module, value, context):
                    found.append(weakened(entity, Confidence.MEDIUM) if isinstance(entity, Type) else entity)
            known = self._known[key] = distinct(found)
        return known

    @cached_property
    def _stores(self) -> dict[tuple[str, str], list[tuple[Module, Expr, int]]]:
        found: dict[tuple[str, str], list[tuple[Module, Expr, int]]] = defaultdict(list)
        for module in self._inference.project.modules.production:
            for statement in module.statements["assign"]:
                target = statement.target
                if statement.value is None or not isinstance(target, Attribute | Subscript):
                    continue
                key = _key(target)
                if key is not None:
                    found[key].append((module, statement.value, statement.context))
        return dict(found)


def _key(expr: Attribute | Subscript) -> tuple[str, str] | None:
    """(last name of the holder, attribute or constant key); None for `self` and for what has no such names."""
    base = expr.base
    holder = base.id if isinstance(base, Name) else base.attr if isinstance(base, Attribute) else ""
    if not holder or holder in ("self", "cls"):
        return None
    if isinstance(expr, Attribute):
        return holder, expr.attr
    index = expr.index[0] if len(expr.index) == 1 else None
    return (holder, f"[{index.value}]") if isinstance(index, String) else None
