"""Coroutines that plain code runs to their end, one at a time: nothing else is on that event loop that could wait."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, Subscript
from archlint.project.model import CallSite, Def, Type
from archlint.project.parts import leaves_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_LASTING = re.compile(r"main|run|serv\w*|start\w*|work\w*|listen\w*|poll\w*|app|bot|daemon|consum\w*|loop|forever")
"""Functions named so keep a program running, with more on its loop than they show."""
_TURNING = re.compile(r"work\w*|listen\w*|poll\w*|bot|daemon|consum\w*|loop|forever")
"""Plain functions named so run coroutines again and again; one that is called `run` or `main` starts the program."""
_STEPS = 6
_GIVES_WHAT_IT_GETS = "arg(0)"
_BACKGROUND = "background-task"
_WAITING = frozenset({"wait_for", "shield"})
_CONTEXT = "asynccontextmanager"
_TASK = "task"
_OWN_LOOP = "own-loop"
_RESULTS = frozenset({"dict", "list", "set", "tuple"})


class RunAlone:
    """By all the calls of a coroutine function: awaited at once by one that runs alone, or handed to what runs it to its
    end, by a function that is no coroutine itself."""

    def __init__(self, project: Project, loop_a_request: Collection[str] = ()) -> None:
        """`loop_a_request`: types of the apps and routers that run each of their coroutines on an event loop of its own."""
        self._project = project
        self._loop_a_request = frozenset(loop_a_request)

    def holds(self, definition: Def, steps: int = _STEPS) -> bool:
        if self._is_made_plain(definition):
            return True
        if steps == 0 or self._starts_others(definition):
            return False
        if definition in self._project.endpoints.by_definition:
            return self._has_own_loop(definition)
        if self._may_last(definition):
            return False
        sites = self._sites(definition)
        if not sites:
            return self._is_run_by_base(definition, steps) or self._is_within(definition, steps)
        return all(self._is_alone(site, steps) for site in sites)

    def _is_made_plain(self, definition: Def) -> bool:
        """A decorator makes a plain function of it that runs it on a loop of its own."""
        decorations = self._project.types.inference.returns.decorations(definition)
        return any(each.register == _OWN_LOOP for each in decorations)

    def _sites(self, definition: Def) -> list[CallSite]:
        callers = self._project.calls.callers(definition)
        return [site for site in callers if not site.module.is_test and site.caller != definition]

    def _may_last(self, definition: Def) -> bool:
        """By its name it keeps a program running; what a task of a queue, or a plain handler, runs to its end does not."""
        if not _is_named(definition, _LASTING) or _is_task(definition) or _gives_results(definition):
            return False
        return not self._is_in_turn(definition, _STEPS)

    def _is_in_turn(self, definition: Def, steps: int) -> bool:
        """All the ways to it begin at tasks of a queue, or plain handlers, that run to their end what leads to it."""
        sites = self._sites(definition)
        return steps > 0 and bool(sites) and all(self._is_on_turn(site, steps) for site in sites)

    def _is_on_turn(self, site: CallSite, steps: int) -> bool:
        if site.caller is not None and site.caller.function.is_async:
            return site.call.awaited and self._is_in_turn(site.caller, steps - 1)
        return self._is_of_turn(site.caller) and self._is_run(site)

    def _is_of_turn(self, caller: Def | None) -> bool:
        if caller is None or caller.function.is_async:
            return False
        decorations = self._project.types.inference.returns.decorations(caller)
        return caller in self._project.endpoints.by_definition or any(each.register == _TASK for each in decorations)

    def _has_own_loop(self, definition: Def) -> bool:
        containers = self._project.routes.tree.containers
        keys = {key for e in self._project.endpoints.by_definition[definition] for key in e.route.containers}
        types = {containers[key].type_name for key in keys if key in containers}
        return bool(types) and types <= self._loop_a_request

    def _is_within(self, definition: Def, steps: int) -> bool:
        """A function inside of one that runs alone, which hands it to what it awaits."""
        module = definition.module
        row = module.body.contexts[definition.function.outer].function
        if row < 0:
            return False
        outer = Def(module, module.name, row)
        return outer.function.is_async and self.holds(outer, steps - 1)

    def _is_run_by_base(self, definition: Def, steps: int) -> bool:
        """A class above runs the method by its name, and has none of that name itself."""
        function, module = definition.function, definition.module
        if function.klass < 0:
            return False
        symbols, members = self._project.symbols, self._project.types.inference.members
        owner = module.outline.classes[function.klass]
        for ancestor in members.ancestors(Type(f"{module.name}.{owner.qualname}")):
            klass = symbols.classes.get(ancestor.name)
            for site in self._project.calls.in_module(klass.module) if klass is not None else ():
                caller = site.caller
                if caller is None or klass is None or caller.function.klass != klass.index or caller == definition:
                    continue
                if _is_own(site.call.callee, function.name) and self._is_alone(site, steps):
                    return True
        return False

    def _is_alone(self, site: CallSite, steps: int) -> bool:
        caller = site.caller
        if caller is not None and caller.function.is_async:
            awaited = site.call.awaited or self._is_waited_for(site)
            return not self._may_last(caller) and awaited and self.holds(caller, steps - 1)
        turns = caller is not None and _is_named(caller, _TURNING) and not self._is_of_turn(caller)
        return not turns and self._is_run(site)

    def _is_waited_for(self, site: CallSite) -> bool:
        """`await wait_for(load(), 5)`"""
        return any(
            other.caller == site.caller
            and other.call.awaited
            and last_name(other.module.body, other.call.callee) in _WAITING
            and any(isinstance(a.value, CallRef) and a.value.index == site.index for a in other.call.arguments)
            for other in self._project.calls.in_module(site.module)
        )

    def _is_run(self, site: CallSite) -> bool:
        """The call is what a runner is given, `asyncio.run(load())`, or calls what one makes of it, `wait_for(load)()`."""
        if isinstance(site.call.callee, CallRef):
            maker = self._project.calls.in_module(site.module)[site.call.callee.index].operation
            return maker is not None and maker.returns == _GIVES_WHAT_IT_GETS
        for other in self._project.calls.in_module(site.module):
            if other.caller == site.caller and (_is_runner(other) or self._runs_given(other)):
                given = (leaf for argument in other.call.arguments for leaf in leaves_of(argument.value))
                if any(isinstance(leaf, CallRef) and leaf.index == site.index for leaf in given):
                    return True
        return False

    def _runs_given(self, site: CallSite) -> bool:
        """`run(load())`, where `def run(coroutine): return make_loop().run_until_complete(coroutine)`."""
        definitions = [target.definition for target in site.targets if target.definition is not None]
        return bool(definitions) and all(self._is_own_runner(each) for each in definitions)

    def _is_own_runner(self, definition: Def) -> bool:
        taken = {parameter.name for parameter in definition.function.parameters}
        return not definition.function.is_async and any(
            _is_runner(site) and any(isinstance(a.value, Name) and a.value.id in taken for a in site.call.arguments)
            for site in self._project.calls.of(definition)
        )

    def _starts_others(self, definition: Def) -> bool:
        """It makes background tasks, or coroutines that it does not await: those that it gathers have ended when it goes on."""
        sites = self._project.calls.of(definition)
        operations = [(site, site.operation) for site in sites if site.operation is not None]
        if any(operation.register == _BACKGROUND for _, operation in operations):
            return True
        gathers = [site for site, operation in operations if operation.once]
        if gathers:
            return not all(site.call.awaited for site in gathers)
        return any(
            not site.call.awaited
            and any(t.definition is not None and _is_coroutine(t.definition) for t in site.targets)
            and not self._is_waited_for(site)
            for site in sites
        )


def _is_runner(site: CallSite) -> bool:
    return site.operation is not None and site.operation.returns == _GIVES_WHAT_IT_GETS


def _is_own(callee: Expr, method: str) -> bool:
    """`self.run`."""
    return (
        isinstance(callee, Attribute) and callee.attr == method and isinstance(callee.base, Name) and callee.base.id == "self"
    )


def _is_coroutine(definition: Def) -> bool:
    """No generator, which runs as it is asked, also where a decorator has made a context of it."""
    named = (last_name(definition.module.body, decorator) for decorator in definition.function.decorators)
    return definition.function.is_async and not definition.function.is_generator and _CONTEXT not in named


def _gives_results(definition: Def) -> bool:
    """`-> list[str]`, `-> dict`: who is given a list of results goes on with them."""
    returns = definition.function.returns
    return isinstance(returns, Subscript) or (isinstance(returns, Name) and returns.id in _RESULTS)


def _is_task(definition: Def) -> bool:
    """`run(self, account_id)`, `prepare_and_run(self, *args)`: what is told with what to work does so once; a program that
    runs is told nothing."""
    function = definition.function
    return (
        words_of(function.name)[-1:] == ("run",)
        and function.klass >= 0
        and any(p.name not in ("self", "cls") for p in function.parameters)
    )


def _is_named(definition: Def, words: re.Pattern[str]) -> bool:
    """One word of its name is one of these: `fetch_appropriate` is no app."""
    return any(words.fullmatch(word) for word in words_of(definition.function.name))
