"""Imports that serve annotations alone: the module is loaded for its names, and nothing of it is used."""

from __future__ import annotations

from collections.abc import Iterable

from archlint.facts.syntax import Expr, Import, Name
from archlint.project.parts import PARTS
from archlint.project.source.imports import Edge
from archlint.project.source.modules import Module


class AnnotatedOnly:
    """Answers for imports between modules; the names that a module uses are gathered once."""

    def __init__(self) -> None:
        self._used: dict[str, frozenset[str]] = {}

    def serves_annotations(self, edge: Edge) -> bool:
        """No name that the import binds is read outside the annotations of the importing module."""
        bound = {_bound(reference.given) for reference in edge.references if reference.counts("runtime")}
        if "*" in bound or edge.importer.is_package:  # others take it from there
            return False
        used = self._used.get(edge.importer.path)
        if used is None:
            used = self._used[edge.importer.path] = _used(edge.importer)
        return bound.isdisjoint(used) and not bound.isdisjoint(_names(_annotations(edge.importer)))


def _bound(given: Import) -> str:
    return given.alias or given.name or given.module.partition(".")[0]


def _used(module: Module) -> frozenset[str]:
    body, outline = module.body, module.outline
    starts: list[Expr | None] = [part for statement in body.statements for part in (statement.value, statement.target)]
    starts += [part for call in body.calls for part in (call.callee, *(argument.value for argument in call.arguments))]
    starts += [context.subject for context in body.contexts]
    starts += [part for klass in outline.classes for part in (*klass.bases, *klass.decorators)]
    starts += [part for function in outline.functions for part in function.decorators]
    starts += [parameter.default for function in outline.functions for parameter in function.parameters]
    return _names(starts)


def _annotations(module: Module) -> list[Expr | None]:
    found = [statement.annotation for statement in module.body.statements]
    for function in module.outline.functions:
        found += [function.returns, *(parameter.annotation for parameter in function.parameters)]
    return found


def _names(exprs: Iterable[Expr | None]) -> frozenset[str]:
    found: set[str] = set()
    waiting = [expr for expr in exprs if expr is not None]
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, Name):
            found.add(expr.id)
        elif type(expr) in PARTS:
            waiting += PARTS[type(expr)](expr)
    return frozenset(found)
