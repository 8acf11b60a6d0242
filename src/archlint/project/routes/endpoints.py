"""Which function answers which HTTP method of which route: the one place where function and class views are the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Constant, Expr, Name, String
from archlint.project.model import Def, Type, argument_of
from archlint.project.names.class_attributes import method_in
from archlint.project.names.symbols import ClassDef
from archlint.project.routes.route_paths import normal
from archlint.project.routes.route_records import FIELD, Route
from archlint.project.types.entities import FunctionRef
from archlint.project.types.provided import provided_by

if TYPE_CHECKING:
    from archlint.facts.knowledge import Operation
    from archlint.project.program import Project

VERBS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
SAFE = frozenset({"GET", "HEAD"})
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SAVING = (("create", ("POST",)), ("update", ("PUT", "PATCH")))
"""What a library does for a view by the method of that name of the view's serializer, and when."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`definition` runs when one of `methods` is asked of `route`; no methods: it is not known which. `view`: the class
    that the route names, where it names one; `below`: what the method's own decorator adds to the route's path."""

    route: Route
    methods: tuple[str, ...]
    definition: Def
    view: ClassDef | None = field(default=None, compare=False)
    below: str = ""

    @property
    def path(self) -> str:
        """Under which people know it: the shortest of the route's paths, with a leading slash."""
        shortest = min(self.route.paths, key=lambda path: (len(path), path), default="").strip("/")
        return "/" + "/".join(part for part in (shortest, self.below) if part)

    @property
    def label(self) -> str:
        """`GET /orders/{id}`; of a field `query orders`."""
        if self.route.via == FIELD:
            return f"{'/'.join(self.methods).lower()} {self.path.lstrip('/')}"
        return f"{'/'.join(self.methods)} {self.path}".strip()

    def only(self, methods: frozenset[str]) -> bool:
        """It is known to answer nothing but these."""
        return bool(self.methods) and methods.issuperset(self.methods)


class Endpoints:
    """`all` by the places of their routes; a class view is one for each of its methods."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._inference = project.types.inference

    @cached_property
    def all(self) -> tuple[Endpoint, ...]:
        found = (endpoint for route in self._project.routes.routes for endpoint in self._of(route))
        return tuple(dict.fromkeys(found))

    @cached_property
    def by_definition(self) -> dict[Def, tuple[Endpoint, ...]]:
        """Function → the endpoints that it is."""
        found: dict[Def, list[Endpoint]] = defaultdict(list)
        for endpoint in self.all:
            found[endpoint.definition].append(endpoint)
        return {definition: tuple(endpoints) for definition, endpoints in found.items()}

    def _of(self, route: Route) -> Iterator[Endpoint]:
        if route.handler is None:
            return
        target = route.handler.target
        if isinstance(target, Def):
            yield Endpoint(route, self._allowed(target) or route.methods, target)
            return
        for name, definition in self._methods(target):
            methods = self._answered(target, name, definition)
            if methods and (not route.methods or not set(route.methods).isdisjoint(methods)):
                yield Endpoint(route, methods, definition, target, self._below(definition))

    @cached_property
    def running(self) -> dict[Def, tuple[Endpoint, ...]]:
        """`by_definition`, and what a library runs besides for a view: methods on the way to an answer (`form_valid`), and
        those of its serializer that keep what was sent. These are no handlers, but run while the request waits."""
        found = {definition: list(endpoints) for definition, endpoints in self.by_definition.items()}
        for route in self._project.routes.routes:
            view = route.handler.target if route.handler is not None else None
            besides = (*self._run(route, view), *self._saving(route, view)) if isinstance(view, ClassDef) else ()
            for endpoint in besides:
                found.setdefault(endpoint.definition, []).append(endpoint)
        return {definition: tuple(dict.fromkeys(endpoints)) for definition, endpoints in found.items()}

    @cached_property
    def beside(self) -> dict[Def, Endpoint]:
        """The other methods of views (`get_context_data`), each with a route of its view: some of them run on the way to an
        answer, which nothing here tells of any."""
        found: dict[Def, Endpoint] = {}
        for route in self._project.routes.routes:
            view = route.handler.target if route.handler is not None else None
            if isinstance(view, ClassDef) and (not route.methods or "GET" in route.methods):
                for _, definition in self._methods(view):
                    if definition not in self.running:
                        found.setdefault(definition, Endpoint(route, ("GET",), definition, view))
        return found

    def _run(self, route: Route, view: ClassDef) -> Iterator[Endpoint]:
        """The view's own methods that its library runs when it answers."""
        infos = self._project.knowledge.infos
        told = [i.runs for a in self._inference.members.ancestors(Type(view.name)) for _, i in infos(a.name) if i.runs]
        for name, definition in self._methods(view) if told else ():
            methods = next(((runs[name],) for runs in told if name in runs), None)
            if methods is not None and (not route.methods or not set(route.methods).isdisjoint(methods)):
                yield Endpoint(route, methods, definition, view)

    def _saving(self, route: Route, view: ClassDef) -> Iterator[Endpoint]:
        """The methods of the view's serializer that its library runs with what was sent."""
        provided = provided_by(self._project, view)
        for does, methods in _SAVING:
            allowed = not route.methods or not set(route.methods).isdisjoint(methods)
            for found in self._inference.library.view_rows.serializer(Type(view.name)) if does in provided and allowed else ():
                saving = method_in(self._project, found, does) if isinstance(found, Type) else None
                if saving is not None:
                    yield Endpoint(route, methods, saving, view)

    def _methods(self, view: ClassDef) -> Iterator[tuple[str, Def]]:
        """The methods of the class and its bases in the project, each name as an instance has it."""
        seen: set[str] = set()
        for ancestor in self._inference.members.ancestors(Type(view.name)):
            klass = self._project.symbols.classes.get(ancestor.name)
            for row, function in enumerate(klass.module.outline.functions) if klass is not None else ():
                assert klass is not None  # noqa: S101 - nothing is gone through otherwise
                if function.klass == klass.index and function.outer == klass.klass.context and function.name not in seen:
                    seen.add(function.name)
                    yield function.name, Def(klass.module, klass.module.name, row)

    def _answered(self, view: ClassDef, name: str, definition: Def) -> tuple[str, ...]:
        if name.upper() in VERBS and name.islower():
            return (name.upper(),)
        for ancestor in self._inference.members.ancestors(Type(view.name)):
            for _, info in self._project.knowledge.infos(ancestor.name):
                if name in info.answers:
                    return (info.answers[name],)
        return self._allowed(definition)

    def _below(self, definition: Def) -> str:
        """`{pk}/cancel` for `@action(detail=True) def cancel`."""
        for decorator in definition.function.decorators:
            for entity in self._inference.returns.decorator_entities(definition, decorator):
                operation = self._inference.operation(entity) if not isinstance(entity, FunctionRef) else None
                if operation is None or operation.adds_path is None or not isinstance(decorator, CallRef):
                    continue
                call, adds = definition.module.body.calls[decorator.index], operation.adds_path
                own = argument_of(call, adds.path)
                of_one = argument_of(call, adds.of_one)
                name = normal(own.value, "regex") if isinstance(own, String) else definition.function.name
                return f"{{pk}}/{name}" if isinstance(of_one, Constant) and of_one.value is True else name
        return ""

    def _allowed(self, definition: Def) -> tuple[str, ...]:
        """The methods that its decorators let in; empty where none says."""
        for decorator in definition.function.decorators:
            for entity in self._inference.returns.decorator_entities(definition, decorator):
                operation = self._inference.operation(entity) if not isinstance(entity, FunctionRef) else None
                if operation is not None and (operation.allows or operation.allows_from):
                    return self._listed(definition, decorator, operation)
        return ()

    def _listed(self, definition: Def, decorator: Expr, operation: Operation) -> tuple[str, ...]:
        if isinstance(decorator, CallRef) and operation.allows_from is not None:
            given = argument_of(definition.module.body.calls[decorator.index], operation.allows_from)
            items = given.items if isinstance(given, Collection) else () if given is None else (given,)
            named = tuple(_method(item) for item in items)
            if given is not None:
                return tuple(name for name in named if name in VERBS)
        return operation.allows


def _method(expr: Expr) -> str:
    """`"post"`, `HTTPMethod.POST`."""
    if isinstance(expr, String):
        return expr.value.upper()
    return expr.attr.upper() if isinstance(expr, Attribute) else expr.id.upper() if isinstance(expr, Name) else ""
