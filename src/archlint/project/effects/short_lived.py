"""Values that do not outlive the function that makes them: an engine of one task, and what is made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Name, Yield
from archlint.project.names.name_uses import Use, uses_of

if TYPE_CHECKING:
    from archlint.facts.syntax import Statement
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 4
"""A pool, a factory of sessions, a session, and what it gives."""
_LENT = ("db-session", "db-connection", "db-cursor")
"""What may be handed to functions of the project, or yielded: it is theirs for the time of the call, or of the block."""


class ShortLived:
    def __init__(self, project: Project) -> None:
        self._project = project

    def is_gone(self, site: CallSite) -> bool:
        """What the call makes is used right here by its library alone, and nothing of it is given away or kept."""
        return site.caller is not None and self._ends_here(site.caller, site.call.at, site.call.end, _DEPTH)

    def _ends_here(self, definition: Def, at: int, end: int, depth: int) -> bool:
        """The value of the call at a place is let go in its statement, or named and followed."""
        module = definition.module
        around = self._given_to(module, at, end)
        depth -= len(around)
        if depth <= 0 or not all(map(self._is_library, around)):
            return False
        for row, place in enumerate(module.body.contexts):
            subject = place.subject if place.kind == "with" else None
            if subject is not None and subject.at <= at < subject.end and place.function == definition.index:
                return not isinstance(place.target, Name) or self._stays(definition, place.target.id, place.at, row, depth)
        for statement in module.body.statements:
            if (
                statement.at <= at
                and end <= statement.end
                and module.body.contexts[statement.context].function == definition.index
            ):
                return self._is_named_or_let_go(definition, statement, depth)
        return False

    def _is_named_or_let_go(self, definition: Def, statement: Statement, depth: int) -> bool:
        if statement.kind in ("assign", "annotate"):
            name = statement.target
            return isinstance(name, Name) and self._stays(definition, name.id, statement.end, statement.context, depth)
        return statement.kind not in ("return", "raise") and not isinstance(statement.value, Yield)

    def _given_to(self, module: Module, at: int, end: int) -> list[CallSite]:
        """The calls that are given the value of the call at a place, or of what is made of it."""
        sites = self._project.calls.in_module(module)
        around = (s for s in sites if s.call.at <= at and end <= s.call.end)
        return [s for s in around if any(a.value.at <= at and end <= a.value.end for a in s.call.arguments)]

    def _stays(self, definition: Def, name: str, since: int, context: int, depth: int) -> bool:
        module = definition.module
        scope, _ = self._project.symbols.scopes(module).lookup(context, name, since)
        if scope <= 0:
            return False
        uses = uses_of(definition, name, since)
        called = [
            call
            for call in module.body.calls
            if since <= call.at < definition.function.end and isinstance(call.callee, Name) and call.callee.id == name
        ]
        return (
            bool(uses or called)
            and all(self._is_here(definition, name, use, depth) for use in uses)
            and all(self._ends_here(definition, call.at, call.end, depth - 1) for call in called)
        )

    def _is_here(self, definition: Def, name: str, use: Use, depth: int) -> bool:
        module = definition.module
        if use.kind == "yielded":
            return self._is_lent_now(module, name, use, depth)
        if use.kind != "argument":
            return use.kind in ("managed", "method")
        site = self._project.calls.in_module(module)[use.call]
        if not self._is_library(site):
            return self._is_lent_now(module, name, use, depth)
        return self._is_data(site) or self._ends_here(definition, site.call.at, site.call.end, depth - 1)

    def _is_library(self, site: CallSite) -> bool:
        return bool(site.targets) and all(target.definition is None for target in site.targets)

    def _is_data(self, site: CallSite) -> bool:
        """What is asked of a database is no part of it."""
        return site.operation is not None and bool({"db.read", "db.write"} & {*site.operation.effect})

    def _is_lent_now(self, module: Module, name: str, use: Use, depth: int) -> bool:
        """It is one session or connection, and not what is made to give many."""
        types = self._project.types.all(module, Name(use.at, name), use.context) if depth < _DEPTH else ()
        return any(self._project.types.role(each).startswith(_LENT) for each in types)
