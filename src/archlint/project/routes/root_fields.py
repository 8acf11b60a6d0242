"""What a GraphQL request begins with: each field of a query or a mutation, with the function that answers it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Call, CallRef, Expr, Name, String
from archlint.project.model import Def, Type, argument_of
from archlint.project.routes.endpoints import Endpoint
from archlint.project.routes.mutations import METHODS
from archlint.project.routes.route_records import FIELD, Handler, Route
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_TYPE, _ROOT, _RESOLVER, _SCHEMA = "graphql-type", "graphql-root", "resolver", "graphql-schema"
_PREFIX = "resolve_"
_OPERATIONS = {"query": "QUERY", "queries": "QUERY", "mutation": "MUTATION", "mutations": "MUTATION"} | dict.fromkeys(
    ("subscription", "subscriptions"), ""
)
_KIND = "graphql"


def root_fields(project: Project) -> dict[Def, tuple[Endpoint, ...]]:
    """Function → the fields that it answers, by place; those of the objects that are answered are none."""
    found: dict[Def, list[Endpoint]] = defaultdict(list)
    if not any(_KIND in project.layers.kinds(module) for module in project.modules.production):
        return {}
    roots = roots_of_schemas(project)
    for definition, operation, name in (*_of_functions(project, roots), *_of_calls(project, roots)):
        route = Route((name,), (operation,), Handler(definition), definition.site, FIELD, None, definition.module)
        found[definition].append(Endpoint(route, (operation,), definition))
    return {each: tuple(dict.fromkeys(found[each])) for each in sorted(found, key=lambda each: each.site)}


def roots_of_schemas(project: Project) -> frozenset[str]:
    """What the schemas are made of, and the classes over it."""
    found: set[str] = set()
    members = project.types.inference.members
    for site in project.calls.registered(_SCHEMA):
        for argument in site.call.arguments:
            for named in project.types.all(site.module, argument.value, site.call.context):
                found.update(ancestor.name for ancestor in members.ancestors(named))
    return frozenset(found)


def _of_functions(project: Project, roots: frozenset[str]) -> Iterator[tuple[Def, str, str]]:
    """(function, operation, name of the field) of decorated functions and of methods that are known by their names."""
    for module in project.modules.production:
        for row, function in enumerate(module.outline.functions):
            is_named = function.klass >= 0 and (function.name in METHODS or function.name.startswith(_PREFIX))
            if not function.decorators and not is_named:
                continue
            definition = Def(module, module.name, row)
            owner = f"{module.name}.{module.outline.classes[function.klass].qualname}" if function.klass >= 0 else ""
            if is_named and project.types.role(Type(owner)) == _TYPE:
                if function.name in METHODS:
                    yield definition, "MUTATION", _field(owner)
                elif operation := _operation(owner, roots):
                    yield definition, operation, function.name.removeprefix(_PREFIX)
                continue
            for decorator in function.decorators:
                if _is_resolver(project, definition, decorator) and (
                    operation := _operation(owner, roots) if owner else _operation_of_type(project, definition, decorator)
                ):
                    yield definition, operation, _named(module.body.calls, decorator) or function.name


def _of_calls(project: Project, roots: frozenset[str]) -> Iterator[tuple[Def, str, str]]:
    """`orders: list[Order] = strawberry.field(resolver=listed)` in the body of a root type."""
    for site in project.calls.registered(_RESOLVER):
        given = argument_of(site.call, ":resolver")
        body = site.module.body
        if given is None or not site.module.is_production or body.contexts[site.call.context].kind != "class":
            continue
        around = [k for k in site.module.outline.classes if k.at <= site.call.at < k.end]
        owner = f"{site.module.name}.{max(around, key=lambda k: k.at).qualname}" if around else ""
        operation = _operation(owner, roots)
        entities = project.types.inference.entities(site.module, given, site.call.context) if operation else ()
        for entity in entities:
            if isinstance(entity, FunctionRef):
                named = (s.target for s in body.statements if s.context == site.call.context and s.at <= site.call.at < s.end)
                name = next((target.id for target in named if isinstance(target, Name)), entity.definition.function.name)
                yield entity.definition, operation, name


def _is_resolver(project: Project, definition: Def, decorator: Expr) -> bool:
    inference = project.types.inference
    operations = (inference.operation(each) for each in inference.returns.decorator_entities(definition, decorator))
    return any(operation is not None and operation.register == _RESOLVER for operation in operations)


def _operation(owner: str, roots: frozenset[str]) -> str:
    """Of a type's name, by its last word; a root that is called otherwise is asked."""
    name = owner.rpartition(".")[2]
    last = words_of(name)[-1:]
    return _OPERATIONS.get(last[0], "QUERY" if owner in roots else "") if last else ""


def _operation_of_type(project: Project, definition: Def, decorator: Expr) -> str:
    """`@query.field("orders")`, where `query` stands for the fields that a request begins with."""
    module = definition.module
    callee = module.body.calls[decorator.index].callee if isinstance(decorator, CallRef) else decorator
    if not isinstance(callee, Attribute) or not isinstance(callee.base, Name):
        return ""
    roles = {project.types.role(each) for each in project.types.all(module, callee.base, definition.function.outer)}
    if _ROOT not in roles:
        return ""
    last = words_of(last_name(module.body, callee.base))[-1:]
    return _OPERATIONS.get(last[0], "QUERY") if last else ""


def _named(calls: Sequence[Call], decorator: Expr) -> str:
    """The field that a decorator names itself: `@query.field("orders")`, `@strawberry.field(name="orders")`."""
    call = calls[decorator.index] if isinstance(decorator, CallRef) else None
    given = argument_of(call, "0:name") if call is not None else None
    return given.value if isinstance(given, String) else ""


def _field(owner: str) -> str:
    """`closeOrder` of a class `CloseOrder`, `CloseOrderMutation`."""
    name = owner.rpartition(".")[2].removesuffix("Mutation") or owner.rpartition(".")[2]
    return name[:1].lower() + name[1:]
