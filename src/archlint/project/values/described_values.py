"""What is written beside a field or a parameter, and says by a pattern which values it lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.parts import parts_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_PATTERNS = frozenset({"pattern", "regex", "choices"})
_DEPTH = 3


def lets_through(project: Project, module: Module, expr: Expr | None, context: int, depth: int = _DEPTH) -> bool:
    """`Query(pattern="^(asc|desc)$")`, `constr(pattern=…)`, `Annotated[str, StringConstraints(pattern=…)]`, also where a name
    holds it: `Word = constr(pattern=…)`."""
    body = module.body
    for part in parts_of(body, expr):
        if isinstance(part, CallRef) and any(a.name in _PATTERNS for a in body.calls[part.index].arguments):
            return True
        if isinstance(part, Name | Attribute) and depth > 0:
            sources = project.values.sources.of(module, part, context)
            if any(lets_through(project, s.module, s.expr, s.context, depth - 1) for s in sources):
                return True
    return False
