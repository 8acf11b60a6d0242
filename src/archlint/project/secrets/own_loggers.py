"""Loggers of the project's own: methods named for a level that write what they are given as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Expr, Name
from archlint.project.model import CallSite, Def
from archlint.project.names.origins import Parameter
from archlint.project.names.passed_arguments import arguments_of

if TYPE_CHECKING:
    from archlint.project.program import Project

LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal"})


class OwnLoggers:
    """`def info(self, msg): self.logger.info(msg=msg)`: all that calls it logs there, however many they are."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[Def, tuple[int, ...]] = {}

    def given(self, site: CallSite) -> Iterator[tuple[str | None, Expr]]:
        """What a call of one gives it to write, each with the field that it is written under, if it has one."""
        for definition in dict.fromkeys(target.definition for target in site.targets if target.definition is not None):
            for position in self._written(definition):
                parameter = Parameter(definition, position)
                for argument in arguments_of(parameter, site):
                    yield argument.name if parameter.kind == "**" else None, argument.value

    def is_handed_on(self, site: CallSite, value: Expr) -> bool:
        """The value of a library's logger is what such a method is given: it is written where that is called."""
        if site.caller is None or type(value) is not Name:
            return False
        parameters = site.caller.function.parameters
        return any(parameters[position].name == value.id for position in self._written(site.caller))

    def _written(self, definition: Def) -> tuple[int, ...]:
        """The positions of the parameters that it writes as they are."""
        function = definition.function
        if function.klass < 0 or function.name not in LEVELS:
            return ()
        if definition not in self._known:
            sites = self._project.calls.of(definition)
            calls = [site.call for site in sites if site.operation is not None and site.operation.log is not None]
            named = {a.value.id for call in calls for a in call.arguments if type(a.value) is Name}
            named -= {s.target.id for s in definition.module.own_statements(definition.index) if type(s.target) is Name}
            rows = (row for row, parameter in enumerate(function.parameters) if parameter.name in named)
            self._known[definition] = tuple(row for row in rows if row > 0)
        return self._known[definition]
