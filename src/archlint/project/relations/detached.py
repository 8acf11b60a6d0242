"""Stored objects whose session is closed before they are used: a relation that was not loaded cannot be read any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Expr, Name
from archlint.project.control.sequence import chain
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import receiver_of
from archlint.project.names.origins import Origin, Origins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 3
_CLOSE = "close"
_SESSION = "db-session"


class DetachedRows:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)
        self._known: dict[Def, bool] = {}

    def are(self, module: Module, expr: Expr, context: int) -> bool:
        """What the expression gives comes from a function that has closed its own session when it gives it."""
        return any(self._gives(definition, _DEPTH) for definition in self._called(module, expr, context))

    def _called(self, module: Module, expr: Expr, context: int) -> Iterator[Def]:
        """The functions of the project that give the value."""
        if isinstance(expr, Name):
            for origin in self._origins.of(module, expr, context):
                if isinstance(origin, Origin) and not (origin.each or isinstance(origin.expr, Name)):
                    yield from self._called(origin.module, origin.expr, origin.context)
            return
        inner = expr.value if isinstance(expr, Await) else expr
        if isinstance(inner, CallRef):
            targets = self._project.calls.in_module(module)[inner.index].targets
            yield from (target.definition for target in targets if target.definition is not None)

    def _gives(self, definition: Def, depth: int) -> bool:
        known = self._known.get(definition)
        if known is None:
            self._known[definition] = False  # recursion ends here
            known = self._known[definition] = self._closes(definition) or self._hands_on(definition, depth)
        return known

    def _hands_on(self, definition: Def, depth: int) -> bool:
        returns = self._project.symbols.scopes(definition.module).returns.get(definition.index, []) if depth else []
        called = (d for s in returns if s.value is not None for d in self._called(definition.module, s.value, s.context))
        return any(self._gives(each, depth - 1) for each in called)

    def _closes(self, definition: Def) -> bool:
        """Each return stands in a block that closes a session at its end, or the function closes one itself."""
        if definition.function.is_generator:
            return False
        module = definition.module
        if any(self._is_closing(site) for site in self._project.calls.of(definition)):
            return True
        returns = self._project.symbols.scopes(module).returns.get(definition.index, [])
        return bool(returns) and all(self._stands_in_session(module, statement.context) for statement in returns)

    def _stands_in_session(self, module: Module, context: int) -> bool:
        around = (module.body.contexts[row] for row in chain(module, context))
        blocks = ((each.subject, each.parent) for each in around if each.kind == "with" and each.subject is not None)
        return any(self._is_closed_by(module, subject, parent) for subject, parent in blocks)

    def _is_closed_by(self, module: Module, subject: Expr, context: int) -> bool:
        """Leaving a block over the subject closes a session: a library's, or what a function of the project yields."""
        types = self._project.types
        for found in types.all(module, subject, context):
            infos = [info for _, info in self._project.knowledge.infos(found.name)]
            if not found.is_class and types.role(found) == _SESSION and any(_CLOSE in info.leaving for info in infos):
                return True
        return any(
            self._is_closing(site)
            for definition in self._called(module, subject, context)
            if definition.function.is_generator
            for site in self._project.calls.of(definition)
        )

    def _is_closing(self, site: CallSite) -> bool:
        callee, base = site.call.callee, receiver_of(site)
        if not isinstance(callee, Attribute) or callee.attr != _CLOSE or base is None:
            return False
        found = self._project.types.all(site.module, base, site.call.context)
        return any(not t.is_class and self._project.types.role(t) == _SESSION for t in found)
