"""Calls that another thread makes of what it is handed: `to_thread(digest, password)` read as `digest(password)`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.syntax import Argument, CallRef, Expr
from archlint.project.model import CallSite, Def
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project

_BINDING = frozenset({"partial"})
"""What gives a callable some of its arguments before."""


class HandedCalls:
    def __init__(self, project: Project) -> None:
        self._project = project

    def to(self, definition: Def) -> tuple[CallSite, ...]:
        """Those that run a function of the project; each stands where it is handed over."""
        return self._by_target.get(definition.name, ())

    @cached_property
    def all(self) -> tuple[CallSite, ...]:
        """Those of production code, by module and place."""
        modules, known = self._project.modules.production, self._project.calls.known
        return tuple(site for module in modules for site in self._in(known(module)))

    @cached_property
    def _by_target(self) -> dict[str, tuple[CallSite, ...]]:
        found: dict[str, list[CallSite]] = {}
        for site in self.all:
            for target in site.targets:
                if target.definition is not None:
                    found.setdefault(target.definition.name, []).append(site)
        return {name: tuple(sites) for name, sites in found.items()}

    def made_by(self, site: CallSite) -> CallSite | None:
        """The call that this one makes in another thread, if any."""
        return next(self._in((site,)), None)

    def _in(self, sites: tuple[CallSite, ...]) -> Iterator[CallSite]:
        for site in sites:
            for notation in site.operation.threaded if site.operation is not None else ():
                made = self._made(site, int(notation.partition(":")[0]))
                if made is not None:
                    yield made

    def _made(self, site: CallSite, position: int) -> CallSite | None:
        arguments = site.call.arguments
        if len(arguments) <= position or any(argument.name is not None for argument in arguments[: position + 1]):
            return None
        handed, given = self._bound(site, arguments[position].value)
        given = (*given, *arguments[position + 1 :])
        entities = self._project.types.inference.entities(site.module, handed, site.call.context)
        targets = tuple(dict.fromkeys(target for entity in entities for target in self._project.calls.targets(entity)))
        if not given or not targets:
            return None
        return replace(site, call=replace(site.call, callee=handed, arguments=given), targets=targets, receiver=None)

    def _bound(self, site: CallSite, handed: Expr) -> tuple[Expr, tuple[Argument, ...]]:
        """The callable and what it is given already: `partial(digest, password)`."""
        body = site.module.body
        if isinstance(handed, CallRef) and last_name(body, handed) in _BINDING:
            bound = body.calls[handed.index].arguments
            if bound and bound[0].name is None:
                return bound[0].value, bound[1:]
        return handed, ()
