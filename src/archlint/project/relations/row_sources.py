"""Where the rows behind a name come from: through loops, other names, and what only turns one collection into another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Collection, Expr, Name
from archlint.project.names.sources import Source
from archlint.project.parts import parts_of
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 4
_TURNS = frozenset({"list", "tuple", "set", "sorted", "reversed", "enumerate"})


def row_sources(
    project: Project, module: Module, name: Name, context: int, at: int, *, depth: int = _DEPTH
) -> tuple[Source, ...]:
    """As `Sources.of`; of a loop's name what the loop goes over, of a name for a name what that one is given, of an attribute
    (`order.lines`) where its object comes from."""
    _, bindings = project.symbols.scopes(module).lookup(context, name.id, at)
    found: list[Source] = []
    for binding in bindings:
        statement = module.body.statements[binding.index] if binding.kind == "statement" else None
        if statement is not None and statement.kind == "for":
            place = module.body.contexts[statement.context]
            found.append(Source(module, place.subject, place.parent))
        elif (
            statement is not None and isinstance(statement.target, Collection) and isinstance(statement.value, CallRef | Await)
        ):
            found.append(Source(module, statement.value, statement.context))  # `row, is_new = get_or_create(…)`
    if not found:
        found = list(project.values.sources.of(module, name, context, at))
    return tuple(behind for source in found for behind in _behind(project, source, depth))


def _behind(project: Project, source: Source, depth: int) -> Iterator[Source]:
    expr = _turned(source.module, source.expr)
    while isinstance(expr, Attribute):
        expr = expr.base
    if source.is_parameter or not depth or not isinstance(expr, Name):
        yield source
        return
    inner = row_sources(project, source.module, expr, source.context, expr.at, depth=depth - 1)
    yield from inner or (source,)


def _turned(module: Module, expr: Expr | None) -> Expr | None:
    """`rows`, of `list(rows)`."""
    while isinstance(expr, CallRef):
        call = module.body.calls[expr.index]
        if not (isinstance(call.callee, Name) and call.callee.id in _TURNS and call.arguments):
            return expr
        expr = call.arguments[0].value
    return expr


def is_found_by_asker(source: Source) -> bool:
    """It is found by who asks: `filter(user=request.user)`."""
    body = source.module.body
    for part in parts_of(body, source.expr):
        if (isinstance(part, Name) and part.id == "current_user") or (
            isinstance(part, Attribute) and spell(body, part).endswith("request.user")
        ):
            return True
    return False
