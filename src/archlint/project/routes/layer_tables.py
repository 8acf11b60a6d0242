"""The tables that the application layer changes, and the places that come to one of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from archlint.facts.syntax import Attribute, Expr, Name
from archlint.project.effects.effects import EffectPoint
from archlint.project.parts import parts_of
from archlint.project.program import Project
from archlint.project.schema.names import last_part
from archlint.project.source.modules import Module

_WRITE = "db.write"
_STORED = "db-model"
_STEPS = 3
"""Names behind names that are followed: `query = select(Order)`, `query = query.where(…)`."""


class LayerTables:
    """A table is told by the class of its rows, or by its name in SQL; one of which neither is said is none."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def is_changed(self, point: EffectPoint) -> bool:
        """The application layer, or what it uses of the persistence, writes into a table that the place comes to."""
        return not self._changed.isdisjoint(self._at(point))

    @cached_property
    def _changed(self) -> frozenset[str]:
        layers, imports = self._project.layers, self._project.imports
        inner = {module.path: module for module in layers.members("application")}
        if layers.style == "clean":
            used = layers.members("infrastructure")  # behind its ports
        else:
            used = tuple(edge.imported for module in inner.values() for edge in imports.edges(module))
        inner |= {module.path: module for module in used if layers.layer_of(module) == "infrastructure"}
        points = (p for module in inner.values() for p in self._project.effects.points_in(module, effects={_WRITE}))
        return frozenset(table for point in points if point.is_direct for table in self._at(point))

    def _at(self, point: EffectPoint) -> Iterator[str]:
        """The classes of rows that are named in what is called or handed over there, and the tables of its SQL."""
        module, call = point.module, point.call
        if call is not None:
            for sql in self._project.statements.by_sink.get((module.path, call.index), ()):
                yield from (last_part(table).lower() for said in sql.facts.statements for table in said.tables)
        expr = call.expr if call is not None and point.kind != "evaluation" else point.point.expr
        if expr is not None:
            yield from self._named(module, expr, point.context, _STEPS)

    def _named(self, module: Module, expr: Expr, context: int, steps: int) -> Iterator[str]:
        types, values = self._project.types, self._project.values.sources
        for part in parts_of(module.body, expr):
            if not isinstance(part, Name | Attribute):
                continue
            stored = [each.name for each in types.all(module, part, context) if types.role(each) == _STORED]
            yield from stored
            if steps and not stored and isinstance(part, Name):
                for source in values.of(module, part, context):
                    if source.module is module and source.expr is not None and source.expr.at != part.at:
                        yield from self._named(module, source.expr, source.context, steps - 1)
