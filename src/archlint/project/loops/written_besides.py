"""Items that the code lists itself where nothing else gives them: whoever wrote it knows what there is of their kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Collection, Constant, Expr, Mapping, Name, Operation, String
from archlint.project.parts import parts_of

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_SEVERAL = 2
"""One that is written out may be the one that was asked for."""


def are_written_besides(project: Project, loop: Loop) -> bool:
    """`kinds = ask()`, or `kinds = [EXPRESS, STANDARD]` where that fails."""
    subject = loop.place.subject if loop.mapping is None else None
    if not isinstance(subject, Name):
        return False
    given = project.values.sources.of(loop.module, subject, loop.place.parent)
    own = [source.expr for source in given if source.module is loop.module and source.expr is not None]
    return any(_lists(loop.module, part) for expr in own for part in _alternatives(expr))


def _alternatives(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, Operation) and expr.op == "or":
        yield from expr.operands
    else:
        yield expr


def _lists(module: Module, expr: Expr) -> bool:
    is_several = isinstance(expr, Collection) and len(expr.items) >= _SEVERAL
    return is_several and all(_is_constant(part) for part in parts_of(module.body, expr))


def _is_constant(part: Expr) -> bool:
    match part:
        case Name():
            return part.id.isupper() or part.id[:1].isupper() or part.id in ("self", "cls")
        case Attribute():
            return part.attr.isupper()
        case _:
            return isinstance(part, Collection | Mapping | Constant | String)
