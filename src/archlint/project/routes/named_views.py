"""Functions that answer requests by a name that something else leads a path to: which path that is, is not said here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Expr
from archlint.project.model import Def, argument_of
from archlint.project.routes.endpoints import VERBS, Endpoint
from archlint.project.routes.route_records import FIELD, Handler, Route
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_VIEW, _RESOURCE = "named-view", "named-resource"
_KIND = "named-views"
_COLLECTION = "collection_"


def named_views(project: Project) -> dict[Def, tuple[Endpoint, ...]]:
    """Function → the view that it is, by place."""
    found = {*_decorated(project), *_handed_over(project)}
    return {each: (_endpoint(each),) for each in sorted(found, key=lambda each: each.site) if each.module.is_production}


def _endpoint(definition: Def) -> Endpoint:
    route = Route((definition.function.name,), ("VIEW",), Handler(definition), definition.site, FIELD, None, definition.module)
    return Endpoint(route, ("VIEW",), definition)


def _decorated(project: Project) -> Iterator[Def]:
    """`@view_config(…) def edit(request)`, and the methods of `@resource(…) class Orders` that are called as verbs are."""
    for module in project.modules.production:
        if _KIND not in project.layers.kinds(module):
            continue
        resources = {
            row
            for row, klass in enumerate(module.outline.classes)
            if any(_registers(project, module, decorator, klass.outer, _RESOURCE) for decorator in klass.decorators)
        }
        for row, function in enumerate(module.outline.functions):
            is_verb = function.klass in resources and function.name.removeprefix(_COLLECTION).upper() in VERBS
            if is_verb or any(_registers(project, module, each, function.outer, _VIEW) for each in function.decorators):
                yield Def(module, module.name, row)


def _registers(project: Project, module: Module, decorator: Expr, context: int, word: str) -> bool:
    inference = project.types.inference
    callee = module.body.calls[decorator.index].callee if isinstance(decorator, CallRef) else decorator
    operations = (inference.operation(each) for each in inference.entities(module, callee, context))
    return any(operation is not None and operation.register == word for operation in operations)


def _handed_over(project: Project) -> Iterator[Def]:
    """`config.add_view(edit, route_name="edit")`"""
    for site in project.calls.registered(_VIEW):
        given = argument_of(site.call, "0:view")
        for entity in project.types.inference.entities(site.module, given, site.call.context) if given is not None else ():
            if isinstance(entity, FunctionRef):
                yield entity.definition
