"""Which app or router an expression is: followed from the name to the call that makes it, across modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.knowledge import Operation
from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Conditional,
    Expr,
    Name,
    Starred,
    Walrus,
)
from archlint.facts.syntax import Operation as Operators
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.origins import Callers, Origin, Origins, Parameter, unpacked
from archlint.project.names.symbols import Definition
from archlint.project.routes.route_records import Container, ContainerKind
from archlint.project.types.entities import ModuleRef

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 14
_MOST = 200
"""A loop over a list of routers gives them all."""


class Containers:
    def __init__(self, project: Project, origins: Origins) -> None:
        self._project = project
        self._origins = origins
        self._made: dict[tuple[str, int], Container | None] = {}
        self._found: dict[tuple[str, int, int, int, str], tuple[Container, ...]] = {}
        self._depth = 0
        self._names = tuple(sorted({name for library in project.knowledge.libraries for name in library.route_lists}))
        self._targets: dict[str, dict[int, str]] = {}
        self.ordered: dict[str, tuple[CallSite, CallSite]] = {}
        """Key of a container that a function of the project only makes → (the call that makes it, the call of the function)."""

    def operation(self, site: CallSite) -> Operation | None:
        """What the knowledge says of a call, also of making an instance of a project class with a library base, and of
        `super().__init__(…)` in such a class."""
        return site.operation or self._made_above(site)

    def _made_above(self, site: CallSite) -> Operation | None:
        callee = site.call.callee
        if self._is_made(site) or site.targets or site.caller is None or not isinstance(callee, Attribute):
            return None
        own = self._project.types.inference.written_class(site.module, site.call.context)
        knowledge, members = self._project.knowledge, self._project.types.inference.members
        if not isinstance(callee.base, CallRef) or not own or not isinstance(own[0], Type):
            return None
        above = (info.construct for ancestor in members.ancestors(own[0]) for _, info in knowledge.infos(ancestor.name))
        return next((construct for construct in above if construct is not None and construct.container is not None), None)

    def made_by(self, site: CallSite) -> Container | None:
        """The container that a call makes."""
        key = (site.path, site.index)
        if key not in self._made:
            operation = self.operation(site)
            facet = operation.container if operation is not None else None
            self._made[key] = self._container(site, facet.kind) if facet is not None and self._is_made(site) else None
        return self._made[key]

    def is_router(self, site: CallSite) -> bool:
        """The call makes a router, not an app."""
        made = self.made_by(site)
        return made is not None and made.kind == "router"

    def _is_made(self, site: CallSite) -> bool:
        """`super().__init__()` of a router's subclass makes no second one."""
        callee = site.call.callee
        return not (type(callee) is Attribute and callee.attr == "__init__")

    def _container(self, site: CallSite, kind: str) -> Container:
        type_name = next((t.name for t in site.targets), "")
        bound = self._assigned(site.module).get(site.index, "")
        name = bound or (site.caller.function.name if site.caller is not None else site.module.name.rpartition(".")[2])
        chosen: ContainerKind = "app" if kind == "app" else "router"
        return Container(f"{site.path}:{site.call.at}", chosen, site.site, name, type_name, site.module, site.caller)

    def _assigned(self, module: Module) -> dict[int, str]:
        """Call → the name that its result is given."""
        known = self._targets.get(module.path)
        if known is None:
            known = self._targets[module.path] = {
                statement.value.index: statement.target.id if isinstance(statement.target, Name) else statement.target.attr
                for statement in module.body.statements
                if type(statement.value) is CallRef and isinstance(statement.target, Name | Attribute)
            }
        return known

    def urls_of(self, module: Module) -> Container | None:
        """The list of routes that a module holds under the name that its framework looks for."""
        for name in self._names:
            bindings = self._project.symbols.scopes(module).bindings(0, name)
            first = next((b for b in bindings if b.kind == "statement"), None)
            if first is not None:
                statement = module.body.statements[first.index]
                target = statement.target or statement.value
                at = target.at if target is not None else statement.at
                place = Site(module.path, at, at + len(name))
                return Container(f"{module.path}:{name}", "urls", place, module.name, "", module)
        for name in self._names:  # `from shop.urls.base import urlpatterns` hands on another module's list
            for definition in self._project.symbols.resolve_in(module, name):
                if definition.kind == "value" and definition.module not in (None, module):
                    return self.urls_of(definition.module)
        return None

    def list_name(self, module: Module) -> str | None:
        """The name under which `urls_of` found the module's list."""
        scopes = self._project.symbols.scopes(module)
        return next((name for name in self._names if scopes.bindings(0, name)), None)

    def named(self, module: Module, name: str) -> tuple[Container, ...]:
        """What `module:name` means to a server: an app, or a function that makes one."""
        found: list[Container] = []
        for definition in self._project.symbols.resolve_in(module, name):
            if definition.kind == "function" and definition.module is not None:
                found += self._returned(Def(definition.module, definition.module.name, definition.index))
        end = module.outline.length
        return tuple(dict.fromkeys([*found, *self.of(module, Name(end, name), 0)]))

    def of(self, module: Module, expr: Expr, context: int) -> tuple[Container, ...]:
        """The apps and routers that an expression may be; several are alternatives, or a loop's."""
        key = (module.path, expr.at, expr.end, context, expr.id if type(expr) is Name else "")
        known = self._found.get(key)
        if known is None:
            if self._depth > _DEPTH:
                return ()
            self._found[key] = ()  # a circle ends here
            self._depth += 1
            try:
                known = self._found[key] = tuple(dict.fromkeys(self._find(module, expr, context)))[:_MOST]
            finally:
                self._depth -= 1
        return known

    def _find(self, module: Module, expr: Expr, context: int) -> list[Container]:
        match expr:
            case Name():
                return self._followed(self._origins.of(module, expr, context))
            case Attribute():
                found = self._followed(self._origins.of(module, expr, context))
                for definition in self._of_looped_module(module, expr, context):
                    if definition.kind == "value" and definition.module is not None:
                        name = definition.name.rpartition(".")[2]
                        found += self._followed(self._origins.module_level(definition.module, name))
                # `app.router`, `router.urls`: a part of the container stands for it
                return found or list(self.of(module, expr.base, context))
            case CallRef():
                return self._called(module, expr)
            case Await() | Starred() | Walrus():
                return list(self.of(module, expr.value, context))
            case Conditional():
                return [*self.of(module, expr.body, context), *self.of(module, expr.orelse, context)]
            case Operators(op="or"):
                return [c for operand in expr.operands for c in self.of(module, operand, context)]
            case _:
                return []

    def _followed(self, origins: list[Origin | Parameter]) -> list[Container]:
        found: list[Container] = []
        for origin in origins:
            sources = self._origins.given_anywhere(origin) if isinstance(origin, Parameter) else self._parts(origin)
            for source in sources:
                found += self.of(source.module, source.expr, source.context)
        return found

    def _parts(self, origin: Origin) -> list[Origin]:
        if not origin.each and not origin.path:
            return [origin]
        parts = list(unpacked(origin))
        if not parts and origin.each and not origin.path:
            for source in self._origins.of(origin.module, origin.expr, origin.context, every=True):
                if isinstance(source, Origin):
                    parts += unpacked(Origin(source.module, source.expr, source.context, (), True))
        return parts

    def _of_looped_module(self, module: Module, expr: Attribute, context: int) -> Iterator[Definition]:
        """What `part.name` is for a name that a loop over modules gives (`for part in (users, orders): …`)."""
        for origin in self._origins.of(module, expr.base, context):
            if not isinstance(origin, Origin) or not origin.each:
                continue
            for source in self._parts(origin):
                for entity in self._project.types.inference.entities(source.module, source.expr, source.context):
                    if isinstance(entity, ModuleRef):
                        yield from self._project.symbols.member(entity.module, entity.name, expr.attr, entity.near)

    def _called(self, module: Module, expr: CallRef) -> list[Container]:
        site = self._project.calls.in_module(module)[expr.index]
        own = self.made_by(site)
        if own is not None:
            return [own]
        found: list[Container] = []
        for target in site.targets:
            if target.definition is not None and target.name == target.definition.name:
                ordered = self._ordered(site, target.definition)
                found += [ordered] if ordered is not None else self._returned(target.definition, site)
        callee = site.call.callee
        if not site.targets and isinstance(callee, Attribute):
            for definition in self._of_looped_module(module, callee, site.call.context):
                if definition.kind == "function" and definition.module is not None:
                    found += self._returned(Def(definition.module, definition.module.name, definition.index))
        if not found and not any(t.definition is not None and not _is_class(t.name, t.definition) for t in site.targets):
            # a wrapper around an app (`CORSMiddleware(app)`) stands for it
            for argument in site.call.arguments[:3]:
                found += self.of(module, argument.value, site.call.context)
        return found

    def _ordered(self, site: CallSite, definition: Def) -> Container | None:
        """`router = make_router()` of a module, where the function does no more than `return APIRouter(…)`: each module has
        a router of its own."""
        returned = self._project.symbols.scopes(definition.module).returns.get(definition.index, [])
        made = returned[0].value if len(returned) == 1 else None
        if site.caller is not None or not isinstance(made, CallRef):
            return None
        maker = self._project.calls.in_module(definition.module)[made.index]
        container = self.made_by(maker)
        if container is None or container.kind != "router":
            return None
        key = f"{site.path}:{site.call.at}"
        self.ordered[key] = (maker, site)
        name = self._assigned(site.module).get(site.index, container.name)
        return Container(key, container.kind, site.site, name, container.type_name, site.module)

    def _returned(self, definition: Def, caller: CallSite | None = None) -> list[Container]:
        """What a function gives back: where that is what it was handed, what this caller hands it."""
        module = definition.module
        scopes = self._project.symbols.scopes(module)
        callers: Callers = {definition: caller} if caller is not None else {}
        found: list[Container] = []
        for statement in scopes.returns.get(definition.index, [])[-4:]:
            if statement.value is not None:
                handed = self._origins.handed(module, statement.value, statement.context, callers)
                for source in handed or (Origin(module, statement.value, statement.context),):
                    found += self.of(source.module, source.expr, source.context)
        return found


def _is_class(name: str, definition: Def) -> bool:
    return name != definition.name
