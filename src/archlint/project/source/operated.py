"""Functions that only a command of its operator runs, with what stands on the command line, or nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Expr
from archlint.project.parts import names_in
from archlint.project.spelling import last_name
from archlint.project.walk import starts_of_reading

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_ARGUMENTS = frozenset({"Namespace"})
"""What a parser of the standard library makes of a command line."""
_STEPS = 2


def is_run_by_operator(project: Project, definition: Def, steps: int = _STEPS) -> bool:
    """The function takes the arguments of a command line, or all that call it do, within so many steps."""
    if any(_is_command_line(definition.module, p.annotation) for p in definition.function.parameters):
        return True
    callers = {site.caller for site in project.calls.callers(definition)} if steps else set()
    return bool(callers) and all(
        caller is not None and is_run_by_operator(project, caller, steps - 1) for caller in sorted(callers, key=_place)
    )


def _place(caller: Def | None) -> tuple[str, int]:
    return (caller.module.path, caller.index) if caller is not None else ("", -1)


def _is_command_line(module: Module, annotation: Expr | None) -> bool:
    return annotation is not None and last_name(module.body, annotation) in _ARGUMENTS


def is_left(project: Project, definition: Def) -> bool:
    """A plain function of a module that nothing in the program calls, imports or hands on."""
    module, function = definition.module, definition.function
    is_plain = not function.decorators and module.body.contexts[function.outer].kind == "module"
    if not is_plain or project.calls.written(function.name) or project.effects.callers.get(definition):
        return False
    imported = any(given.name == function.name for other in project.modules.production for given in other.outline.imports)
    return not imported and not any(function.name in names_in(module.body, expr) for expr, _ in starts_of_reading(module))
