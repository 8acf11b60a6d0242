"""Apps, routers and what is put into them: routes and other routers, as the project's calls and lists declare them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.knowledge import Mount, Operation, RouteContainer
from archlint.facts.knowledge import Route as RouteFacet
from archlint.facts.syntax import Attribute, CallRef, Expr, Name, String
from archlint.project.model import CallSite, Def
from archlint.project.names.kept_under import kept_under
from archlint.project.names.origins import Callers, Origins
from archlint.project.routes.containers import Containers
from archlint.project.routes.declarations import MOST_CALLERS, Declarations, is_on_owner
from archlint.project.routes.handlers import Handlers
from archlint.project.routes.paired_prefixes import pairs
from archlint.project.routes.route_lists import Entry, Included, Listed, RouteLists
from archlint.project.routes.route_paths import HOLE, RoutePaths, normal
from archlint.project.routes.route_records import Container, Declaration, Inclusion, Via

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_NO_CALLERS: Callers = {}
UNKNOWN_OWNER = ""
_AROUND = "middleware"
_STATIC = "static-files"


class RouteTree:
    """Reads every call outside tests once.

    `containers`: key → container. `declared`: container key → the routes declared on it; under `UNKNOWN_OWNER` those
    whose container cannot be told. `included`: container key → what is put into it. `foreign`: URL configurations of
    libraries that are included, as (dotted name, place).  `unseen`: container key → where something of which no route is
    known is put under its root.  `registered`: the calls that hand an app or router something
    that runs around its routes.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)
        self._paths = RoutePaths(project, self._origins)
        self._handlers = Handlers(project, self._origins)
        self.objects = Containers(project, self._origins)
        self._lists = RouteLists(project, self._origins, self.objects)
        self._declarations = Declarations(project, self._origins, self._paths, self._handlers)
        self.containers: dict[str, Container] = {}
        self.declared: dict[str, list[Declaration]] = defaultdict(list)
        self.included: dict[str, list[Inclusion]] = defaultdict(list)
        self.foreign: list[tuple[str, Site]] = []
        self.unseen: dict[str, Site] = {}
        self.registered: list[CallSite] = []
        self._own_prefixes: dict[str, tuple[str, ...]] = {}
        self._attached: set[tuple[str, int]] = set()
        self._open: set[tuple[str, int]] = set()
        self._loose: list[tuple[CallSite, RouteFacet]] = []
        self._read_all()

    def own_prefixes(self, key: str) -> tuple[str, ...]:
        """What the container itself was made with; one empty part where it has none."""
        if key not in self._own_prefixes and key in self.objects.ordered:
            maker, caller = self.objects.ordered[key]
            operation = self.objects.operation(maker)
            given = _first_given(maker, operation.container.prefix) if operation is not None and operation.container else None
            texts = self._paths.texts(maker.module, given, maker.call.context, {maker.caller: caller} if maker.caller else {})
            self._own_prefixes[key] = tuple(dict.fromkeys(normal(text) for text in texts))
        return self._own_prefixes.get(key) or ("",)

    def urls_of(self, module: Module) -> Container | None:
        """The list of routes that a module holds under the name that its framework looks for."""
        return self.objects.urls_of(module)

    # reading

    def _read_all(self) -> None:
        for site in self._project.calls.all:
            operation = self.objects.operation(site)
            if operation is None:
                self._guess(site)
                continue
            if operation.container is not None:
                self._make(site, operation.container)
            if operation.route is not None:
                if is_on_owner(site):
                    self._declare_on_owners(site, operation.route)
                else:
                    self._loose.append((site, operation.route))
            elif operation.mount is not None and is_on_owner(site):
                self._mount(site, operation.mount)
            elif operation.register == _AROUND:
                self.registered.append(site)
        for module in self._project.modules.all:
            if not module.is_test:
                self._read_urls(module)
        for site, facet in self._loose:
            if (site.path, site.index) not in self._attached:
                for declaration, _ in self._declarations.of(site, facet):
                    self.declared[UNKNOWN_OWNER].append(self._in_group(declaration))

    def _in_group(self, declared: Declaration) -> Declaration:
        """Below the path that a decorator of the function's class gives to all its methods."""
        target = declared.handler.target if declared.handler is not None else None
        if not isinstance(target, Def) or target.function.klass < 0:
            return declared
        module = target.module
        for decorator in module.outline.classes[target.function.klass].decorators:
            site = self._project.calls.in_module(module)[decorator.index] if isinstance(decorator, CallRef) else None
            notation = site.operation.groups if site is not None and site.operation is not None else None
            if site is not None and notation is not None:
                texts = self._paths.texts(module, site.argument(notation), site.call.context, _NO_CALLERS) or ("",)
                return replace(declared, paths=_under(tuple(normal(text) for text in texts), declared.paths))
        return declared

    def _guess(self, site: CallSite) -> None:
        """A call of an object of which nothing is known, written as routes are: `@x.get("/ping")`, `x.add_route("/up", f)`."""
        callee = site.call.callee
        if type(callee) is not Attribute or any(t.definition is not None for t in site.targets):
            return
        facet = self._verbs.get(callee.attr)
        if facet is None:
            return
        decorated = self._handlers.decorated_by(site)
        if decorated is None and facet.handler == "decorated":
            return
        literal = [a.value.value for a in site.call.arguments if isinstance(a.value, String) and a.value.value.startswith("/")]
        if literal:
            via: Via = "decorator" if decorated is not None else "add"
            path = (normal(literal[0]),)
            self.declared[UNKNOWN_OWNER].append(Declaration(path, facet.methods, decorated, site.site, via, site.module))

    @cached_property
    def _verbs(self) -> dict[str, RouteFacet]:
        """Method → how the first library that has it declares routes by it."""
        found: dict[str, RouteFacet] = {}
        for library in self._project.knowledge.libraries:
            for _, info in sorted(library.types.items()):
                for name, operation in sorted(info.methods.items()):
                    if operation.route is not None:
                        found.setdefault(name, operation.route)
        return found

    def _make(self, site: CallSite, facet: RouteContainer) -> None:
        container = self.objects.made_by(site)
        if container is None:
            self._make_below(site, facet)
            return
        if container.key in self._own_prefixes:
            return
        self.containers[container.key] = container
        context, prefix = site.call.context, _first_given(site, facet.prefix)
        texts = self._paths.texts(site.module, prefix, context, _NO_CALLERS)
        if not texts and facet.prefix is not None and self._paths.open:
            texts = tuple(t for c in self._wrapping() for t in self._paths.texts(site.module, prefix, context, c))
        if not texts and self._builds_itself(site):
            texts = (HOLE,)
        if facet.of_one is not None:
            names = self._paths.texts(site.module, site.argument(facet.of_one), context, _NO_CALLERS) or ("parent",)
            texts = tuple(f"{text.strip('/')}/<{names[0]}_pk>" for text in texts or ("",))
        self._own_prefixes[container.key] = tuple(dict.fromkeys(normal(text) for text in texts))
        routes = site.argument(facet.routes)
        if routes is not None:
            self._put(container.key, self._lists.read(site.module, routes, context))
        for parent in self._objects(site.module, site.argument(facet.parent), context):
            self.included[parent.key].append(Inclusion(container.key, ("",), site.site))

    def _make_below(self, site: CallSite, facet: RouteContainer) -> None:
        """`super().__init__(routes)` in the constructor of a class of the project: the routes are those of its instances."""
        routes = site.argument(facet.routes)
        if routes is None or site.caller is None:
            return
        listed = self._lists.read(site.module, routes, site.call.context)
        for caller in self._project.calls.callers(site.caller)[:MOST_CALLERS]:
            made = self.objects.made_by(caller)
            if made is not None:
                self.containers[made.key] = made
                self._put(made.key, listed)

    def _builds_itself(self, site: CallSite) -> bool:
        """A router class of the project with a constructor of its own, which may choose the prefix."""
        return any(t.definition is not None for t in site.targets) and self.objects.is_router(site)

    def _wrapping(self) -> Iterator[Callers]:
        for definition in sorted(self._paths.open, key=lambda d: d.name):
            for caller in self._project.calls.callers(definition)[:MOST_CALLERS]:
                yield {definition: caller}

    def _read_urls(self, module: Module) -> None:
        container = self.objects.urls_of(module)
        if container is None:
            return
        self.containers[container.key] = container
        self._put(container.key, self._lists.of_module(module))

    def _objects(self, module: Module, expr: Expr | None, context: int) -> tuple[Container, ...]:
        found = self.objects.of(module, expr, context) if expr is not None else ()
        for container in found:
            self.containers.setdefault(container.key, container)
        return found

    # routes

    def _declare_on_owners(self, site: CallSite, facet: RouteFacet) -> None:
        callee = site.call.callee
        assert isinstance(callee, Attribute)  # noqa: S101 - `is_on_owner` says so
        for declaration, callers in self._declarations.of(site, facet):
            given = self._origins.handed(site.module, callee.base, site.call.context, callers)
            owners = [c.key for o in given for c in self._objects(o.module, o.expr, o.context)]
            owners = owners or [c.key for c in self._objects(site.module, callee.base, site.call.context)]
            for owner in owners or [UNKNOWN_OWNER]:
                self.declared[owner].append(declaration)

    # inclusions

    def _mount(self, site: CallSite, facet: Mount) -> None:
        callee = site.call.callee
        assert isinstance(callee, Attribute)  # noqa: S101 - `is_on_owner` says so
        context = site.call.context
        owners = self._objects(site.module, callee.base, context)
        prefixes = self._prefixes(site, facet)
        target = site.argument(facet.target)
        if target is None:
            return
        if facet.reversed:
            for parent in self._objects(site.module, target, context):
                for owner in owners:
                    self.included[parent.key].append(Inclusion(owner.key, prefixes, site.site))
            return
        overrides = facet.overrides and site.argument(facet.prefix) is not None
        listed = self._lists.read(site.module, target, context)
        for kept in kept_under(site.module, target, context) if not listed else ():
            listed += self._lists.read(site.module, kept, context)
        for some, under in pairs(site, target, site.argument(facet.prefix), listed, prefixes):
            for owner in owners or ():
                self._note_unseen(owner.key, some, target, site, under)
                self._put(owner.key, some, under, overrides, site.site)
            if not owners:
                self._put(UNKNOWN_OWNER, some, under, overrides, site.site)

    def _prefixes(self, site: CallSite, facet: Mount) -> tuple[str, ...]:
        texts = self._paths.texts(site.module, site.argument(facet.prefix), site.call.context, _NO_CALLERS)
        if not texts and site.argument(facet.prefix) is not None:
            texts = (HOLE,)
        return tuple(dict.fromkeys(normal(text, facet.pattern) for text in texts)) or ("",)

    def _put(
        self,
        owner: str,
        listed: list[Listed],
        prefixes: tuple[str, ...] = ("",),
        overrides: bool = False,
        place: Site | None = None,
    ) -> None:
        """What a list holds, into a container, under prefixes."""
        for item in listed:
            if isinstance(item, Included):
                self._include(owner, item, prefixes, overrides, place)
                continue
            site, operation = item.site, item.operation
            key = (site.path, site.index)
            self._attached.add(key)
            if key in self._open:  # a list that is wrapped and bound to its own name again holds itself, as it seems
                continue
            self._open.add(key)
            if operation.route is not None:
                self._put_route(owner, site, operation, self._below_class(item, prefixes))
            elif operation.mount is not None:
                self._put_mount(owner, site, operation, prefixes)
            self._open.discard(key)

    def _below_class(self, item: Entry, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        under, facet = item.under, item.operation.route
        if under is None or facet is None:
            return prefixes
        texts = self._paths.texts(under.module, under.path, under.context, _NO_CALLERS) or (HOLE,)
        return _under(prefixes, tuple(normal(text, facet.pattern) for text in texts))

    def _include(self, owner: str, item: Included, prefixes: tuple[str, ...], overrides: bool, place: Site | None) -> None:
        if item.container is None:
            self.foreign.append((item.foreign, place or item.site))
            return
        self.containers.setdefault(item.container.key, item.container)
        if item.container.key != owner:
            self.included[owner].append(Inclusion(item.container.key, prefixes, place or item.site, overrides))

    def _put_route(self, owner: str, site: CallSite, operation: Operation, prefixes: tuple[str, ...]) -> None:
        facet = operation.route
        assert facet is not None  # noqa: S101 - the caller's promise
        handler = site.argument(facet.handler) if facet.handler != "decorated" else None
        nested = self._lists.nested(site.module, handler, site.call.context) if handler is not None else None
        if nested is not None:
            texts = self._paths.texts(site.module, site.argument(facet.path), site.call.context, _NO_CALLERS) or (HOLE,)
            below = tuple(normal(text, facet.pattern) for text in texts)
            self._put(owner, nested, _under(prefixes, below), False, site.site)
            return
        for declaration, _ in self._declarations.of(site, facet):
            paths = _under(prefixes, declaration.paths)
            self.declared[owner].append(
                Declaration(paths, declaration.methods, declaration.handler, site.site, "conf", site.module)
            )

    def _put_mount(self, owner: str, site: CallSite, operation: Operation, prefixes: tuple[str, ...]) -> None:
        facet = operation.mount
        assert facet is not None  # noqa: S101 - the caller's promise
        below = _under(prefixes, self._prefixes(site, facet))
        own = self.objects.made_by(site)
        if own is not None:
            self.containers.setdefault(own.key, own)
            self.included[owner].append(Inclusion(own.key, below, site.site))
        for target in self._lists.targets(site, facet):
            listed = self._lists.read(site.module, target, site.call.context, True)
            self._note_unseen(owner, listed, target, site, below)
            self._put(owner, listed, below, facet.overrides, site.site)

    def _note_unseen(self, owner: str, listed: list[Listed], target: Expr, site: CallSite, prefixes: tuple[str, ...]) -> None:
        """An object of whose routes nothing is known answers for everything below the root."""
        if listed or "" not in prefixes or not isinstance(target, CallRef | Name | Attribute):
            return
        types = self._project.types
        found = types.all(site.module, target, site.call.context)
        if found and not any(types.role(type_) == _STATIC for type_ in found):
            self.unseen.setdefault(owner, site.site)


def _first_given(site: CallSite, notations: str | None) -> Expr | None:
    """The first of several arguments that is given: `:path|0:name`."""
    given = (site.argument(notation) for notation in (notations or "").split("|") if notation)
    return next((argument for argument in given if argument is not None), None)


def _under(prefixes: tuple[str, ...], parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys("/".join(p for p in (prefix, part) if p) for prefix in prefixes for part in parts))
