"""The way from what answers a request to the database: through the application layer, or past it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from archlint.facts.syntax import Attribute, Await, CallRef, Expr, Name, Subscript
from archlint.project.control.conditions import Conditions, Path
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.arguments import receives_itself
from archlint.project.parts import parts_of
from archlint.project.program import Project
from archlint.project.routes.endpoints import Endpoint
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name

_EFFECTS = ("db.read", "db.write")
_OWN = frozenset({"call", "evaluation", "per item", "threaded"})
"""Kinds of points at which the handler itself does something; a dependency is what the framework runs for it."""

_STEPS = 5
_KEYS = frozenset({"pk", "id"})
_SERIALIZER = "serializer"
_MISSING = re.compile(r"404|NotFound")


class Bypass(Struct, frozen=True):
    """A handler's way to the database past the application layer. `asker`: the handler, or the function of the interface
    layer that it has ask; `callee`: what it calls of the persistence layer, None where it asks by itself."""

    handler: Def
    path: Path
    asker: Def
    point: EffectPoint
    callee: Def | None = None


class HandlerWays:
    """`handlers` are the functions that answer routes, or fields of a query language, and are part of the interface layer, or
    of none, by place."""

    def __init__(self, project: Project, services: tuple[str, ...]) -> None:
        """`services`: ends of the names of classes that are the application layer wherever they stand."""
        self._services = services
        self._project = project
        self._layers = project.layers
        self._conditions = Conditions(project)

    @cached_property
    def handlers(self) -> dict[Def, tuple[Endpoint, ...]]:
        found = {
            handler: endpoints
            for handler, endpoints in (self._project.unrouted | self._project.endpoints.by_definition).items()
            if handler.module.is_production and self._layers.layer_of(handler.module) in ("interface", None)
            if not self._is_aside(handler, endpoints)
        }
        return dict(sorted(found.items(), key=lambda item: (item[0].site.path, item[0].site.at)))

    def _is_aside(self, handler: Def, endpoints: tuple[Endpoint, ...]) -> bool:
        """Of other routes it is known which app serves them, of these not, and nobody imports the module: a copy that
        somebody kept."""
        imports = self._project.imports
        is_served = any(endpoint.route.apps is not None for endpoint in endpoints)
        is_imported = bool(imports.graph().predecessors[imports.number[handler.module_name]])
        return bool(endpoints) and not is_served and not is_imported and self._are_served

    @cached_property
    def _are_served(self) -> bool:
        return any(route.apps for route in self._project.routes.routes)

    def finds_or_refuses(self, bypass: Bypass) -> bool:
        """A helper that gets one object and answers that there is none: what a framework's own shortcut does."""
        asker = bypass.asker
        if asker == bypass.handler or bypass.point.effect != "db.read":
            return False
        body = asker.module.body
        raised = [last_name(body, s.value) for s in asker.module.own_statements(asker.index) if s.kind == "raise"]
        return any(_MISSING.search(name) for name in raised) and not self._project.effects.has(asker, "db.write")

    def entries(self, handler: Def) -> tuple[CallSite, ...]:
        """The calls of the application layer by the handler, or by the nearest helper of its own layer that has any."""
        seen, waiting = {handler}, [handler]
        while waiting:
            found = []
            for site in self._project.calls.of(waiting.pop(0)):
                called = [target.definition for target in site.targets if target.definition is not None]
                if self._is_on_service(site) or any(self._is_service(definition) for definition in called):
                    found.append(site)
                for definition in called:
                    if definition not in seen and self._is_beside(definition.module, handler):
                        waiting.append(definition)
                    seen.add(definition)
            if found:
                return tuple(found)
        return ()

    def gives_rows(self, site: CallSite) -> bool:
        """What is called reads or changes rows, or gives a query for them."""
        given = self._project.types.all(site.module, site.expr, site.call.context)
        return self._project.effects.does(site, *_EFFECTS) or any(map(self._is_lazy, given))

    def bypasses(self, handler: Def) -> Iterator[Bypass]:
        """Where the handler asks or changes the database past the application layer, by place."""
        points = [p for effect in _EFFECTS for p in self._project.effects.points_of(handler, effect) if p.kind in _OWN]
        for point in sorted(points, key=lambda p: (p.site.at, p.effect)):
            path = self._path(point)
            found = self._past(handler, point, path) if path is not None else None
            if found is not None:
                yield found

    def _path(self, point: EffectPoint) -> Path | None:
        """What is only noted down for the next commit is the handler's own doing too."""
        path = self._conditions.path(point)
        return Path(point.confidence, point.witness.steps, point) if path is None and point.is_direct else path

    def _past(self, handler: Def, point: EffectPoint, path: Path) -> Bypass | None:
        asker = handler
        for definition in path.through:
            if self._is_service(definition):
                return None
            if self._layers.layer_of(definition.module) == "infrastructure":
                return Bypass(handler, path, asker, point, definition)
            if not self._is_beside(definition.module, handler):
                return None  # of a module in no layer it is not known what it is for
            asker = definition
        end = path.end
        if end.call is not None and self._is_on_service(end.call):
            return None
        is_free = _asks_itself(end) or self._is_handed(end) or self._is_given(end) or self._is_relation(end)
        is_free = is_free or self._is_asked_again(end)
        return None if is_free else Bypass(handler, path, asker, end)

    def _is_handed(self, point: EffectPoint) -> bool:
        """`serializer.save()` in `perform_create(self, serializer)`: the framework does so where there is no such method."""
        call, caller = point.call, point.caller
        if call is None or caller is None or call.receiver is None or not isinstance(call.call.callee, Attribute):
            return False
        base = call.call.callee.base
        given = {parameter.name for parameter in caller.function.parameters}
        return isinstance(base, Name) and base.id in given and self._project.types.role(call.receiver) == _SERIALIZER

    def _is_given(self, point: EffectPoint) -> bool:
        """The query that is asked comes from somewhere else: a caller, an object, a function of the project."""
        expr, context = self._query_of(point), point.context
        if expr is None:
            return self._is_of_service(point)
        if isinstance(expr, Name):
            sources = self._project.values.sources.of(point.module, expr, context)
            made = [source for source in sources if source.module is point.module and not source.is_parameter]
            return not made or any(s.expr is None or self._is_answered(s.module, s.expr, s.context) for s in made)
        return self._is_answered(point.module, expr, context)

    def _is_of_service(self, point: EffectPoint) -> bool:
        """`page = paginate(orders, request)`, where a service gave the orders, whatever it says that they are."""
        given = point.call.call.arguments[:1] if point.call is not None and point.effect == "db.read" else ()
        made = (
            source
            for argument in given
            if isinstance(argument.value, Name)
            for source in self._project.values.sources.of(point.module, argument.value, point.context)
        )
        return any(self._is_answer_of_service(source.module, source.expr) for source in made)

    def _is_answer_of_service(self, module: Module, expr: Expr | None) -> bool:
        """`service.orders()`, `await service.orders()`"""
        call = expr.value if isinstance(expr, Await) else expr
        return isinstance(call, CallRef) and any(
            target.definition is not None and self._is_service(target.definition)
            for target in self._project.calls.in_module(module)[call.index].targets
        )

    def _is_asked_again(self, point: EffectPoint) -> bool:
        """`Order.objects.prefetch_related("lines").get(pk=order.pk)`, of an order that a service gave: the same row, with more
        of what is answered."""
        if point.effect != "db.read" or point.call is None:
            return False
        keys = (
            part.base
            for part in parts_of(point.module.body, point.call.expr)
            if isinstance(part, Attribute) and part.attr in _KEYS and isinstance(part.base, Name)
        )
        return any(self._is_made_by_service(point.module, name, point.context) for name in keys)

    def _is_made_by_service(self, module: Module, name: Name, context: int) -> bool:
        made = [s for s in self._project.values.sources.of(module, name, context) if s.expr != name]
        return bool(made) and all(
            source.module is module and self._is_answer_of_service(module, source.expr) for source in made
        )

    def _is_relation(self, point: EffectPoint) -> bool:
        """`business.addresses.all()`: what belongs to a row that came from somewhere else is followed."""
        expr, module = self._query_of(point), point.module
        while isinstance(expr, CallRef | Attribute) and not (isinstance(expr, Attribute) and isinstance(expr.base, Name)):
            expr = expr.base if isinstance(expr, Attribute) else module.body.calls[expr.index].callee
        if point.effect != "db.read" or not isinstance(expr, Attribute):
            return False
        given = self._project.types.all(module, expr, point.context)
        if not given or any(each.is_class or not self._is_lazy(each) for each in given):
            return False
        sources = self._project.values.sources.of(module, expr.base, point.context)
        return bool(sources) and all(
            source.is_parameter or (source.expr is not None and self._is_answered(source.module, source.expr, source.context))
            for source in sources
        )

    def _is_lazy(self, given: Type) -> bool:
        return any(info.lazy for _, info in self._project.knowledge.infos(given.name))

    def _query_of(self, point: EffectPoint) -> Expr | None:
        """The lazy value that is evaluated, on which a method is called that evaluates it, or that is handed to a library."""
        if point.kind == "evaluation" or point.call is None:
            return point.point.expr
        receiver, callee = point.call.receiver, point.call.call.callee
        if isinstance(callee, Attribute) and receiver is not None and self._is_lazy(receiver):
            return callee.base
        given = (argument.value for argument in point.call.call.arguments)
        return next((each for each in given if any(map(self._is_lazy, self._types_of(point, each)))), None)

    def _types_of(self, point: EffectPoint, expr: Expr) -> tuple[Type, ...]:
        return self._project.types.all(point.module, expr, point.context)

    def _is_answered(self, module: Module, expr: Expr, context: int, steps: int = _STEPS) -> bool:
        """A chain of calls and attributes begins with a project function's answer, or with what an object holds; also by
        names: `query = OrderLogic.all()`, `query = query.order_by(…)`."""
        while True:
            if isinstance(expr, CallRef):
                site = self._project.calls.in_module(module)[expr.index]
                if any(target.definition is not None for target in site.targets):
                    return True
                expr = site.call.callee
            elif isinstance(expr, Attribute | Await | Subscript):
                expr = expr.value if isinstance(expr, Await) else expr.base
            elif isinstance(expr, Name) and expr.id not in ("self", "cls"):
                made = self._project.values.sources.of(module, expr, context) if steps else ()
                return any(
                    not s.is_parameter and s.expr is not None and self._is_answered(s.module, s.expr, s.context, steps - 1)
                    for s in made
                    if s.module is module
                )
            else:
                return steps == _STEPS or isinstance(expr, Name)

    def _is_service(self, definition: Def) -> bool:
        owner = definition.function.qualname.rpartition(".")[0]
        return self._layers.layer_of(definition.module) == "application" or owner.endswith(self._services)

    def _is_on_service(self, site: CallSite) -> bool:
        """A method that a service's class has from a library's base is the service's."""
        klass = self._project.symbols.classes.get(site.receiver.name) if site.receiver is not None else None
        if klass is None:
            return False
        return self._layers.layer_of(klass.module) == "application" or klass.name.endswith(self._services)

    def _is_beside(self, module: Module, handler: Def) -> bool:
        return module.name == handler.module_name or self._layers.layer_of(module) == "interface"


def _asks_itself(point: EffectPoint) -> bool:
    """`self.get_object()`: what a class of the framework does for its view."""
    call, caller = point.call, point.caller
    if call is None or caller is None or not receives_itself(caller) or not isinstance(call.call.callee, Attribute):
        return False
    base = call.call.callee.base
    return isinstance(base, Name) and base.id == caller.function.parameters[0].name
