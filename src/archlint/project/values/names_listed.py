"""Names that a class attribute lists: `("id", "name")`, also put together of other lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import CallRef, Collection, Expr, Operation, Starred, String

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 8
_COPIES = frozenset({"list", "tuple", "set", "sorted"})


class NamesListed:
    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, module: Module, expr: Expr, context: int, depth: int = _DEPTH) -> dict[str, Site] | None:
        """Name → where it is written, a string alone being a name too; None where a part cannot be told."""
        if isinstance(expr, String):
            return {expr.value: Site(module.path, expr.at, expr.end)}
        if isinstance(expr, Starred):
            return self.of(module, expr.value, context, depth - 1)
        if isinstance(expr, Collection):
            return self._together(module, expr.items, context, depth)
        if isinstance(expr, Operation) and expr.op == "+":
            return self._together(module, expr.operands, context, depth)
        if isinstance(expr, CallRef):
            call = module.body.calls[expr.index]
            name = self._project.types.name_of(module, call.callee, call.context) or ""
            is_copy = name.startswith("builtins.") and name.rpartition(".")[2] in _COPIES and len(call.arguments) == 1
            return self.of(module, call.arguments[0].value, context, depth - 1) if is_copy else None
        sources = self._project.values.sources.of(module, expr, context) if depth > 0 else ()
        if len(sources) != 1 or sources[0].expr is None or sources[0].added_to is not None:
            return None
        return self.of(sources[0].module, sources[0].expr, sources[0].context, depth - 1)

    def _together(self, module: Module, parts: tuple[Expr, ...], context: int, depth: int) -> dict[str, Site] | None:
        found: dict[str, Site] = {}
        for part in parts:
            names = self.of(module, part, context, depth - 1)
            if names is None:
                return None
            found |= names
        return found
