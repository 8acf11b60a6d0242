"""What stands between a request and its handler and finds out who comes: decorators, dependencies, permission classes,
what routers and apps are made or included with, middleware, settings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeGuard

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, CallRef, Collection, Conditional, Expr, Name, String
from archlint.project.control.asking import Asking, Phrases, last_two
from archlint.project.model import Def, Type
from archlint.project.names.filled import Filled
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.names.symbols import ClassDef, Definition
from archlint.project.parts import leaves_of
from archlint.project.routes.around_apps import AroundApps
from archlint.project.routes.endpoints import VERBS, Endpoint
from archlint.project.routes.guard_words import GuardWords
from archlint.project.routes.guarded_paths import GuardedPaths
from archlint.project.routes.sent_away import is_told_who_comes, sends_away
from archlint.project.routes.view_access import Guard, ViewAccess
from archlint.project.spelling import last_name
from archlint.project.types.entities import Bound, Entity, External, FunctionRef
from archlint.project.types.injected import Injected, Written, handed
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.routes.route_records import Route
    from archlint.project.source.modules import Module

_DEPTH = 4
_REQUIRING = frozenset({"require", "requires", "required"})
"""What is named so turns somebody away who has not got it, whatever it is."""
_PERMISSION = "permission"
"""The keyword by which a view says, by its name, what whoever comes must be allowed to do."""
_ASKED_OF_ALL = "default-permission"
"""What is called gives all views such a permission that have none of their own."""
_ANYTHING = frozenset({"collections.abc.Callable", "typing.Callable", "typing.Any", "builtins.object"})
"""Types of which a value may run any code."""


class Guards:
    """`of(endpoint)`: the surest of all that asks before it answers."""

    def __init__(self, project: Project, words: GuardWords) -> None:
        self._project = project
        self._words = words
        self._asks, self._harmless = Phrases(words.asks), Phrases(words.harmless)
        self._attributes = Phrases(words.guard_attributes)
        self._turns_away = Phrases(words.refuses)
        self._inside = Phrases(words.asks_inside)
        self._asking = Asking(project, Phrases((*words.asks_inside, *words.refuses)), words.sends, words.entrances)
        self._refusing = Asking(project, self._turns_away, words.sends, words.entrances)
        self._injected, self._origins = Injected(project), Origins(project)
        self._apps, self._paths = AroundApps(project), GuardedPaths(project, self._refusing)
        self._access = ViewAccess(project)
        self._of_routes: dict[Route, Guard] = {}
        self._of_views: dict[str, Guard] = {}

    def of(self, endpoint: Endpoint) -> Guard:
        """By what stands around the function that answers, then by what itself does."""
        definition = endpoint.definition
        found = max(self._of_function(definition), self.of_route(endpoint.route))
        view = endpoint.view or _own_class(definition)
        if found < Guard.ASKS and view is not None:
            found = max(found, self.of_view(view))
        if found < Guard.ASKS and self._asking.function_asks(definition):
            return Guard.CHECKS
        return found

    def of_resolver(self, definition: Def) -> Guard:
        """Of a function that a library calls for a field: by its decorators and its class, then by what itself does."""
        path = definition.module.path
        given = (Site(path, each.at, each.end) for each in definition.function.decorators if isinstance(each, CallRef))
        view = _own_class(definition)
        told = [self._of_function(definition), *(guard for site in given for guard in self._given(site))]
        told += self._found_of_class(view) if view is not None else ()
        return max(Guard.CHECKS, *told) if self._asking.function_asks(definition) else max(told)

    # routes

    def of_route(self, route: Route) -> Guard:
        """By what the route is declared with, and what stands around the routers and apps that it is in."""
        known = self._of_routes.get(route)
        if known is None:
            known = self._of_routes[route] = max(self._found_of(route), default=Guard.NONE)
        return known

    def is_declared_with_any(self, route: Route) -> bool:
        """Something stands before the route or what it is in, whatever it does: `dependencies=[Depends(of_the_shop)]`."""
        for site in self._sites(route):
            module = self._project.modules.by_path[site.path]
            call = next((call for call in module.body.calls if (call.at, call.end) == (site.at, site.end)), None)
            if call is not None and any(a.name in self._words.guard_arguments for a in call.arguments):
                return True
        return False

    def _found_of(self, route: Route) -> Iterator[Guard]:
        wrappers = route.handler.wrappers if route.handler is not None else ()
        if any(self._asks.in_name(name) for name in wrappers):
            yield Guard.ASKS
        for site in self._sites(route):
            yield from self._given(site, route.paths)
            yield from self._given_by_class(site)
        if self._project.calls.registered(_ASKED_OF_ALL):
            yield Guard.ASKS
        yield from self._set_on(route)
        for each in self._apps.of(route):
            if not self._paths.leave_out(each, route.paths):
                yield self._of_middleware(each)
        yield self._by_settings

    def _sites(self, route: Route) -> Iterator[Site]:
        """The calls that declare the route, make its containers and include them."""
        tree = self._project.routes.tree
        yield route.site
        for key in sorted(route.containers):
            if key in tree.containers:
                yield tree.containers[key].site
            for inclusion in tree.included.get(key, ()):
                if inclusion.child in route.containers:
                    yield inclusion.site

    def _given(self, site: Site, paths: tuple[str, ...] = ()) -> Iterator[Guard]:
        """By keywords that hand over guards (`dependencies=[Depends(signed_in)]`), but for those that leave out these paths."""
        module = self._project.modules.by_path[site.path]
        call = next((call for call in module.body.calls if (call.at, call.end) == (site.at, site.end)), None)
        for argument in call.arguments if call is not None else ():
            if call is not None and argument.name in self._words.guard_arguments:
                for written in self._held(Written(module, argument.value, call.context)):
                    if argument.name == _PERMISSION and isinstance(written.expr, String):
                        yield Guard.ASKS
                    elif not paths or not self._paths.leave_out(written, paths):
                        yield self._of_expression(written)

    def _given_by_class(self, site: Site) -> Iterator[Guard]:
        """By what a router's own class hands over where whoever makes one says nothing of it: `class Signed(APIRouter)`, whose
        `__init__` has `dependencies=[Depends(signed_in)]` among its parameters."""
        module = self._project.modules.by_path[site.path]
        call = next((call for call in module.body.calls if (call.at, call.end) == (site.at, site.end)), None)
        made = self._entities(Written(module, call.callee, call.context)) if call is not None else ()
        said = {argument.name for argument in call.arguments} if call is not None else set()
        for each in made:
            found = self._project.symbols.classes.get(each.name) if isinstance(each, Type) else None
            functions = found.module.outline.functions if found is not None else ()
            for function in functions:
                if found is None or function.klass != found.index or function.name != "__init__":
                    continue
                for parameter in function.parameters:
                    if parameter.default is None or parameter.name in said or parameter.name not in self._words.guard_arguments:
                        continue
                    for written in self._held(Written(found.module, parameter.default, function.outer)):
                        yield self._of_expression(written)

    def _held(self, written: Written) -> Iterator[Written]:
        """What a list of guards holds, on either side of a choice; one with a name also what its function appends to it:
        where a switch leaves a guard out, whoever runs the program decides to do without."""
        for leaf in leaves_of(written.expr):
            if isinstance(leaf, Conditional):
                for side in (leaf.body, leaf.orelse):
                    yield from self._held(Written(written.module, side, written.context))
                continue
            lists = [o for o in self._origins.of(written.module, leaf, written.context) if _is_list(o)]
            for origin in lists:
                filled = Filled(origin.module, origin.context, leaf.id) if type(leaf) is Name else None
                yield from self._held(Written(origin.module, origin.expr, origin.context))
                for expr, context in (*filled.items, *filled.whole) if filled is not None else ():
                    yield from self._held(Written(origin.module, expr, context))
            if not lists:
                yield Written(written.module, leaf, written.context)

    def _set_on(self, route: Route) -> Iterator[Guard]:
        """By what a router is given after it was made: `router.dependencies = [Depends(signed_in)]`."""
        containers = self._project.routes.tree.containers
        for made in (containers[key] for key in sorted(route.containers) if key in containers):
            for statement in made.module.statements["assign"]:
                target = statement.target
                if (
                    isinstance(target, Attribute)
                    and target.attr in self._words.guard_arguments
                    and isinstance(target.base, Name)
                    and target.base.id == made.name
                    and statement.value is not None
                ):
                    for leaf in leaves_of(statement.value):
                        yield self._of_expression(Written(made.module, leaf, statement.context))

    def _of_middleware(self, each: Def | Written) -> Guard:
        """It asks if it turns somebody away: to find out who comes is not enough."""
        if isinstance(each, Def):
            is_asked = self._of_function(each) is Guard.ASKS  # `@bp.before_request` over `@login_required`
            is_asked = is_asked or self._refusing.function_asks(each) or sends_away(each, self._inside, self._asks)
            return Guard.ASKS if is_asked else Guard.UNKNOWN if is_told_who_comes(each, self._inside) else Guard.NONE
        own = [self._refuses(entity) for entity in self._entities(each)]
        if any(own):
            return Guard.ASKS
        if not own or None in own:
            return Guard.UNKNOWN if self._asks.in_name(last_name(each.module.body, each.expr)) else Guard.NONE
        return Guard.NONE

    def _refuses(self, entity: Entity) -> bool | None:
        """None: it is none of the project's code."""
        if isinstance(entity, FunctionRef):
            return self._refusing.function_asks(entity.definition)
        klass = self._project.symbols.classes.get(entity.name) if isinstance(entity, Type) else None
        return self._refusing.class_asks(klass) or self._class_sends_away(klass) if klass is not None else None

    def _class_sends_away(self, klass: ClassDef) -> bool:
        """`dispatch`, which answers by itself where it finds no key."""
        module = klass.module
        rows = (row for row, function in enumerate(module.outline.functions) if function.klass == klass.index)
        return any(sends_away(Def(module, module.name, row), self._inside, self._asks) for row in rows)

    @cached_property
    def _by_settings(self) -> Guard:
        """By the middleware that a framework's settings name."""
        found = Guard.NONE
        for name in self._apps.names:
            if name in self._words.identifying:
                continue
            own = [told for d in self._project.symbols.resolve(name) if (told := self._definition_refuses(d)) is not None]
            last = name.rpartition(".")[2]
            if any(own) or (not own and self._turns_away.in_name(last)):
                return Guard.ASKS
            if self._asks.in_name(last) and (not own or self._is_unread(name)):
                found = Guard.UNKNOWN
        return found

    def _is_unread(self, name: str) -> bool:
        """A class of the project whose base, which is named so, is none of it: what that does is not seen."""
        klass = self._project.symbols.classes.get(name)
        for base in klass.klass.bases if klass is not None else ():
            assert klass is not None  # noqa: S101 - nothing is gone through otherwise
            entities = self._entities(Written(klass.module, base, klass.klass.outer))
            is_own = any(isinstance(each, Type) and each.name in self._project.symbols.classes for each in entities)
            if not is_own and self._asks.in_name(last_name(klass.module.body, base)):
                return True
        return False

    def _definition_refuses(self, found: Definition) -> bool | None:
        if found.module is None or found.kind not in ("class", "function"):
            return None
        if found.kind == "class":
            return self._refusing.class_asks(ClassDef(found.module, found.name, found.index))
        return self._refusing.function_asks(Def(found.module, found.module.name, found.index))

    # functions

    def _of_function(self, definition: Def) -> Guard:
        return max(self._found_around(definition), default=Guard.NONE)

    def _found_around(self, definition: Def) -> Iterator[Guard]:
        module, outer = definition.module, definition.function.outer
        for decorator in definition.function.decorators:
            if self._declares(module, decorator):
                yield from self._given(Site(module.path, decorator.at, decorator.end))
            elif not self._access.tells(definition, decorator):
                yield self._of_expression(Written(module, decorator, outer))
                yield Guard.DECLARED if self._is_opened(module, decorator) else Guard.NONE
        for written in self._injected.of(definition):
            is_helper = last_name(written.module.body, written.expr).endswith(self._words.helpers)
            if not is_helper or self._is_called(written) or self._is_refusing(written):
                yield self._of_expression(written)
        yield self._access.of_function(definition)

    def _is_opened(self, module: Module, decorator: Expr) -> bool:
        """`@action(permission_classes=[])`: whoever wrote that meant everybody."""
        given = module.body.calls[decorator.index].arguments if isinstance(decorator, CallRef) else ()
        return any(
            each.name in self._words.guard_arguments and isinstance(each.value, Collection) and not each.value.items
            for each in given
        )

    def _is_called(self, written: Written) -> bool:
        """`Depends(Manager())`: an object that is run itself, by its `__call__`."""
        module, expr = written.module, written.expr
        named = module.body.calls[expr.index].callee if isinstance(expr, CallRef) else None
        found = self._entities(Written(module, named, written.context)) if named is not None else ()
        return any(isinstance(each, Type) and each.name in self._project.symbols.classes for each in found)

    def _is_refusing(self, written: Written) -> bool:
        """`Depends(require_session)`: a function of the project that turns somebody away itself."""
        found = (each.definition for each in self._entities(written) if isinstance(each, FunctionRef))
        return any(self._refusing.places(definition) for definition in found)

    def _declares(self, module: Module, decorator: Expr) -> bool:
        """It declares a route, so that its name says nothing (`auth_routes.post(…)`)."""
        callee = module.body.calls[decorator.index].callee if isinstance(decorator, CallRef) else decorator
        return isinstance(callee, Attribute) and (callee.attr.upper() in VERBS or "route" in callee.attr)

    def _of_expression(self, written: Written, depth: int = _DEPTH) -> Guard:
        """A decorator, dependency or class: by its name, by its code, and by what it is made with."""
        module, expr = written.module, written.expr
        call = module.body.calls[expr.index] if isinstance(expr, CallRef) else None
        named = call.callee if call is not None else expr
        if not isinstance(named, Name | Attribute | CallRef):
            return Guard.NONE
        entities = self._entities(Written(module, named, written.context))
        is_known = any(isinstance(e, Bound) for e in entities)
        if self._asks.in_name(last_name(module.body, named) if is_known else last_two(module.body, named)):
            return Guard.ASKS
        found = max((self._of_entity(entity) for entity in entities), default=Guard.UNKNOWN)
        if found is Guard.UNKNOWN and self._harmless.in_name(last_two(module.body, named)):
            found = Guard.NONE
        for inner in handed(call) if call is not None and depth > 0 else ():
            below = self._of_expression(Written(module, inner, written.context), depth - 1)
            found = max(found, below) if below is Guard.ASKS else found
        return found

    def _of_entity(self, entity: Entity) -> Guard:
        if isinstance(entity, FunctionRef):
            asks = self._asking.function_asks(entity.definition)
            if not asks and not _REQUIRING.isdisjoint(words_of(entity.definition.function.name)):
                return Guard.UNKNOWN
        elif isinstance(entity, Type) and entity.name in self._project.symbols.classes:
            asks = self._asking.class_asks(self._project.symbols.classes[entity.name])
        elif isinstance(entity, External):
            if entity.name in self._words.asking:
                return Guard.ASKS
            return Guard.NONE if self._is_library(entity) else Guard.UNKNOWN
        elif isinstance(entity, Type) and entity.name in _ANYTHING:
            return Guard.UNKNOWN
        else:
            return Guard.NONE
        return Guard.ASKS if asks else Guard.NONE

    def _is_library(self, entity: External) -> bool:
        """Something is known of its package."""
        return bool(self._project.knowledge.package_kinds(entity.name)) or entity.name.startswith("builtins.")

    def _entities(self, written: Written) -> tuple[Entity, ...]:
        return self._project.types.inference.entities(written.module, written.expr, written.context)

    # views

    def of_view(self, view: ClassDef) -> Guard:
        """By the decorators, bases, attributes and first methods of a class, and by its permission classes."""
        known = self._of_views.get(view.name)
        if known is None:
            known = self._of_views[view.name] = max(self._found_in(view))
        return known

    def _found_in(self, view: ClassDef) -> Iterator[Guard]:
        yield self._access.of_view(view)
        for ancestor in self._project.types.inference.members.ancestors(Type(view.name)):
            if self._asks.in_name(ancestor.name.rpartition(".")[2]) and ancestor.name != view.name:
                yield Guard.ASKS
            klass = self._project.symbols.classes.get(ancestor.name)
            if klass is not None:
                yield from self._found_of_class(klass)

    def _found_of_class(self, klass: ClassDef) -> Iterator[Guard]:
        module, outline = klass.module, klass.module.outline
        for decorator in klass.klass.decorators:
            if not self._declares(module, decorator):
                yield self._of_expression(Written(module, decorator, klass.klass.outer))
                yield from self._given(Site(module.path, decorator.at, decorator.end))
        for base in klass.klass.bases:
            if self._asks.in_name(last_name(module.body, base)):
                yield Guard.ASKS
            found = self._entities(Written(module, base, klass.klass.outer))
            if not any(isinstance(e, Type) or (isinstance(e, External) and self._is_library(e)) for e in found):
                yield Guard.UNKNOWN
        for statement in module.body.statements:
            target, value = statement.target, statement.value
            if statement.context == klass.klass.context and value is not None and isinstance(target, Name):
                yield from self._found_of_attribute(Written(module, value, statement.context), target.id)
        for row, function in enumerate(outline.functions):
            is_first = function.klass == klass.index and function.name in self._words.guard_methods
            if is_first and self._asking.function_asks(Def(module, module.name, row)):
                yield Guard.ASKS

    def _found_of_attribute(self, written: Written, name: str) -> Iterator[Guard]:
        for inner in self._injected.within(written):
            yield self._of_expression(inner)
        if self._attributes.in_name(name):
            for leaf in leaves_of(written.expr):
                yield self._of_expression(Written(written.module, leaf, written.context))


def _own_class(definition: Def) -> ClassDef | None:
    klass = definition.function.klass
    if klass < 0:
        return None
    return ClassDef(definition.module, f"{definition.module.name}.{definition.module.outline.classes[klass].qualname}", klass)


def _is_list(origin: Origin | Parameter) -> TypeGuard[Origin]:
    return isinstance(origin, Origin) and not origin.path and isinstance(origin.expr, Collection | Conditional)
