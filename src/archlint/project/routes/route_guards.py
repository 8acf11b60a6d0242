"""What stands around a route's handler: the functions that answer, and the names of what asks who comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Expr, Name, Operation, Subscript
from archlint.project.model import Def, Type
from archlint.project.names.symbols import ClassDef
from archlint.project.routes.route_records import Handler
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_VERBS = frozenset(
    {"get", "head", "list", "retrieve", "dispatch", "dispatch_request", "handle", "check", "__call__", "options"}
)
_ACCESS = re.compile(r"permission|decorators|auth")


def answering_functions(project: Project, handler: Handler) -> list[Def]:
    """The functions that answer: the handler itself, or a class's methods for the verbs that ask."""
    target = handler.target
    if isinstance(target, Def):
        return [target]
    found: list[Def] = []
    for ancestor in project.types.inference.members.ancestors(Type(target.name)):
        klass = project.symbols.classes.get(ancestor.name)
        if klass is not None:
            outline = klass.module.outline
            found += [
                Def(klass.module, klass.module.name, row)
                for row, function in enumerate(outline.functions)
                if function.klass == klass.index and function.name in _VERBS and function.outer == klass.klass.context
            ]
    return found


def guards_of(project: Project, handler: Handler) -> Iterator[str]:
    """The last names of decorators, wrappers, injected dependencies, permission classes and bases around a handler."""
    yield from handler.wrappers
    target = handler.target
    if isinstance(target, Def):
        function = target.function
        module, decorators = target.module, function.decorators
        for parameter in function.parameters:  # injected: a dependency that finds out who comes
            for expr in (parameter.default, parameter.annotation):
                if expr is not None:
                    yield from _names(module, expr)
        if function.klass >= 0:
            yield from _class_guards(ClassDef(module, "", function.klass))
    else:
        module, decorators = target.module, target.klass.decorators
        yield from _class_guards(target)
    for decorator in decorators:
        yield from _names(module, decorator)
    for definition in answering_functions(project, handler):
        if definition != target:
            for decorator in definition.function.decorators:
                yield from _names(definition.module, decorator)


def _class_guards(klass: ClassDef) -> Iterator[str]:
    """What the class's own attributes and bases name: permission classes, mixins that ask for a login."""
    for statement in klass.module.body.statements:
        target, value = statement.target, statement.value
        if statement.context != klass.klass.context or value is None or not isinstance(target, Name):
            continue
        if _ACCESS.search(target.id):
            yield from _names(klass.module, value)
    for base in klass.klass.bases:
        yield from _names(klass.module, base)


def _names(module: Module, expr: Expr, depth: int = 0) -> Iterator[str]:
    """The last names that an expression mentions."""
    if depth > 4:
        return
    match expr:
        case Name():
            yield expr.id
        case Attribute():
            yield expr.attr
        case CallRef():
            call = module.body.calls[expr.index]
            if not last_name(module.body, call.callee).endswith("_classes"):  # which those are, its arguments say
                yield from _names(module, call.callee, depth + 1)
            for argument in call.arguments:
                yield from _names(module, argument.value, depth + 1)
        case Collection():
            for item in expr.items:
                yield from _names(module, item, depth + 1)
        case Operation():  # `IsOpen & IsAdmin`
            for operand in expr.operands:
                yield from _names(module, operand, depth + 1)
        case Subscript():
            for part in expr.index:
                yield from _names(module, part, depth + 1)
        case _:
            return
