"""Lists of routes, flattened: literals, `+`, `+=`, `*spread`, `append`, functions that return one, included modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.knowledge import Mount, Operation
from archlint.facts.syntax import (
    Argument,
    Attribute,
    Call,
    CallRef,
    Collection,
    Comprehension,
    Conditional,
    Expr,
    Name,
    Starred,
    String,
)
from archlint.facts.syntax import Operation as Operators
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.routes.containers import Containers
from archlint.project.routes.route_records import Container
from archlint.project.types.entities import FunctionRef, ModuleRef

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 12
Seen = frozenset[tuple[str, int, str]]
"""The variables that are being read."""
_PATH = "path"
_GROWING = frozenset({"append", "extend", "insert"})


class Under(Struct, frozen=True):
    """The path that a class gives to all its routes."""

    module: Module
    path: Expr
    context: int


class Entry(Struct, frozen=True):
    """A call in a list that declares a route or puts others under a prefix; `under`: that of the class it stands in."""

    site: CallSite
    operation: Operation
    under: Under | None = None


class Included(Struct, frozen=True):
    """A container in a list; None for a library's URL configuration, whose dotted name is `foreign`."""

    container: Container | None
    site: Site
    foreign: str = ""


Listed = Entry | Included


class RouteLists:
    def __init__(self, project: Project, origins: Origins, containers: Containers) -> None:
        self._project = project
        self._origins = origins
        self._containers = containers
        self._growth: dict[str, dict[str, list[CallSite]]] = {}

    def of_module(self, module: Module) -> list[Listed]:
        """What the module's own list holds."""
        name = self._containers.list_name(module)
        if name is None:
            return []
        found: list[Listed] = []
        for origin in self._origins.module_level(module, name):
            if isinstance(origin, Origin):
                found += self._walk(origin.module, origin.expr, origin.context, 0, frozenset())
        found += self._grown(module, name, 0, frozenset())
        return list(dict.fromkeys(found))

    def read(self, module: Module, expr: Expr, context: int, by_name: bool = False) -> list[Listed]:
        """What an expression holds. `by_name`: a string is the dotted name of a module with a list."""
        if by_name:
            if isinstance(expr, String):
                return self._named(module, expr)
            if isinstance(expr, Collection) and expr.items and isinstance(expr.items[0], String):
                return self._named(module, expr.items[0])  # ("shop.urls", "namespace")
        return list(dict.fromkeys(self._walk(module, expr, context, 0, frozenset())))

    def nested(self, module: Module, expr: Expr, context: int) -> list[Listed] | None:
        """The routes that stand where a handler might: `include(…)`, `router.urls`; None for a handler."""
        if isinstance(expr, CallRef):
            site = self._project.calls.in_module(module)[expr.index]
            operation = self._containers.operation(site)
            if operation is not None and operation.mount is not None:
                return [Entry(site, operation)]
            return None
        if isinstance(expr, Attribute | Name):
            found = self._containers.of(module, expr, context)
            if found:
                return [Included(container, _place(module, expr)) for container in found]
        return None

    def targets(self, site: CallSite, facet: Mount) -> Iterator[Expr]:
        """The arguments of a call that are put under its prefix."""
        if facet.target == "*":
            yield from (a.value for a in site.call.arguments if a.name in (None, "*"))
        else:
            target = site.argument(facet.target)
            if target is not None:
                yield target

    def _named(self, module: Module, expr: String) -> list[Listed]:
        found = self._project.modules.find(expr.value, near=module)
        container = self._containers.urls_of(found) if found is not None else None
        if container is None and found is not None:
            return []
        return [Included(container, _place(module, expr), "" if container else expr.value)]

    def _walk(self, module: Module, expr: Expr, context: int, depth: int, seen: Seen) -> Iterator[Listed]:
        if depth > _DEPTH:
            return
        if isinstance(expr, Name | Attribute):
            key = self._variable_of(module, expr, context)
            if key in seen:
                return
            seen |= {key}
        down = depth + 1
        match expr:
            case Collection():
                pair = self._pair(module, expr, context)
                if pair is not None:
                    yield pair
                    return
                for item in expr.items:
                    yield from self._walk(module, item, context, down, seen)
            case Starred():
                yield from self._walk(module, expr.value, context, down, seen)
            case Operators():
                for operand in expr.operands:
                    yield from self._walk(module, operand, context, down, seen)
            case Conditional():
                for branch in (expr.body, expr.orelse):
                    yield from self._walk(module, branch, context, down, seen)
            case Comprehension():
                yield from self._walk(module, expr.element, expr.context, down, seen)
            case Name() | Attribute():
                yield from self._variable(module, expr, context, down, seen)
            case CallRef():
                yield from self._call(module, expr, down, seen)
            case _:
                return

    def _pair(self, module: Module, expr: Collection, context: int) -> Entry | None:
        """A bare tuple of a path and a view whose framework takes it for a route."""
        if expr.kind != "tuple" or len(expr.items) < 2:
            return None
        types, knowledge = self._project.types, self._project.knowledge
        for entity in types.inference.entities(module, expr.items[1], context):
            if not (isinstance(entity, Type) and entity.is_class):
                continue
            for ancestor in types.inference.members.ancestors(entity):
                called = next((info.paired for _, info in knowledge.infos(ancestor.name) if info.paired), "")
                operation = knowledge.function(called) if called else None
                if operation is not None:
                    arguments = tuple(Argument(None, item) for item in expr.items)
                    call = Call(expr.at, expr.length, expr, arguments, context)
                    # no call of the file has a row below zero
                    return Entry(CallSite(module, module.path, -1 - expr.at, call, None, ()), operation)
        return None

    def _variable_of(self, module: Module, expr: Name | Attribute, context: int) -> tuple[str, int, str]:
        """One for all places where a variable is named, since all that it is ever made of is read: `urls = [one] + urls`."""
        if isinstance(expr, Attribute):
            return module.path, expr.at, "."
        scope, _ = self._project.symbols.scopes(module).lookup(context, expr.id, expr.at)
        return module.path, scope, expr.id

    def _variable(self, module: Module, expr: Name | Attribute, context: int, depth: int, seen: Seen) -> Iterator[Listed]:
        containers = self._containers.of(module, expr, context)
        if containers:
            yield from (Included(container, _place(module, expr)) for container in containers)
            return
        found = False
        for origin in self._origins.of(module, expr, context, every=True):
            sources = self._origins.given_anywhere(origin) if isinstance(origin, Parameter) else [origin]
            for source in sources:
                found = True
                yield from self._walk(source.module, source.expr, source.context, depth, seen)
                if isinstance(expr, Name) and source.context == 0:
                    yield from self._grown(source.module, expr.id, depth, seen)
        if type(expr) is Name:
            yield from self._grown(module, expr.id, depth, seen)
        if not found:
            for entity in self._project.types.inference.entities(module, expr, context):
                if isinstance(entity, FunctionRef):
                    yield from self._decorated(entity.definition, None)
                if type(entity) is Type and entity.is_class:
                    yield from self._of_class(entity)
                if type(entity) is ModuleRef and entity.module is not None:
                    urls = self._containers.urls_of(entity.module)
                    if urls is not None:
                        yield Included(urls, _place(module, expr))

    def _of_class(self, listed: Type) -> Iterator[Entry]:
        """The methods of a class whose framework takes it for a group of routes (`path = "/orders"`)."""
        types, knowledge = self._project.types, self._project.knowledge
        klass = self._project.symbols.classes.get(listed.name)
        named = (
            name
            for ancestor in types.inference.members.ancestors(listed)
            for _, info in knowledge.infos(ancestor.name)
            for name, meant in info.subclass_attribute.items()
            if meant == _PATH
        )
        attribute = next(named, None)
        if klass is None or attribute is None:
            return
        module = klass.module
        bound = self._project.symbols.scopes(module).bindings(klass.klass.context, attribute)[-1:]
        made = [module.body.statements[binding.index].value for binding in bound if binding.kind == "statement"]
        under = next((Under(module, path, klass.klass.context) for path in made if path is not None), None)
        for row, function in enumerate(module.outline.functions):
            if function.klass == klass.index:
                yield from self._decorated(Def(module, module.name, row), under)

    def _decorated(self, definition: Def, under: Under | None) -> Iterator[Entry]:
        """A function whose decorators make it a route of whatever lists it."""
        for decorator in definition.function.decorators:
            if isinstance(decorator, CallRef):
                site = self._project.calls.in_module(definition.module)[decorator.index]
                operation = self._containers.operation(site)
                if operation is not None and operation.route is not None:
                    yield Entry(site, operation, under)

    def _call(self, module: Module, expr: CallRef, depth: int, seen: Seen) -> Iterator[Listed]:
        site = self._project.calls.in_module(module)[expr.index]
        operation = self._containers.operation(site)
        if operation is not None and (operation.route is not None or operation.mount is not None):
            yield Entry(site, operation)
            return
        made = self._containers.made_by(site)
        if made is not None:
            yield Included(made, site.site)
            return
        own = [t.definition for t in site.targets if t.definition is not None and t.name == t.definition.name]
        for definition in own:
            yield from self._returned(definition, depth, seen)
        if not own:
            containers = self._containers.of(module, expr, site.call.context)
            yield from (Included(container, site.site) for container in containers)
            if not containers:  # `list(routes)`, `sorted(routes)`, a library's wrapper around a list
                for argument in site.call.arguments[:2]:
                    if argument.name in (None, "*"):
                        yield from self._walk(module, argument.value, site.call.context, depth, seen)

    def _returned(self, definition: Def, depth: int, seen: Seen) -> Iterator[Listed]:
        module = definition.module
        scopes = self._project.symbols.scopes(module)
        for statement in scopes.returns.get(definition.index, [])[:4]:
            if statement.value is not None:
                yield from self._walk(module, statement.value, statement.context, depth, seen)
        for yielded, context in scopes.yields.get(definition.index, []):
            if yielded.value is not None:
                yield from self._walk(module, yielded.value, context, depth, seen)

    def _grown(self, module: Module, name: str, depth: int, seen: Seen) -> Iterator[Listed]:
        """What is appended to a list later on."""
        known = self._growth.get(module.path)
        if known is None:
            known = self._growth[module.path] = {}
            for site in self._project.calls.in_module(module):
                callee = site.call.callee
                if isinstance(callee, Attribute) and callee.attr in _GROWING and isinstance(callee.base, Name):
                    known.setdefault(callee.base.id, []).append(site)
        for site in known.get(name, ()):
            if site.call.arguments:
                yield from self._walk(module, site.call.arguments[-1].value, site.call.context, depth, seen)


def _place(module: Module, expr: Expr) -> Site:
    return Site(module.path, expr.at, expr.end)
