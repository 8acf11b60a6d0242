"""Whether a way ends where a new row is made: `session.add(order)`, `Order.objects.create(…)`, `INSERT INTO orders`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Expr, Name, String
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.project.control.conditions import Path
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_INSERT = re.compile(r"\s*INSERT\s", re.IGNORECASE)
_STORED = "db-model"
_STATEMENTS = frozenset({"insert"})
"""What begins such a statement where it is built by calls."""


def makes_row(project: Project, path: Path, making: frozenset[str]) -> bool:
    """`making`: last names of library callables that make rows."""
    call, module = path.end.call, path.end.module
    if call is None:
        return False
    if path.end.witness.target.rpartition(".")[2] in making:
        return True
    first = call.call.arguments[0].value if call.call.arguments else None
    return any(_inserts(module, part) for part in _told(project, module, first, call.call.context))


def rows_made_in(project: Project, definition: Def) -> frozenset[tuple[str, int]]:
    """`order = Order(…)`, of a stored class: the name, and where it gets its value."""
    module = definition.module
    found = set[tuple[str, int]]()
    for s in module.own_statements(definition.index):
        if not isinstance(s.target, Name) or not isinstance(s.value, CallRef):
            continue
        call = module.body.calls[s.value.index]
        types = project.types.all(module, call.callee, call.context)
        if any(each.is_class and project.types.role(each) == _STORED for each in types):
            found.add((s.target.id, s.end))
    return frozenset(found)


def _told(project: Project, module: Module, expr: Expr | None, context: int) -> Iterator[Expr]:
    """The parts of a statement, and of what its name stands for."""
    yield from parts_of(module.body, expr)
    if isinstance(expr, Name):
        for source in project.values.sources.of(module, expr, context):
            if source.module is module:
                yield from parts_of(module.body, source.expr)


def _inserts(module: Module, part: Expr) -> bool:
    if isinstance(part, String):
        return bool(_INSERT.match(part.value))
    return isinstance(part, CallRef) and last_name(module.body, part) in _STATEMENTS
