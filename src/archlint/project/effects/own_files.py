"""Files that the code names, which come with the program: no data makes them longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Constant, Expr, Name, String
from archlint.project.names.origins import Origin, Origins

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 3


def names_own_file(project: Project, module: Module, expr: Expr, context: int, depth: int = _DEPTH) -> bool:
    """`load_data("species.csv")`, also through what opens and reads it: the file has its name from the code."""
    if isinstance(expr, Name) and depth > 0:
        origins = Origins(project).of(module, expr, context)
        return bool(origins) and all(
            isinstance(o, Origin) and names_own_file(project, o.module, o.expr, o.context, depth - 1) for o in origins
        )
    if not isinstance(expr, CallRef) or depth == 0:
        return False
    given = [argument.value for argument in module.body.calls[expr.index].arguments]
    open_ones = [value for value in given if not isinstance(value, String | Constant)]
    if open_ones:
        return all(names_own_file(project, module, value, context, depth - 1) for value in open_ones)
    return any(isinstance(value, String) and "." in value.value for value in given)
