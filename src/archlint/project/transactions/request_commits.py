"""Where what a function has changed in memory is kept by others than its callers: behind the answer, by the dependency that has
handed out the session or by middleware, or by what wraps the function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Name
from archlint.project.model import Def
from archlint.project.routes.around_apps import AroundApps
from archlint.project.transactions.transactions import Transactions
from archlint.project.types.injected import Injected

if TYPE_CHECKING:
    from archlint.project.program import Project

_COMMIT = "db.commit"
_ABOVE = 2
"""Callers of callers that are asked, one above the other."""
_MOST_CALLERS = 5


class Kept(Struct, frozen=True):
    """`site`: the place that commits; `by`: what the function that does is called."""

    site: Site
    by: str


class RequestCommits:
    """Questions about one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._transactions = Transactions(project)
        self._injected = Injected(project)
        self._apps = AroundApps(project)

    def behind(self, definition: Def, depth: int = _ABOVE) -> Kept | None:
        """The place that commits when the function, or one above that calls it, has done its part; None if none does.

        `async def session(): async with make() as session: yield session; await session.commit()`, for `Depends(session)`."""
        found = self._own(definition)
        if found is not None or not depth:
            return found
        callers = [s.caller for s in self._project.calls.callers(definition)[:_MOST_CALLERS] if s.module.is_production]
        above = (self.behind(caller, depth - 1) for caller in callers if caller is not None and caller != definition)
        return next((kept for kept in above if kept is not None), None)

    def _own(self, definition: Def) -> Kept | None:
        holder = self._transactions.holder(definition)
        if holder == "injected":
            left = ((self._left(each), each.function.name) for each in self._injected.functions(definition))
            return next((Kept(site, name) for site, name in left if site is not None), None)
        if holder == "own":
            return Kept(definition.site, definition.function.name)
        for endpoint in self._project.endpoints.by_definition.get(definition, ())[:1]:
            middleware = (each for each in self._apps.of(endpoint.route) if isinstance(each, Def))
            left = ((self._passed_on(each), each.function.name) for each in middleware)
            return next((Kept(site, name) for site, name in left if site is not None), None)
        return None

    def _passed_on(self, middleware: Def) -> Site | None:
        """`async with context(): return await call_next(request)`: the block, or the commit behind it."""
        blocks, module = self._transactions.blocks, middleware.module
        given = {each.name for each in middleware.function.parameters}
        for call in module.own_calls(middleware.index):
            if isinstance(call.callee, Name) and call.callee.id in given:
                row = blocks.around(module, call.context)
                if row >= 0:
                    return blocks.head(module, row)
                commits = self._project.effects.points_of(middleware, _COMMIT)
                return min((p.site for p in commits if p.site.at > call.at), default=None)
        return None

    def _left(self, dependency: Def) -> Site | None:
        """Where a dependency commits what it has handed out, or begins the block that does."""
        blocks, module = self._transactions.blocks, dependency.module
        if not blocks.yields_within(dependency):
            return None
        given = next((s for s in module.own_statements(dependency.index) if s.kind == "yield"), None)
        if given is None:
            return dependency.site
        row = blocks.around(module, given.context)
        if row >= 0:
            return blocks.head(module, row)
        behind = (p.site for p in self._project.effects.points_of(dependency, _COMMIT) if p.site.at > given.at)
        return min(behind, default=dependency.site)
