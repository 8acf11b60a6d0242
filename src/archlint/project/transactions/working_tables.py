"""Writes into a table that the statement's own question works on: a temporary one, told by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Expr, Name
from archlint.project.spelling import spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.control.conditions import Path
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_TEMPORARY = frozenset({"temp", "tmp", "temporary"})


def fills_working_table(project: Project, path: Path) -> bool:
    """What the call that writes is given, or what the names in it stand for, is called so."""
    call, module = path.end.call, path.end.module
    if call is None:
        return False
    given = [argument.value for argument in call.call.arguments[:1]]
    told = [*given, *(source for expr in given for source in _sources(project, module, expr, call.call.context))]
    return any(not _TEMPORARY.isdisjoint(words_of(spell(module.body, expr))) for expr in told)


def _sources(project: Project, module: Module, expr: Expr, context: int) -> list[Expr]:
    if not isinstance(expr, Name):
        return []
    found = project.values.sources.of(module, expr, context)
    return [source.expr for source in found if source.module is module and source.expr is not None]
