"""The routes that one call declares: its path, its methods and what answers, read for each caller and each row of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.knowledge import Route as RouteFacet
from archlint.facts.syntax import Attribute, CallRef, Expr
from archlint.project.model import CallSite, Def
from archlint.project.names.origins import Callers, Origin, Origins
from archlint.project.parts import leaves_of
from archlint.project.routes.handlers import Handlers
from archlint.project.routes.responders import by_verbs
from archlint.project.routes.route_paths import RoutePaths, normal
from archlint.project.routes.route_records import Declaration, Handler, Via
from archlint.project.routes.route_tables import RouteTables
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project

Declared = tuple[Declaration, Callers]
"""A route, and the calls from which the parameters of the functions around its declaration were read."""

MOST_CALLERS = 400
_WRAPPERS = 2
"""Levels of project functions around a route-declaring call whose callers are taken for declarations."""
_PARTIAL = "partial"
_VERBS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


class Declarations:
    def __init__(self, project: Project, origins: Origins, paths: RoutePaths, handlers: Handlers) -> None:
        self._project = project
        self._origins = origins
        self._paths = paths
        self._handlers = handlers
        self._tables = RouteTables(project, origins)

    def of(self, site: CallSite, facet: RouteFacet) -> Iterator[Declared]:
        """The routes that a call declares: one for each caller where its path is what the callers of the function around
        it give, one for each row where a loop takes it from a table."""
        yield from self._read(site, facet, {}, 0)

    def _read(self, site: CallSite, facet: RouteFacet, callers: Callers, level: int) -> Iterator[Declared]:
        table = self._tables.of(site, site.argument(facet.path), callers)
        if table is None:
            yield from self._once(site, facet, callers, level)
            return
        if not table.rows and level < _WRAPPERS:
            yield from self._by_callers(site, facet, table.unknown, callers, level)
        for row in table.rows:
            with self._origins.turn(table.loop, row):
                declared = list(self._once(site, facet, callers, level))
            place = Site(row.module.path, row.expr.at, row.expr.end)
            yield from ((replace(d, site=place, module=row.module), by) for d, by in declared)

    def _by_callers(
        self, site: CallSite, facet: RouteFacet, unknown: Iterable[Def], callers: Callers, level: int
    ) -> Iterator[Declared]:
        for definition in sorted(unknown, key=lambda d: d.name):
            for caller in self._project.calls.callers(definition)[:MOST_CALLERS]:
                if definition not in callers:
                    yield from self._read(site, facet, {**callers, definition: caller}, level + 1)

    def _once(self, site: CallSite, facet: RouteFacet, callers: Callers, level: int) -> Iterator[Declared]:
        texts: list[str] = []
        unknown: set[Def] = set()
        for expr in self._path_arguments(site, facet):
            found = self._paths.texts(site.module, expr, site.call.context, callers)
            texts += found if facet.rest or site.argument(facet.path) is not None else found[:1]
            unknown |= self._paths.open
        if facet.path is None:  # the path is that of what it is declared on
            texts = [""]
        if unknown and level < _WRAPPERS:
            by_callers = list(self._by_callers(site, facet, unknown, callers, level))
            yield from by_callers
            if by_callers:
                return
        if not texts:
            return
        place = list(callers.values())[-1] if callers else site
        decorated = facet.handler == "decorated"
        via: Via = "decorator" if decorated or self._handlers.decorated_by(place) else "add"
        handler = self._handler(site, facet, callers)
        is_plain = handler is not None and isinstance(handler.target, Def) and self._told(site, facet, callers) is None
        default = facet.default if is_plain else ()
        declared = Declaration(
            paths=tuple(dict.fromkeys(normal(text, facet.pattern) for text in texts)),
            methods=facet.methods or self._methods(site, facet, callers) or default,
            handler=handler,
            site=place.site,
            via=via if is_on_owner(site) else "conf",
            module=place.module,
        )
        if not facet.responders:
            yield declared, callers
            return
        suffixes = self._paths.texts(site.module, site.argument(facet.suffix), site.call.context, callers)
        yield from ((by_verb, callers) for by_verb in by_verbs(self._project, site, facet, suffixes, declared))

    def _path_arguments(self, site: CallSite, facet: RouteFacet) -> Iterator[Expr]:
        first = site.argument(facet.path)
        plain = [a.value for a in site.call.arguments if a.name is None]
        if not facet.rest:
            handed_on = [a.value for a in site.call.arguments if a.name == "*"] if not plain else []
            yield from handed_on[:1] if first is None else (first,)
            return
        start = int((facet.path or "0").partition(":")[0])
        yield from plain[start:]
        yield from (a.value for a in site.call.arguments if a.name == "*")

    def _told(self, site: CallSite, facet: RouteFacet, callers: Callers) -> tuple[CallSite, Expr] | None:
        """What says the methods, with the call in which it stands: where that hands on what it was given, its caller's."""
        expr = site.argument(facet.methods_from)
        if expr is not None:
            return site, expr
        keyword = (facet.methods_from or "").partition(":")[2]
        for caller in reversed(list(callers.values())) if site.is_open and keyword else ():
            for given in (caller, *self._filled_in(caller)):
                expr = given.argument(f":{keyword}")
                if expr is not None:
                    return given, expr
        return None

    def _filled_in(self, caller: CallSite) -> Iterator[CallSite]:
        """What is called was made by a call that gives a part of its arguments: `posts = partial(route, methods=["POST"])`."""
        for origin in self._origins.of(caller.module, caller.call.callee, caller.call.context):
            made = origin.expr if isinstance(origin, Origin) else None
            if isinstance(origin, Origin) and isinstance(made, CallRef) and last_name(origin.module.body, made) == _PARTIAL:
                yield self._project.calls.in_module(origin.module)[made.index]

    def _methods(self, site: CallSite, facet: RouteFacet, callers: Callers) -> tuple[str, ...]:
        told = self._told(site, facet, callers)
        if told is None:
            return ()
        site, expr = told
        named = [leaf.attr.upper() for leaf in leaves_of(expr) if isinstance(leaf, Attribute)]  # `[HTTPMethod.POST]`
        given = [text.upper() for text in self._paths.texts(site.module, expr, site.call.context, callers)]
        return tuple(dict.fromkeys((*given, *(name for name in named if name in _VERBS))))

    def _handler(self, site: CallSite, facet: RouteFacet, callers: Callers) -> Handler | None:
        if facet.handler == "decorated":
            # a function that a decorator of the project puts around what it decorates answers by that
            below = (h for caller in reversed(list(callers.values())) if (h := self._handlers.decorated_by(caller)))
            return next(below, None) or self._handlers.decorated_by(site) or self._handlers.applied_to(site, callers)
        # a method of the project's own that hands its arguments on (`super().add_api_route(path, *args)`) was given the handler
        around = reversed(list(callers.values())) if site.is_open else ()
        for given in (site, *around):
            expr = given.argument(facet.handler)
            if expr is not None:
                return self._handlers.of(given.module, expr, given.call.context, callers)
        return self._handlers.decorated_by(site)


def is_on_owner(site: CallSite) -> bool:
    """Called on an app or router, rather than a function or class whose result goes into a list."""
    return isinstance(site.call.callee, Attribute) and site.receiver is not None and not site.receiver.is_class
