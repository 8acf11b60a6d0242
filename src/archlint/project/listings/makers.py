"""Who makes the rows of a stored class: which requests lead to the places that do, and whether only administrators ask them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.project.effects.task_retries import is_decorated_task
from archlint.project.loops.loops import Loops
from archlint.project.model import Def
from archlint.project.routes.route_guards import guards_of
from archlint.project.spelling import spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.routes.endpoints import Endpoint
    from archlint.project.source.one_off import OneOff

_MOST = 120
"""Functions on the ways up from one place: behind more, what leads there says nothing."""
_ASKING = frozenset({"GET", "HEAD", "OPTIONS", "QUERY"})
_PART = 20
"""Of so many endpoints one is for administrators in a program that tells them from others."""


class Makers:
    """`admins`: words for those who run the installation, in names of what guards a route and in its path; `once`: tells what
    runs once, where it matters."""

    def __init__(self, project: Project, admins: Iterable[str], once: OneOff | None = None) -> None:
        self._project = project
        self._once = once
        self._admins = frozenset(admins)
        self._known: dict[Endpoint, bool] = {}
        self._loops = Loops(project)

    def only_admins(self, places: Iterable[Def]) -> bool:
        """Requests lead to the places, and each of them is one that only administrators make."""
        asked = self._asked(places)
        return bool(asked) and all(self.is_for_admins(endpoint) for endpoint in asked or ())

    def is_for_admins(self, endpoint: Endpoint) -> bool:
        known = self._known.get(endpoint)
        if known is None:
            handler = endpoint.route.handler
            names = [endpoint.path, *(guards_of(self._project, handler) if handler is not None else ())]
            names += _decorators(endpoint.definition)
            known = self._known[endpoint] = any(not self._admins.isdisjoint(words_of(name)) for name in names)
        return known

    def go_on(self, places: Iterable[tuple[Def, int]], *, in_loops: bool = True) -> bool:
        """Rows are made as the program runs, without anybody setting something up: in a task, or, `in_loops`, one for each of
        many things that are gone through (what is imported, what a request sends along)."""
        waiting = list(dict.fromkeys(places))
        seen = {definition for definition, _ in waiting}
        for definition, context in waiting:  # which grows on the way
            if (in_loops and self._is_in_loop(definition, context)) or is_decorated_task(self._project, definition):
                return True
            if definition in self._project.endpoints.by_definition or len(waiting) > _MOST:
                continue
            for site in self._project.calls.callers(definition):
                caller = site.caller
                if caller is not None and caller not in seen and self._runs_again(caller):
                    seen.add(caller)
                    waiting.append((caller, site.call.context))
        return False

    def _runs_again(self, caller: Def) -> bool:
        return caller.module.is_production and (self._once is None or not self._once.runs_once(caller.module, caller))

    def are_led_to(self, places: Iterable[tuple[Def, int]]) -> bool:
        """A request or a task comes to one of the places; so it is taken of those to which there are too many ways."""
        found = list(places)
        asked = self._asked(definition for definition, _ in found)
        return asked is None or bool(asked) or self.go_on(found)

    def is_anybody(self, places: Iterable[Def]) -> bool:
        """Requests lead to the places, none of which only administrators make, in a program that tells these apart; what only
        questions make is a row that was missing when it was looked for: one a year."""
        asked = self._asked(places) or []
        if all(_ASKING.issuperset(endpoint.methods) for endpoint in asked):
            return False
        return self._knows_admins and not any(self.is_for_admins(endpoint) for endpoint in asked)

    @cached_property
    def _knows_admins(self) -> bool:
        every = [each for found in self._project.endpoints.by_definition.values() for each in found]
        return sum(map(self.is_for_admins, every)) * _PART > len(every)

    def _is_in_loop(self, definition: Def, context: int) -> bool:
        """What is gone through there is not written in the code."""
        loops, at = self._loops, definition.module.body.contexts[context].at
        around = (loop for loop in loops.around(definition.module, context) if loop.place.kind != "while")
        return any(loops.excuse(loop, context, at) is None for loop in around)

    def _asked(self, places: Iterable[Def]) -> list[Endpoint] | None:
        """The endpoints by which the functions are reached; None where the ways to them are too many."""
        by_definition = self._project.endpoints.by_definition
        waiting = list(dict.fromkeys(places))
        seen = set(waiting)
        found: list[Endpoint] = []
        for definition in waiting:  # which grows on the way
            if definition in by_definition:
                found += by_definition[definition]
                continue
            above = (site.caller for site in self._project.calls.callers(definition))
            new = [caller for caller in above if caller is not None and caller not in seen and not caller.module.is_test]
            seen.update(new)
            waiting += new
            if len(waiting) > _MOST:
                return None
        return found


def _decorators(definition: Def) -> list[str]:
    return [spell(definition.module.body, decorator) for decorator in definition.function.decorators]
