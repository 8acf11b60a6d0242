"""Routes of frameworks whose paths have names: what gives a path its name, and what puts a function to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, CallRef, Expr, Name, String
from archlint.project.model import CallSite, Def, argument_of
from archlint.project.names.origins import Origins
from archlint.project.routes.route_paths import RoutePaths, joined, normal
from archlint.project.routes.route_records import Handler, Route
from archlint.project.types.entities import FunctionRef, ModuleRef

if TYPE_CHECKING:
    from archlint.facts.knowledge import NamedRoute
    from archlint.facts.syntax import Call
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_PATH, _VIEW, _DEFAULTS, _RESOURCE = "named-path", "named-view", "named-defaults", "named-resource"
_GROUP = "named-group"
_INCLUDED = "includeme"
"""The function of a module that is run where the module is named."""
_DEPTH = 4
_KIND = "named-views"
_COLLECTION = "collection_"
_VERBS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Named = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]


def named_routes(project: Project) -> list[Route]:
    """The routes of production code; which apps serve them is not told."""
    return list(dict.fromkeys(_NamedRoutes(project).all()))


class _NamedRoutes:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._paths = RoutePaths(project, Origins(project))

    def all(self) -> Iterator[Route]:
        yield from self._resources()
        if self._named:
            yield from self._handed_over()
            for module in self._project.modules.production:
                yield from self._decorated(module)

    @cached_property
    def _named(self) -> Named:
        """Name → the paths that have it, and the methods that they let in."""
        paths: dict[str, list[str]] = defaultdict(list)
        methods: dict[str, tuple[str, ...]] = {}
        for module, call, facet in self._calls(_PATH):
            for name in self._texts(module, call, facet.name):
                own = [normal(text) for text in self._texts(module, call, facet.path)]
                paths[name] += [_below(prefix, path) for prefix in self._prefixes(module, call) for path in own]
                methods[name] = self._methods(module, call, facet)
        return {name: (tuple(dict.fromkeys(found)), methods[name]) for name, found in paths.items() if found}

    def _prefixes(self, module: Module, call: Call, depth: int = _DEPTH) -> tuple[str, ...]:
        """Those under which the function in which the call stands is run; one empty one where nobody runs it so."""
        groups = self._groups.get((module.path, module.body.contexts[call.context].function), ()) if depth else ()
        found = [
            _below(above, prefix)
            for there, where, prefixes in groups
            for above in self._prefixes(there, where, depth - 1)
            for prefix in prefixes
        ]
        return tuple(dict.fromkeys(found)) or ("",)

    @cached_property
    def _groups(self) -> dict[tuple[str, int], list[tuple[Module, Call, tuple[str, ...]]]]:
        """Function that declares paths → the calls that have it run, each with what these paths are below."""
        found: dict[tuple[str, int], list[tuple[Module, Call, tuple[str, ...]]]] = defaultdict(list)
        for module, call, facet in self._calls(_GROUP):
            prefixes = tuple(normal(text) for text in self._texts(module, call, facet.path)) or ("",)
            for definition in self._run_by(module, call, argument_of(call, facet.view)):
                found[definition.module.path, definition.index].append((module, call, prefixes))
        return found

    def _run_by(self, module: Module, call: Call, given: Expr | None) -> Iterator[Def]:
        """A function, one by its dotted name, or that of a module which is called so."""
        if isinstance(given, String):
            dotted = given.value if not given.value.startswith(".") else _absolute(module, given.value)
            for name in (dotted, f"{dotted}.{_INCLUDED}"):
                for definition in self._project.symbols.resolve(name):
                    if definition.kind == "function" and definition.module is not None:
                        yield Def(definition.module, definition.module.name, definition.index)
        elif given is not None:
            for entity in self._project.types.inference.entities(module, given, call.context):
                if isinstance(entity, FunctionRef):
                    yield entity.definition
                elif isinstance(entity, ModuleRef) and entity.module is not None:
                    for definition in self._project.symbols.resolve_in(entity.module, _INCLUDED):
                        if definition.kind == "function" and definition.module is not None:
                            yield Def(definition.module, definition.module.name, definition.index)

    def _calls(self, word: str) -> Iterator[tuple[Module, Call, NamedRoute]]:
        """Those that are registered under a word; and those written like them, in functions that the framework calls with an
        object of which their module says nothing (`def includeme(config)`)."""
        for site in self._project.calls.registered(word):
            if site.operation is not None and site.operation.named_route is not None:
                yield site.module, site.call, site.operation.named_route
        for name, holders, facet in self._methods_of(word):
            for module, call in self._project.calls.written(name):
                base = call.callee.base if isinstance(call.callee, Attribute) else None
                is_held = isinstance(base, Name) and base.id in holders and module.is_production
                if is_held and not any(self._project.types.all(module, base, call.context) if base is not None else ()):
                    yield module, call, facet

    def _methods_of(self, word: str) -> Iterator[tuple[str, tuple[str, ...], NamedRoute]]:
        """The methods that do that, with the names of what they are called on; of frameworks that the project uses."""
        used = {kind for module in self._project.modules.production for kind in self._project.layers.kinds(module)}
        for library in self._project.knowledge.libraries if _KIND in used else ():
            for info in library.types.values():
                for name, operation in info.methods.items():
                    if operation.register == word and operation.named_route is not None and info.names:
                        yield name, info.names, operation.named_route

    @cached_property
    def _keywords(self) -> tuple[NamedRoute, ...]:
        """How the frameworks in use write a decorator of a view."""
        return tuple(
            dict.fromkeys(
                site.operation.named_route
                for site in self._project.calls.registered(_VIEW)
                if site.operation is not None and site.operation.named_route is not None
            )
        )

    def _texts(self, module: Module, call: Call, notation: str | None) -> tuple[str, ...]:
        return self._paths.texts(module, argument_of(call, notation), call.context, {})

    def _methods(self, module: Module, call: Call, facet: NamedRoute) -> tuple[str, ...]:
        told = (text.upper() for text in self._texts(module, call, facet.methods_from))
        return tuple(dict.fromkeys(text for text in told if text in _VERBS))

    def _handed_over(self) -> Iterator[Route]:
        """`config.add_view(edit, route_name="edit")`"""
        for module, call, facet in self._calls(_VIEW):
            given = argument_of(call, facet.view)
            names = self._texts(module, call, facet.name) if given is not None else ()
            for entity in self._project.types.inference.entities(module, given, call.context) if given and names else ():
                if isinstance(entity, FunctionRef):
                    yield from self._routes(names, self._methods(module, call, facet), entity.definition, module, call)

    def _decorated(self, module: Module) -> Iterator[Route]:
        """`@view_config(route_name="edit") def edit(request)`; a decorator of the project is written in the same way."""
        sites = self._project.calls.in_module(module)
        for row, function in enumerate(module.outline.functions):
            for decorator in function.decorators:
                if not isinstance(decorator, CallRef):
                    continue
                facet = self._written_as(sites[decorator.index])
                if facet is None:
                    continue
                call = module.body.calls[decorator.index]
                names, methods = self._texts(module, call, facet.name), self._methods(module, call, facet)
                if function.klass >= 0 and not (names and methods):
                    above, default = self._defaults(module, function.klass)
                    names, methods = names or above, methods or default
                yield from self._routes(names, methods, Def(module, module.name, row), module, call)

    def _written_as(self, site: CallSite) -> NamedRoute | None:
        operation = site.operation
        if operation is not None:
            return operation.named_route if operation.register == _VIEW and operation.named_route is not None else None
        given = {argument.name for argument in site.call.arguments}
        for facet in self._keywords:
            if facet.view is None and facet.name is not None and facet.name.lstrip(":") in given:
                return facet
        return None

    def _defaults(self, module: Module, klass: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What the class says for its methods."""
        sites = self._project.calls.in_module(module)
        for decorator in module.outline.classes[klass].decorators:
            operation = sites[decorator.index].operation if isinstance(decorator, CallRef) else None
            if isinstance(decorator, CallRef) and operation is not None and operation.register == _DEFAULTS:
                facet = operation.named_route
                call = module.body.calls[decorator.index]
                if facet is not None:
                    return self._texts(module, call, facet.name), self._methods(module, call, facet)
        return (), ()

    def _routes(
        self, names: tuple[str, ...], methods: tuple[str, ...], view: Def, module: Module, call: Call
    ) -> Iterator[Route]:
        site = Site(module.path, call.at, call.end)
        for name in names:
            paths, let_in = self._named.get(name, ((), ()))
            if paths:
                whole = tuple(joined(path) for path in paths)
                yield Route(whole, methods or let_in, Handler(view), site, "conf", None, module)

    def _resources(self) -> Iterator[Route]:
        """`@resource(path="/orders/{id}", collection_path="/orders") class Orders`"""
        for site in self._project.calls.registered(_RESOURCE):
            facet = site.operation.named_route if site.operation is not None else None
            module = site.module
            row = next((row for row, k in enumerate(module.outline.classes) if _is_below(k.decorators, site)), None)
            if facet is None or row is None or not module.is_production:
                continue
            one, every = (self._texts(module, site.call, given) for given in (facet.path, facet.all))
            for number, function in enumerate(module.outline.functions):
                verb = function.name.removeprefix(_COLLECTION).upper()
                paths = every if function.name.startswith(_COLLECTION) else one
                if function.klass == row and verb in _VERBS and paths:
                    whole = tuple(joined(normal(path)) for path in paths)
                    yield Route(whole, (verb,), Handler(Def(module, module.name, number)), site.site, "class", None, module)


def _below(prefix: str, path: str) -> str:
    return "/".join(part for part in (prefix, path) if part)


def _absolute(module: Module, dotted: str) -> str:
    """`.orders`, named in a module: beside it, or in it if it is a package."""
    dots = len(dotted) - len(dotted.lstrip("."))
    is_package = module.path.endswith("__init__.py")
    parts = module.name.split(".")
    above = parts[: len(parts) - dots + is_package]
    return ".".join((*above, dotted.lstrip("."))).rstrip(".")


def _is_below(decorators: tuple[Expr, ...], site: CallSite) -> bool:
    return any(isinstance(each, CallRef) and each.index == site.index for each in decorators)
