"""Background tasks that the settings of a worker list, in place of a decorator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.knowledge import Operation, TaskList
from archlint.facts.syntax import Attribute, Call, CallRef, Collection, Expr, Name, Statement
from archlint.project.model import Def
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_TASK = "task"


def listed_tasks(project: Project) -> Iterator[tuple[Def, Operation, Call | None]]:
    """(the function, what declares it, by which call) for each function of such a list, by place of the list."""
    lists = [(library, each) for library in project.knowledge.libraries for each in library.task_lists]
    usage = project.types.inference.usage
    for module in project.modules.production:
        for library, listed in lists:
            if usage.reaches(module, library):
                yield from _in_module(project, module, listed)


def _in_module(project: Project, module: Module, listed: TaskList) -> Iterator[tuple[Def, Operation, Call | None]]:
    contexts = module.body.contexts
    for row in (row for row, place in enumerate(contexts) if place.kind == "class"):
        own = {s.target.id: s for s in module.body.statements if s.context == row and isinstance(s.target, Name)}
        if own.keys().isdisjoint(listed.beside):
            continue
        limit = None if not own.keys().isdisjoint(listed.told) else listed.retries
        operation = Operation(register=_TASK, retries=limit)
        for name in listed.names:
            for item in _items(own.get(name)):
                yield from _task(project, module, item, row, operation)


def _items(statement: Statement | None) -> tuple[Expr, ...]:
    return statement.value.items if statement is not None and isinstance(statement.value, Collection) else ()


def _task(
    project: Project, module: Module, item: Expr, context: int, operation: Operation
) -> Iterator[tuple[Def, Operation, Call | None]]:
    """`send`, or `func(send, max_tries=3)`."""
    given, call, declared = item, None, operation
    if isinstance(item, CallRef):
        site = project.calls.in_module(module)[item.index]
        if site.operation is None or site.operation.register != _TASK or not site.call.arguments:
            return
        given, call, declared = site.call.arguments[0].value, site.call, site.operation
    if isinstance(given, Name | Attribute):
        for entity in project.types.inference.entities(module, given, context):
            if isinstance(entity, FunctionRef):
                yield entity.definition, declared, call
