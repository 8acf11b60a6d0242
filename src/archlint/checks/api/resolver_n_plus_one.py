"""API010: a resolver of a GraphQL type that queries for each object of an answer."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.control.conditions import Conditions, Path
from archlint.project.effects.given_answers import may_be_given
from archlint.project.effects.memoised import fills_cache, is_memoised
from archlint.project.model import Def, Type
from archlint.project.routes.root_fields import roots_of_schemas
from archlint.project.types.listed_types import ListedTypes

_ASKS = "db.read"
_FAR = 4
_NOT_LISTED = "; nothing here says that there are many"


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`resolvers`: beginnings of the names of methods that resolve a field; `roots`: names of the types that a request begins
    with; `lists`: parts of the names of what is a list of a type; `ahead`: keywords of decorators that say what is loaded with
    the objects; `memo`: words in the names of decorators that keep results."""

    resolvers: tuple[str, ...]
    roots: tuple[str, ...]
    lists: tuple[str, ...]
    ahead: tuple[str, ...]
    memo: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each resolver of an object's field that comes to a query, a proof for each that does not."""
    conditions, listed = Conditions(project), ListedTypes(project, params.lists)
    for definition, owner in _Resolvers(project, params).of_objects():
        if is_memoised(project, definition, params.memo) or _is_loaded_ahead(definition, params.ahead):
            yield Proof(definition.site, "what it gives is kept, or loaded with the objects")
            continue
        path = conditions.within(definition, _ASKS)
        asked = _answers_with_query(project, definition) if path is None else None
        if path is not None and not path.kept:
            doubt = _doubt(project, definition, path, params) or ("" if listed.holds(owner) else _NOT_LISTED)
            yield _hit(definition, owner, path, doubt)
        elif asked is not None:
            doubt = "" if listed.holds(owner) else _NOT_LISTED
            steps = (Step(definition.site, f"runs for each `{_short(owner)}`"), Step(asked, "is asked when it is shown"))
            words = {"resolver": definition.function.qualname, "type": _short(owner), "doubt": doubt}
            yield Hit(definition.site, words, "default", Confidence.LOW if doubt else Confidence.MEDIUM, path=steps)
        elif not project.effects.has(definition, _ASKS):
            yield Proof(definition.site, "asks nothing itself")


def _is_loaded_ahead(definition: Def, ahead: tuple[str, ...]) -> bool:
    """`@hints(prefetch_related="tags")`"""
    calls = [definition.module.body.calls[d.index] for d in definition.function.decorators if isinstance(d, CallRef)]
    return any(argument.name in ahead for call in calls for argument in call.arguments)


def _answers_with_query(project: Project, definition: Def) -> Site | None:
    """What it returns is a query that nothing has asked yet."""
    module = definition.module
    for statement in project.symbols.scopes(module).returns.get(definition.index, []):
        types = project.types.all(module, statement.value, statement.context) if statement.value is not None else ()
        infos = (info for found in types if not found.is_class for _, info in project.knowledge.infos(found.name))
        if statement.value is not None and any(info.lazy is not None for info in infos):
            return Site(module.path, statement.value.at, statement.value.end)
    return None


def _short(owner: str) -> str:
    return owner.rpartition(".")[2]


def _doubt(project: Project, definition: Def, path: Path, params: Params) -> str:
    if any(may_be_given(each) for each in (definition, *path.through)):
        return "; the answer may be handed in"
    if any(is_memoised(project, d, params.memo) or fills_cache(project, d, params.memo) for d in path.through):
        return "; a cache may answer"
    return "; the query is far down" if len(path.through) >= _FAR else ""


def _hit(definition: Def, owner: str, path: Path, doubt: str) -> Hit:
    words = {"resolver": definition.function.qualname, "type": _short(owner), "doubt": doubt}
    if path.through:
        words["callee"] = path.through[0].name
    steps = (Step(definition.site, f"runs for each `{_short(owner)}`"), *path.steps)
    confidence = Confidence.LOW if doubt else min(path.confidence, Confidence.MEDIUM)
    return Hit(definition.site, words, "through" if path.through else "default", confidence, path=steps)


class _Resolvers:
    def __init__(self, project: Project, params: Params) -> None:
        self._project = project
        self._params = params
        self._inference = project.types.inference

    def of_objects(self) -> Iterator[tuple[Def, str]]:
        """(function, the type whose field it resolves), by place; those of what a request begins with are left out."""
        roots = roots_of_schemas(self._project)
        for module in self._project.modules.production:
            for row, function in enumerate(module.outline.functions):
                if not function.decorators and not function.name.startswith(self._params.resolvers):
                    continue
                definition = Def(module, module.name, row)
                owner = self._owner(definition)
                if owner is not None and owner not in roots and owner.rpartition(".")[2] not in self._params.roots:
                    yield definition, owner

    def _owner(self, definition: Def) -> str | None:
        """The type whose field a function resolves; None where it resolves none, or one of a request's beginning."""
        function, module = definition.function, definition.module
        klass = f"{module.name}.{module.outline.classes[function.klass].qualname}" if function.klass >= 0 else ""
        if klass and function.name.startswith(self._params.resolvers):
            return klass if self._project.types.role(Type(klass)) == "graphql-type" else None
        for decorator in function.decorators:
            for entity in self._inference.returns.decorator_entities(definition, decorator):
                operation = self._inference.operation(entity)
                if operation is not None and operation.register == "resolver":
                    return klass or self._named(definition, decorator)
        return None

    def _named(self, definition: Def, decorator: Expr) -> str | None:
        """`order` of `@order.field("lines")`, where `order` stands for the fields of an object."""
        module, context = definition.module, definition.function.outer
        callee = module.body.calls[decorator.index].callee if isinstance(decorator, CallRef) else decorator
        if not isinstance(callee, Attribute) or not isinstance(callee.base, Name):
            return None
        is_type = any(
            self._project.types.role(t) == "graphql-type" for t in self._project.types.all(module, callee.base, context)
        )
        return callee.base.id if is_type else None
