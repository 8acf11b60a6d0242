"""Coroutines that plain code runs to their end, one at a time: nothing else is on that event loop that could wait."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef
from archlint.project.model import CallSite, Def
from archlint.project.parts import leaves_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_LASTING = re.compile(r"main|run|serv|start|work|listen|poll|app|bot|daemon|consum|loop|forever")
"""Functions named so keep a program running, with more on its loop than they show."""
_TURNING = re.compile(r"work|listen|poll|bot|daemon|consum|loop|forever")
"""Plain functions named so run coroutines again and again; one that is called `run` or `main` starts the program."""
_STEPS = 4
_GIVES_WHAT_IT_GETS = "arg(0)"
_BACKGROUND = "background-task"


class RunAlone:
    """By all the calls of a coroutine function: awaited at once by one that runs alone, or handed to what runs it to its
    end, by a function that is no coroutine itself."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def holds(self, definition: Def, steps: int = _STEPS) -> bool:
        if steps == 0 or definition in self._project.endpoints.by_definition or self._starts_others(definition):
            return False
        if _LASTING.search(definition.function.name):
            return False
        callers = self._project.calls.callers(definition)
        sites = [site for site in callers if not site.module.is_test and site.caller != definition]
        return bool(sites) and all(self._is_alone(site, steps) for site in sites)

    def _is_alone(self, site: CallSite, steps: int) -> bool:
        caller = site.caller
        if caller is not None and caller.function.is_async:
            is_short = not _LASTING.search(caller.function.name)
            return is_short and site.call.awaited and self.holds(caller, steps - 1)
        return (caller is None or not _TURNING.search(caller.function.name)) and self._is_run(site)

    def _is_run(self, site: CallSite) -> bool:
        """The call is what a runner is given, `asyncio.run(load())`, or calls what one makes of it, `wait_for(load)()`."""
        if isinstance(site.call.callee, CallRef):
            maker = self._project.calls.in_module(site.module)[site.call.callee.index].operation
            return maker is not None and maker.returns == _GIVES_WHAT_IT_GETS
        for other in self._project.calls.in_module(site.module):
            operation = other.operation
            if other.caller == site.caller and operation is not None and operation.returns == _GIVES_WHAT_IT_GETS:
                given = (leaf for argument in other.call.arguments for leaf in leaves_of(argument.value))
                if any(isinstance(leaf, CallRef) and leaf.index == site.index for leaf in given):
                    return True
        return False

    def _starts_others(self, definition: Def) -> bool:
        """It makes coroutines that it does not await at once, or background tasks."""
        for site in self._project.calls.of(definition):
            operation = site.operation
            if operation is not None and (operation.register == _BACKGROUND or operation.once):
                return True
            if not site.call.awaited and any(t.definition is not None and t.definition.function.is_async for t in site.targets):
                return True
        return False
