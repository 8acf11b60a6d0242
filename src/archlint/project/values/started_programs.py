"""The program that a call of `subprocess` starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Collection, Expr, Name, String
from archlint.project.names.origins import Origin, Origins

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_STEPS = 3
_ASKING = frozenset({"-version", "--version", "--help"})


class StartedPrograms:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)

    def of(self, site: CallSite) -> str:
        """`pg_dump` of `run(["/usr/bin/pg_dump", "-d", name])`, `run(f"pg_dump {name}", shell=True)`; empty where it is not
        written, or is only asked for its version."""
        handed = [argument.value for argument in site.call.arguments if argument.name in (None, "args")]
        if any(isinstance(each, String) and each.value in _ASKING for each in handed):
            return ""
        given = next(iter(handed), None)
        return self._named(site.module, given, site.call.context, _STEPS) if given is not None else ""

    def _named(self, module: Module, expr: Expr, context: int, steps: int) -> str:
        if isinstance(expr, Collection):
            asks = any(isinstance(item, String) and item.value in _ASKING for item in expr.items)
            return self._named(module, expr.items[0], context, steps) if expr.items and not asks else ""
        if isinstance(expr, Name) and steps:
            origins = self._origins.of(module, expr, context)
            made = {
                self._named(origin.module, origin.expr, origin.context, steps - 1)
                for origin in origins
                if isinstance(origin, Origin) and not origin.each and not origin.path
            }
            return made.pop() if len(made) == 1 else ""
        text = self._project.values.text(module, expr, context)
        said = expr.value if isinstance(expr, String) else text.rendered if text is not None else ""
        words = said.split()
        return words[0].rpartition("/")[2] if words and _ASKING.isdisjoint(words) else ""
