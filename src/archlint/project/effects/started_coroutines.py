"""Coroutines that are started as tasks: where they are made, nothing of them runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archlint.project.model import CallSite
    from archlint.project.names.parameters_run import ParametersRun
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


class StartedCoroutines:
    def __init__(self, project: Project, running: ParametersRun) -> None:
        self._project = project
        self._running = running

    def among(self, sites: Sequence[CallSite]) -> list[int]:
        """Calls that make what functions of the project are given and start: `in_background(load(key))`."""
        given_calls = [site for site in sites if any(type(argument.value) is CallRef for argument in site.call.arguments)]
        return [index for site in given_calls for index in self._by(site)]

    def _by(self, site: CallSite) -> Iterator[int]:
        for kind, expr in self._running.given(site):
            if kind == "deferred" and isinstance(expr, CallRef) and self._is_coroutine(site.module, expr.index):
                yield expr.index
                yield from self.within(site.module, expr)

    def within(self, module: Module, made: CallRef) -> Iterator[int]:
        """Calls that make what a coroutine is given, which it awaits when it is run itself: `in_turn(load(key))`."""
        for argument in module.body.calls[made.index].arguments:
            if isinstance(argument.value, CallRef) and self._is_coroutine(module, argument.value.index):
                yield argument.value.index
                yield from self.within(module, argument.value)

    def _is_coroutine(self, module: Module, index: int) -> bool:
        site = self._project.calls.in_module(module)[index]
        made = [target.definition for target in site.targets]
        return bool(made) and not site.call.awaited and all(d is not None and d.function.is_async for d in made)
