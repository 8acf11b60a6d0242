"""Functions that change something for a GraphQL request: methods and functions that resolve a field of a mutation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr
from archlint.project.model import Def, Type
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_MUTATION = "mutation"
METHODS = frozenset({"mutate", "mutate_and_get_payload"})
"""By which a class answers a mutation."""


def mutations(project: Project) -> dict[str, list[Def]]:
    """Name of a type, of a module where functions stand alone → what resolves its fields."""
    found: dict[str, list[Def]] = defaultdict(list)
    for definition, owner in _found(project):
        found[owner].append(definition)
    return dict(found)


def _found(project: Project) -> Iterator[tuple[Def, str]]:
    for module in project.modules.production:
        for row, function in enumerate(module.outline.functions):
            if not function.decorators and function.name not in METHODS:
                continue
            definition = Def(module, module.name, row)
            owner = module.outline.classes[function.klass].qualname if function.klass >= 0 else ""
            if function.name in METHODS and owner and project.types.role(Type(f"{module.name}.{owner}")) == "graphql-type":
                yield definition, module.name  # a class for each
            elif any(_resolves(project, definition, decorator, owner) for decorator in function.decorators):
                yield definition, f"{module.name}.{owner}" if owner else module.name


def _resolves(project: Project, definition: Def, decorator: Expr, owner: str) -> bool:
    """`@strawberry.mutation`, `@strawberry.field` of a class `Mutation`, `@mutation.field("pay")`."""
    module, inference = definition.module, project.types.inference
    operations = (inference.operation(each) for each in inference.returns.decorator_entities(definition, decorator))
    if not any(operation is not None and operation.register == "resolver" for operation in operations):
        return False
    callee = module.body.calls[decorator.index].callee if isinstance(decorator, CallRef) else decorator
    names = [last_name(module.body, callee), owner]
    names += [last_name(module.body, callee.base)] if isinstance(callee, Attribute) else []
    return any(_MUTATION in words_of(name) for name in names)
