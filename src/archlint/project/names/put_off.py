"""Functions that a decorator of the project starts in a thread, or puts into a queue: calling them runs none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Expr, Name
from archlint.project.names.parameters_run import arguments_named
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project


class PutOff:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._returns = project.types.inference.returns
        self._known: dict[Def, bool] = {}

    def is_put_off(self, definition: Def) -> bool:
        """`@in_background`, whose wrapper says `Thread(target=func)`."""
        if not definition.function.decorators:
            return False
        known = self._known.get(definition)
        if known is None:
            self._known[definition] = False  # a decorator may decorate itself
            known = any(self._starts(definition, decorator) for decorator in definition.function.decorators)
            self._known[definition] = known
        return known

    def _starts(self, definition: Def, decorator: Expr) -> bool:
        made = [e for e in self._returns.decorator_entities(definition, decorator) if isinstance(e, FunctionRef)]
        given: set[str] = set()
        for _ in range(2 if isinstance(decorator, CallRef) else 1):
            given = {e.definition.function.parameters[0].name for e in made if e.definition.function.parameters}
            made = [inner for e in made for inner in self._returns.inner(e) if isinstance(inner, FunctionRef)]
        return any(self._hands_over(wrapper.definition, given) for wrapper in made)

    def _hands_over(self, wrapper: Def, given: set[str]) -> bool:
        calls = self._project.calls.of(wrapper)
        if any(isinstance(site.call.callee, Name) and site.call.callee.id in given for site in calls):
            return False  # in some branch it runs the function itself
        return any(
            isinstance(expr, Name) and expr.id in given
            for site in calls
            if site.operation is not None
            for notation in site.operation.deferred
            for expr in arguments_named(site.call, notation)
        )
