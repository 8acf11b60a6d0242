"""ARC010: an endpoint that answers with rows of the database as they are."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, NoParams, Project, Proof, Site
from archlint.facts.knowledge import Route
from archlint.facts.syntax import Attribute, Await, CallRef, Constant, Expr, Mapping, Name
from archlint.project.model import CallSite, Def, Type
from archlint.project.parts import parts_of
from archlint.project.routes.endpoints import Endpoint
from archlint.project.source.modules import Module

_MODEL = "db-model"


def check(project: Project, params: NoParams) -> Iterator[Hit | Proof]:  # noqa: ARG001 - the rule has nothing to set
    """A hit for each endpoint whose answer is made of a stored object as it is, a proof for each whose answer has a shape
    of its own."""
    shapes = _Shapes(project)
    for definition, endpoints in project.endpoints.by_definition.items():
        declared = [(endpoint, call) for endpoint in endpoints if (call := shapes.declaration(endpoint)) is not None]
        if declared and definition.module.is_production:
            yield from shapes.judged(definition, *declared[0])


class _Shapes:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._calls: dict[str, dict[Site, CallSite]] = {}

    def declaration(self, endpoint: Endpoint) -> CallSite | None:
        """The call that declares the route, if its framework makes the answer of what is returned."""
        module = endpoint.route.module
        known = self._calls.get(module.path)
        if known is None:
            known = self._calls[module.path] = {site.site: site for site in self._project.calls.in_module(module)}
        call = known.get(endpoint.route.site)
        route = _route(call) if call is not None else None
        return call if route is not None and route.shape is not None else None

    def judged(self, definition: Def, endpoint: Endpoint, call: CallSite) -> Iterator[Hit | Proof]:
        route, function = _route(call), definition.function
        shape = call.argument(route.shape) if route is not None else None
        is_none = isinstance(shape, Constant) and shape.value is None
        module, given, context = call.module, shape, call.call.context
        if shape is None and function.returns is not None:
            module, given, context = definition.module, function.returns, function.outer
        if route is not None and any(call.argument(notation) is not None for notation in route.narrowed):
            yield Proof(definition.site, f"`{endpoint.label}` says which fields it answers with")
        elif given is not None and not is_none:
            model = self._named(module, given, context)
            if model is None:
                yield Proof(definition.site, f"`{endpoint.label}` answers with a shape of its own")
            else:
                yield _hit(endpoint, Site(module.path, given.at, given.end), model, "declared", model.confidence)
        else:
            found = next(self._returned(definition), None)
            if found is not None:
                expr, model, confidence = found
                yield _hit(endpoint, Site(definition.module.path, expr.at, expr.end), model, "returned", confidence)

    def _named(self, module: Module, expr: Expr, context: int) -> Type | None:
        """The stored class that a shape names: `Order`, `list[Order]`, `Order | None`."""
        for part in parts_of(module.body, expr):
            if isinstance(part, Name | Attribute):
                for found in self._project.types.all(module, part, context):
                    if found.is_class and self._is_stored(found):
                        return found
        return None

    def _returned(self, definition: Def) -> Iterator[tuple[Expr, Type, Confidence]]:
        """The returned values that are, or hold as they are, stored objects; doubtful where a name may be something else."""
        module = definition.module
        for statement in self._project.symbols.scopes(module).returns.get(definition.index, []):
            for expr in _held(statement.value) if statement.value is not None else ():
                model = self._model(module, expr, statement.context)
                if model is not None and not self._is_belied(module, expr, statement.context):
                    # What a base of repositories keeps of each class below it may be another one's here.
                    sure = self._is_only(module, expr, statement.context) and model.confidence == Confidence.HIGH
                    yield expr, model, model.confidence if sure else Confidence.LOW

    def _model(self, module: Module, expr: Expr, context: int) -> Type | None:
        for found in self._project.types.all(module, expr, context):
            for each in (found, *found.arguments):
                if not found.is_class and self._is_stored(each):
                    return each
        return None

    def _is_belied(self, module: Module, expr: Expr, context: int) -> bool:
        """It is what a function of the project says that it gives, and all that the function returns is something else; also
        where a name holds it."""
        if isinstance(expr, Name):
            held = [s for s in self._project.values.sources.of(module, expr, context) if s.expr is not None]
            calls = [(s.module, s.expr, s.context) for s in held if isinstance(s.expr, CallRef | Await)]
            return bool(held) and len(calls) == len(held) and all(self._is_belied(*each) for each in calls)
        call = expr.value if isinstance(expr, Await) else expr
        if not isinstance(call, CallRef):
            return False
        targets = self._project.calls.in_module(module)[call.index].targets
        found = [self._gives_others(target.definition) for target in targets if target.definition is not None]
        return bool(found) and all(found)

    def _gives_others(self, definition: Def) -> bool:
        own = self._project.symbols.scopes(definition.module).returns.get(definition.index, [])
        given = [(s.value, s.context) for s in own if s.value is not None]
        types = [self._project.types.all(definition.module, value, context) for value, context in given]
        return bool(types) and all(
            each and self._model(definition.module, value, context) is None
            for each, (value, context) in zip(types, given, strict=True)
        )

    def _is_only(self, module: Module, expr: Expr, context: int) -> bool:
        """All that a name is set to is such an object."""
        sources = self._project.values.sources.of(module, expr, context) if isinstance(expr, Name) else ()
        return all(
            source.expr is None or self._model(source.module, source.expr, source.context) is not None for source in sources
        )

    def _is_stored(self, type_: Type) -> bool:
        """A class of the project that has a table, or a collection of its own."""
        if type_.name not in self._project.symbols.classes or self._project.types.role(type_) != _MODEL:
            return False
        members, knowledge = self._project.types.inference.members, self._project.knowledge
        wanted = {info.stored_if for a in members.ancestors(type_) for _, info in knowledge.infos(a.name)} - {""}
        if not wanted:
            return True
        klass = members.class_of(type_)
        return klass is not None and any(
            keyword.name in wanted and isinstance(keyword.value, Constant) and keyword.value.value is True
            for keyword in klass.klass.keywords
        )


def _hit(endpoint: Endpoint, site: Site, model: Type, message: str, confidence: Confidence) -> Hit:
    return Hit(site, {"endpoint": endpoint.label, "model": model.name.rpartition(".")[2]}, message, confidence)


def _route(call: CallSite) -> Route | None:
    return call.operation.route if call.operation is not None else None


def _held(expr: Expr) -> Iterator[Expr]:
    yield expr
    if isinstance(expr, Mapping):
        yield from expr.values
