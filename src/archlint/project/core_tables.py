"""Tables that are objects of their own, without a class: `orders = Table("orders", metadata, …)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, String
from archlint.project.origins import Origin, Origins
from archlint.project.parts import parts_of
from archlint.project.schema.names import last_part

if TYPE_CHECKING:
    from archlint.project.modules import Module
    from archlint.project.program import Project

_ROLE = "db-table"


class CoreTables:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)

    def name_of(self, module: Module, expr: Expr | None, context: int) -> str:
        """The name, in lower case, of the first such table in an expression; empty where there is none."""
        types = self._project.types
        for part in parts_of(module.body, expr):
            if not isinstance(part, Name | Attribute):
                continue
            if any(types.role(found) == _ROLE for found in types.all(module, part, context) if not found.is_class):
                name = self._made_as(module, part, context)
                if name:
                    return name
        return ""

    def _made_as(self, module: Module, part: Expr, context: int) -> str:
        for origin in self._origins.of(module, part, context):
            if isinstance(origin, Origin) and isinstance(origin.expr, CallRef):
                given = origin.module.body.calls[origin.expr.index].arguments
                if given and isinstance(given[0].value, String):
                    return last_part(given[0].value.value).lower()
        return ""
