"""ARC013: domain, application or data access code that raises, returns or takes what belongs to a web framework."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Await, Call, CallRef, Collection, Expr, Name, Statement, Subscript
from archlint.project.layers.layer_words import Layer
from archlint.project.model import Def, Type
from archlint.project.names.class_attributes import method_in
from archlint.project.names.origins import Origin, Origins
from archlint.project.names.symbols import ClassDef
from archlint.project.parts import names_in
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.types.entities import External, FunctionRef

_ERROR, _RESPONSE, _REQUEST = "http-error", "response", "request"
_SOCKET = "WebSocket"
_CORE: tuple[Layer, ...] = ("domain", "application")

_SERVICES = frozenset({"services", "service", "use_cases", "usecases"})
_STORES = frozenset({"repositories", "repository", "repos", "repo", "dao", "daos", "dal"})
"""What holds data access, which is farther from transport than the core: in any layer but the interface."""
_TRANSPORTS = frozenset({"api", "apis", "web", "http", "rest", "graphql"})
"""Packages that hold the interface's part of what others begin."""
_FOR_HANDLERS = frozenset({"dependencies", "deps", "decorators", "middleware", "middlewares"})
"""Modules that hold what stands before handlers, whatever folder they lie in."""
_STEPS = 3
"""From what the framework runs into what only that calls."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`ignore`: packages, modules or functions (dotted names) that may speak of transport."""

    ignore: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each such place, but one for all that raise what a class or function of the project makes of a framework's
    error, at that class or function; a proof for each error that the core raises of its own."""
    handlers = (*(endpoint.definition for endpoint in project.endpoints.all), *project.unrouted)
    answering = {definition.module.path: definition.module for definition in handlers}
    injected, around = frozenset(_injected(project)), _put_around(project)
    raised: dict[ClassDef | Def, list[Hit]] = {}
    for layer, module in _core_modules(project, answering.values()):
        if module.path in answering or project.layers.is_composition_root(module):
            continue  # a module of handlers is interface, whatever its name
        core = _Core(project, module, layer, injected, around)
        for found in (*core.raised(), *core.returned(), *core.taken()):
            if not _is_ignored(found, module, params):
                yield found
        for maker, hit in core.raised_as_made():
            if not _is_ignored(hit, module, params):
                raised.setdefault(maker, []).append(hit)
    yield from (_made_hit(maker, hits) for maker, hits in raised.items())


def _made_hit(maker: ClassDef | Def, hits: list[Hit]) -> Hit:
    """`hits`: the places that raise what the function makes, the class or what derives from it."""
    hits = sorted(hits, key=lambda hit: (-hit.confidence, hit.site))
    times = f"at {len(hits)} places" if len(hits) > 1 else "at one place"
    written = maker.klass if isinstance(maker, ClassDef) else maker.function
    return Hit(
        Site(maker.module.path, written.name_at, written.name_at + len(written.name)),
        hits[0].words | {"error": written.name, "times": times},
        "class" if isinstance(maker, ClassDef) else "made",
        hits[0].confidence,
        related=tuple(Step(hit.site, f"`{hit.words['function']}` raises `{hit.words['what']}`") for hit in hits),
        anchor=maker.name,
    )


def _core_modules(project: Project, answering: Iterable[Module]) -> Iterator[tuple[str, Module]]:
    """Those of the inner layers; where nobody says which these are, modules of no layer that are called services too, and
    those that are called repositories, but for a folder of that name that holds handlers: there it means programs."""
    yield from ((layer, module) for layer in _CORE for module in project.layers.members(layer))
    if project.layers.configured:
        return
    above = {package for module in answering for package in _above(module.local_name)}
    for module in project.modules.production:
        layer = project.layers.layer_of(module)
        if layer is None and _is_called(module, _SERVICES, above):
            yield "application", module
        elif layer in (None, "infrastructure") and _is_called(module, _STORES, above):
            yield "data access", module


def _above(dotted: str) -> list[str]:
    """The module's name and those of its packages, the outermost first."""
    parts = dotted.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _is_called(module: Module, names: frozenset[str], programs: set[str]) -> bool:
    """The module or a package no further than one above it, which is none of `programs`."""
    called = [name for name in _above(module.local_name) if name.rpartition(".")[2] in names]
    return bool(called) and programs.isdisjoint(called) and module.local_name.count(".") - called[0].count(".") <= 1


def _is_ignored(found: Hit | Proof, module: Module, params: Params) -> bool:
    names = [module.name]
    names += [f"{module.name}.{f.qualname}" for _, f in module.functions_around(found.site.at)]
    return any(name == entry or name.startswith(f"{entry}.") for name in names for entry in params.ignore)


def _injected(project: Project) -> Iterator[Def]:
    """The functions that a framework runs for a handler: they stand between transport and core, wherever they are."""
    registering = {site.path for site in project.calls.registered("dependency")}
    for module in project.modules.production:
        for point in project.effects.edges(module) if module.path in registering else ():
            operation = point.call.operation if point.call is not None else None
            if operation is not None and operation.register == "dependency":
                yield from (target.definition for target in point.targets if target.definition is not None)
    yield from project.named_dependencies.providers


def _put_around(project: Project) -> frozenset[str]:
    """The names of the decorators that handlers have and no other function has."""
    handlers = {endpoint.definition for endpoint in project.endpoints.all}
    others = (
        Def(module, module.name, row)
        for module in project.modules.production
        for row, function in enumerate(module.outline.functions)
        if function.decorators
    )
    elsewhere = {name for definition in others if definition not in handlers for name in _decorators(definition)}
    return frozenset(name for definition in handlers for name in _decorators(definition)) - elsewhere


def _decorators(definition: Def) -> Iterator[str]:
    """Their last names."""
    body = definition.module.body
    return (last_name(body, decorator) for decorator in definition.function.decorators)


class _Core:
    """One module of the core."""

    def __init__(self, project: Project, module: Module, layer: str, injected: frozenset[Def], around: frozenset[str]) -> None:
        self._project = project
        self._module = module
        self._layer = layer
        self._injected = injected
        self._around = around
        self._calls = project.calls.in_module(module)
        self._origins = Origins(project)

    def raised(self) -> Iterator[Hit | Proof]:
        """`raise HTTPException(…)`, and calls of what raises one (`abort`)."""
        for statement, callee in self._raises():
            if _role(self._project, self._module, callee, statement.context) == _ERROR:
                if self._own_error(callee, statement.context) is None:
                    yield self._hit(statement.at, statement.end, callee, statement.context, "default")
            elif self._is_own(statement, callee):
                yield Proof(Site(self._module.path, statement.at, statement.end), "an error of the project's own")
        for site in self._calls:
            call = site.call
            if site.operation is not None and site.operation.register == _ERROR:
                yield self._hit(call.at, call.end, call.callee, call.context, "default")
            elif any(target.definition is not None and self._only_raises(target.definition) for target in site.targets):
                yield self._hit(call.at, call.end, call.callee, call.context, "through")

    def raised_as_made(self) -> Iterator[tuple[ClassDef | Def, Hit]]:
        """A class of the project that makes a framework's error its own, or a function that gives one, and where it, or what
        derives from it, is raised."""
        for statement, callee in self._raises():
            maker = self._own_error(callee, statement.context) or self._giver(statement)
            if maker is not None:
                yield maker, self._hit(statement.at, statement.end, callee, statement.context, "default")

    def _giver(self, statement: Statement) -> Def | None:
        """The function of `raise not_found(number)`, unless it is of the core: there it is told for what it returns."""
        value = statement.value
        if not isinstance(value, CallRef):
            return None
        given = self._project.types.all(self._module, value, statement.context)
        if not any(not each.is_class and self._project.types.role(each) == _ERROR for each in given):
            return None
        called = [target.definition for target in self._calls[value.index].targets]
        giver = called[0] if len(called) == 1 else None
        if giver is None or giver.function.name == "__init__" or not giver.module.is_production:
            return None
        return None if self._project.layers.layer_of(giver.module) in _CORE else giver

    def _raises(self) -> Iterator[tuple[Statement, Expr]]:
        for statement in self._module.statements["raise"]:
            if statement.value is not None:
                yield statement, _callee(self._module, statement.value)

    def _own_error(self, callee: Expr, context: int) -> ClassDef | None:
        """The one of the project's classes under the class raised that is nearest to the framework's."""
        given = next((t for t in self._project.types.all(self._module, callee, context) if t.is_class), None)
        if given is None:
            return None
        above = self._project.types.inference.members.ancestors(given)
        own = (self._project.symbols.classes.get(a.name) for a in above if self._project.types.role(a) == _ERROR)
        return next((k for k in reversed([each for each in own if each is not None]) if k.module.is_production), None)

    def returned(self) -> Iterator[Hit]:
        """`return JSONResponse(…)`, `return jsonify(…), 400`."""
        for statement in self._module.body.statements:
            value = statement.value
            if type(value) is Collection and value.kind == "tuple" and value.items:
                value = value.items[0]
            if statement.kind == "return" and isinstance(value, Name):
                value = self._made(value, statement.context)
            if statement.kind == "return" and isinstance(value, CallRef):
                callee = _callee(self._module, value)
                given = self._project.types.all(self._module, value, statement.context)
                made = _role(self._project, self._module, callee, statement.context)
                if made in {_RESPONSE, _ERROR} or any(self._is_library_s(callee, found, statement.context) for found in given):
                    yield self._hit(statement.at, statement.end, callee, statement.context, "returned")

    def _made(self, name: Name, context: int) -> Expr | None:
        """The one thing that the function gave the name: `answer = make_response(…)`."""
        given = [each for each in self._origins.of(self._module, name, context) if isinstance(each, Origin)]
        own = len(given) == 1 and given[0].module is self._module
        return given[0].expr if own else None

    def _is_library_s(self, callee: Expr, given: Type, context: int) -> bool:
        """What a function of the framework gives is a response; what the project's own gives is told there."""
        if given.is_class or self._project.types.role(given) != _RESPONSE:
            return False
        entities = self._project.types.inference.entities(self._module, callee, context)
        return not any(isinstance(entity, FunctionRef) for entity in entities)

    def taken(self) -> Iterator[Hit]:
        """A parameter that is annotated with a request."""
        for function in self._module.outline.functions:
            for parameter in function.parameters:
                expr = parameter.annotation
                if expr is not None and _role(self._project, self._module, expr, function.outer) == _REQUEST:
                    yield self._hit(parameter.at, parameter.end, expr, function.context, "taken")

    def _hit(self, at: int, end: int, callee: Expr, context: int, message: str) -> Hit:
        module = self._module
        row = module.body.contexts[context].function
        function = module.outline.functions[row].name if row >= 0 else module.name
        words = {
            "function": function,
            "module": module.name,
            "layer": self._layer,
            "what": shorten(spell(module.body, callee), 60),
        }
        is_note = row >= 0 and (
            self._is_view(row)
            or not _FOR_HANDLERS.isdisjoint(module.name.rpartition(".")[2:])
            or self._is_put_around(row)
            or self._is_injected(Def(module, module.name, row), _STEPS)
            or self._is_hook(row)
            or self._is_called_outside(row)
            or self._is_left_to_framework(row)
            or self._passes_on(row)
            or (message == "taken" and self._makes_service(row))
        )
        return Hit(Site(module.path, at, end), words, message, Confidence.LOW if is_note else self._confidence)

    def _is_view(self, row: int) -> bool:
        """A method of a class that the framework runs for requests."""
        klass = self._module.outline.functions[row].klass
        if klass < 0:
            return False
        own = Type(f"{self._module.name}.{self._module.outline.classes[klass].qualname}")
        return self._project.types.role(own) == "view"

    def _is_put_around(self, row: int) -> bool:
        """What a decorator of handlers runs in their place."""
        functions, outer = self._module.outline.functions, row
        contexts = self._module.body.contexts
        while (above := contexts[functions[outer].outer].function) >= 0:
            outer = above
        return outer != row and functions[outer].name in self._around

    def _is_hook(self, row: int) -> bool:
        """A method, in a package of the interface, that fills in what a class of another package leaves open."""
        function = self._module.outline.functions[row]
        if function.klass < 0 or _TRANSPORTS.isdisjoint(self._module.package.split(".")):
            return False
        own = f"{self._module.name}.{self._module.outline.classes[function.klass].qualname}"
        above = (a for a in self._project.types.inference.members.ancestors(Type(own)) if a.name != own)
        open_ = next((m for a in above if (m := method_in(self._project, a, function.name)) is not None), None)
        return open_ is not None and _TRANSPORTS.isdisjoint(open_.module.package.split("."))

    def _is_called_outside(self, row: int) -> bool:
        """A method that nobody calls here, of a class over one of another package: that package gave it its parameters."""
        function, module, project = self._module.outline.functions[row], self._module, self._project
        if function.klass < 0 or project.calls.callers(Def(module, module.name, row)):
            return False
        klass = module.outline.classes[function.klass]
        own = f"{module.name}.{klass.qualname}"
        above = [a for a in project.types.inference.members.ancestors(Type(own)) if a.name != own]
        if any(method_in(project, a, function.name) is not None for a in above if a.name in project.symbols.classes):
            return False
        bases = (base.base if isinstance(base, Subscript) else base for base in klass.bases)
        found = (e for base in bases for e in project.types.inference.entities(module, base, klass.outer))
        return any(isinstance(e, External) and e.name.partition(".")[0] not in sys.stdlib_module_names for e in found)

    def _is_left_to_framework(self, row: int) -> bool:
        """A function that takes a request, lets it pass or refuses it, and that nobody calls here: what has requests runs it,
        for handlers that are put together elsewhere."""
        function, module = self._module.outline.functions[row], self._module
        own = module.own_statements(row)
        is_guard = any(s.kind == "raise" for s in own) and not any(s.kind == "return" and s.value is not None for s in own)
        if function.klass >= 0 or not is_guard or self._project.calls.callers(Def(module, module.name, row)):
            return False
        given = [p.annotation for p in function.parameters if p.annotation is not None]
        is_told_all = len(given) == len(function.parameters)  # what a framework gives has a type
        return is_told_all and any(_role(self._project, module, expr, function.outer) == _REQUEST for expr in given)

    def _passes_on(self, row: int) -> bool:
        """It takes a request and gives a response, hands the request on to what is called next, or keeps open sockets:
        transport is what it is about."""
        function, module = self._module.outline.functions[row], self._module
        given = [p.annotation for p in function.parameters if p.annotation is not None]
        taken = [expr for expr in given if _role(self._project, module, expr, function.outer) == _REQUEST]
        if any(_SOCKET in names_in(module.body, expr) or last_name(module.body, expr) == _SOCKET for expr in taken):
            return True
        names = {p.name for p in function.parameters}
        if any(
            isinstance(call.callee, Name) and call.callee.id in names and not names.isdisjoint(_given(module, call))
            for call in module.own_calls(row)
        ):
            return True
        returns = function.returns
        return bool(taken) and returns is not None and _role(self._project, module, returns, function.outer) == _RESPONSE

    def _makes_service(self, row: int) -> bool:
        """A function or class method that gives a service of its module for a request: what puts the program together calls
        it."""
        module, function = self._module, self._module.outline.functions[row]
        given = [s.value for s in module.body.statements if s.kind == "return" and s.context == function.context]
        made = {last_name(module.body, _callee(module, value)) for value in given if isinstance(value, CallRef)}
        own = function.parameters[0].name if function.klass >= 0 and function.parameters else ""
        classes = {
            index
            for index, klass in enumerate(module.outline.classes)
            if klass.qualname in made or (index == function.klass and made == {own})
        }
        methods = [
            f for f in module.outline.functions if f.klass in classes and f is not function and not f.name.startswith("_")
        ]
        is_free = function.klass < 0 or made == {own}
        return is_free and len(given) == len(made) == len(classes) == 1 and bool(methods)

    def _is_injected(self, definition: Def, steps: int) -> bool:
        """The framework runs it for its handlers, or all that call it."""
        if definition in self._injected:
            return True
        callers = {site.caller for site in self._project.calls.callers(definition)} if steps else set()
        return bool(callers) and all(c is not None and self._is_injected(c, steps - 1) for c in callers)

    @property
    def _confidence(self) -> Confidence:
        return Confidence.HIGH if self._project.layers.configured else Confidence.MEDIUM

    def _only_raises(self, definition: Def) -> bool:
        """A function outside of the core that comes to nothing but an error of transport."""
        module, function = definition.module, definition.function
        if self._project.layers.layer_of(module) in _CORE:
            return False
        if any(s.kind == "return" and s.context == function.context for s in module.body.statements):
            return False
        raised = (s for s in module.body.statements if s.kind == "raise" and s.context == function.context)
        if any(
            s.value is not None and _role(self._project, module, _callee(module, s.value), s.context) == _ERROR for s in raised
        ):
            return True
        sites = (site for site in self._project.calls.of(definition) if site.call.context == function.context)
        return any(site.operation is not None and site.operation.register == _ERROR for site in sites)

    def _is_own(self, statement: Statement, callee: Expr) -> bool:
        types = self._project.types.all(self._module, callee, statement.context)
        return any(type_.is_class and type_.name in self._project.symbols.classes for type_ in types)


def _given(module: Module, call: Call) -> set[str]:
    """The names in what a call is given."""
    return {name for argument in call.arguments for name in names_in(module.body, argument.value)}


def _callee(module: Module, expr: Expr) -> Expr:
    while isinstance(expr, CallRef | Await):
        expr = module.body.calls[expr.index].callee if isinstance(expr, CallRef) else expr.value
    return expr


def _role(project: Project, module: Module, expr: Expr, context: int) -> str:
    """What the class that an expression names is for, or that of its bases."""
    found = (project.types.role(type_) for type_ in project.types.all(module, expr, context) if type_.is_class)
    return next((role for role in found if role), "")
