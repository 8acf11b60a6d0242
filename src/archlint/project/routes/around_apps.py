"""What runs around every route of an app, router or service: middleware, and functions that run before each request."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Operation, String
from archlint.project.model import CallSite, Def
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import leaves_of
from archlint.project.routes.apps import is_for_developers, service_of, setting_values
from archlint.project.types.injected import Written

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.routes.route_records import Route

_AROUND = "middleware"
_DEPTH = 4


class AroundApps:
    """`of(route)`: functions of the project, and expressions that name functions or classes."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)

    def of(self, route: Route) -> Iterator[Def | Written]:
        """What is registered with one of the route's containers, or with one of its service that cannot be told."""
        service = service_of(self._project, route.module)
        for owners, of_service, found in self._registered:
            if not owners.isdisjoint(route.containers) or (not (owners and route.containers) and of_service == service):
                yield found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The dotted names of middleware in a framework's settings; in those for developers only where no others are seen,
        since the real ones are kept elsewhere then."""
        found = [
            (is_for_developers(module), name)
            for module, expr, context in setting_values(self._project, _AROUND, of_tests=True)
            for name in self._listed(Written(module, expr, context))
        ]
        only_theirs = all(is_theirs for is_theirs, _ in found)
        return tuple(name for is_theirs, name in found if only_theirs or not is_theirs)

    def _listed(self, written: Written, depth: int = _DEPTH) -> Iterator[str]:
        """The texts of lists, of sums of them, and of those that have a name."""
        expr = written.expr
        for leaf in expr.operands if isinstance(expr, Operation) else leaves_of(expr):
            if isinstance(leaf, String):
                yield leaf.value
            elif depth > 0 and isinstance(leaf, Operation | Collection):
                yield from self._listed(Written(written.module, leaf, written.context), depth - 1)
            elif depth > 0:
                for origin in self._origins.of(written.module, leaf, written.context, every=True):
                    if isinstance(origin, Origin):
                        yield from self._listed(Written(origin.module, origin.expr, origin.context), depth - 1)

    @cached_property
    def _registered(self) -> list[tuple[frozenset[str], str, Def | Written]]:
        found: list[tuple[frozenset[str], str, Def | Written]] = []
        for site in self._project.routes.tree.registered:
            owners, service = self._owners(site), service_of(self._project, site.module)
            given = [argument.value for argument in site.call.arguments if not isinstance(argument.value, String)]
            found += [(owners, service, Written(site.module, expr, site.call.context)) for expr in given[:1]]
        found += self._decorated()
        found += self._called()
        return found

    def _called(self) -> Iterator[tuple[frozenset[str], str, Def | Written]]:
        """`app.middleware("http")(asks_for_key)`: what stands over a function elsewhere, called with it."""
        for word in sorted(self._words):
            for module, call in self._project.calls.written(word):
                for outer in module.body.calls:
                    made = module.body.calls[outer.callee.index] if isinstance(outer.callee, CallRef) else None
                    if made is call and isinstance(call.callee, Attribute) and outer.arguments and module.is_production:
                        owners = self._project.routes.tree.objects.of(module, call.callee.base, call.context)
                        given = Written(module, outer.arguments[0].value, outer.context)
                        yield frozenset(owner.key for owner in owners), service_of(self._project, module), given

    def _decorated(self) -> Iterator[tuple[frozenset[str], str, Def | Written]]:
        """`@app.before_request`, `@app.middleware("http")` over a function."""
        for module in self._project.modules.production:
            for row, function in enumerate(module.outline.functions):
                for decorator in function.decorators:
                    call = module.body.calls[decorator.index] if isinstance(decorator, CallRef) else None
                    callee = call.callee if call is not None else decorator
                    if isinstance(callee, Attribute) and callee.attr in self._words:
                        owners = self._project.routes.tree.objects.of(module, callee.base, function.outer)
                        keys = frozenset(owner.key for owner in owners)
                        yield keys, service_of(self._project, module), Def(module, module.name, row)

    def _owners(self, site: CallSite) -> frozenset[str]:
        callee = site.call.callee
        if not isinstance(callee, Attribute):
            return frozenset()
        found = self._project.routes.tree.objects.of(site.module, callee.base, site.call.context)
        return frozenset(container.key for container in found)

    @cached_property
    def _words(self) -> frozenset[str]:
        """The methods and functions of libraries that register what they are put over."""
        found: set[str] = set()
        for library in self._project.knowledge.libraries:
            for info in library.types.values():
                found |= {name for name, operation in info.methods.items() if operation.register == _AROUND}
            found |= {name.rpartition(".")[2] for name, operation in library.functions.items() if operation.register == _AROUND}
        return frozenset(found)
