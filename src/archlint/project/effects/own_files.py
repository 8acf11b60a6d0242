"""Files that the code names, which come with the program: no data makes them longer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Name, Operation, String, Subscript
from archlint.project.names.origins import Origin, Origins

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 12
_PLACE = re.compile(r"__file__|[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
"""The module's own file, and folders that constants and settings name."""


def names_own_file(project: Project, module: Module, expr: Expr, context: int) -> bool:
    """`load_data("species.csv")`, `read_csv(DATA / "species.csv")`, also through names: all of the file's name is in the
    code."""
    leaves = list(_leaves(project, module, expr, context, _DEPTH))
    return None not in leaves and any(isinstance(leaf, String) and "." in leaf.value for leaf in leaves)


def _leaves(project: Project, module: Module, expr: Expr, context: int, depth: int) -> Iterator[Expr | None]:
    """What the name is put together of; None stands for what the code does not say."""
    match expr:
        case String() | Constant():
            yield expr
        case Name(id=name) | Attribute(attr=name) if _PLACE.fullmatch(name):
            yield expr
        case Name() if depth > 0:
            origins = Origins(project).of(module, expr, context)
            if not origins:
                yield None
            for origin in origins:
                if isinstance(origin, Origin):
                    yield from _leaves(project, origin.module, origin.expr, origin.context, depth - 1)
                else:
                    yield None
        case CallRef() if depth > 0:
            call = module.body.calls[expr.index]
            for argument in call.arguments:
                yield from _leaves(project, module, argument.value, context, depth - 1)
            if isinstance(call.callee, Attribute) and isinstance(call.callee.base, CallRef | Operation):
                yield from _leaves(project, module, call.callee.base, context, depth - 1)
        case Operation(op="/", operands=operands) if depth > 0:
            for operand in operands:
                yield from _leaves(project, module, operand, context, depth - 1)
        case Attribute(base=base) | Subscript(base=base) if depth > 0:
            yield from _leaves(project, module, base, context, depth - 1)
        case _:
            yield None
