"""Lists of a request that the class which describes it says to be short: `tags = ListField(max_length=10)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Comparison, Expr, Function, Name, String, Subscript
from archlint.project.model import Type
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_MOST = frozenset({"max_length", "max_items"})
_CHECKS = "validate_"
_TAKING = frozenset({"pop", "get"})


def is_declared_short(project: Project, module: Module, expr: Expr, context: int, most: int) -> bool:
    """`body.tags` of a class, or `data.pop("tags")` in a method of one, which bounds the field by `most` or less."""
    if isinstance(expr, Attribute):
        found = project.types.all(module, expr.base, context)
        return any(not t.is_class and _is_short(project, t, expr.attr, most) for t in found)
    name, row = _taken(module, expr), module.body.contexts[context].klass
    if not name or row < 0:
        return False
    return _is_short(project, Type(f"{module.name}.{module.outline.classes[row].qualname}"), name, most)


def _taken(module: Module, expr: Expr) -> str:
    """The name under which something is taken out of what was sent."""
    key: Expr | None = None
    if isinstance(expr, Subscript) and len(expr.index) == 1:
        key = expr.index[0]
    elif isinstance(expr, CallRef) and last_name(module.body, expr) in _TAKING:
        arguments = module.body.calls[expr.index].arguments
        key = arguments[0].value if arguments else None
    return key.value if isinstance(key, String) else ""


def _is_short(project: Project, type_: Type, name: str, most: int) -> bool:
    ancestors = project.types.inference.members.ancestors(type_)
    classes = (project.symbols.classes.get(ancestor.name) for ancestor in ancestors)
    return any(
        _bounds(project, klass, name, most) or _refuses(project, klass, name, most) for klass in classes if klass is not None
    )


def _bounds(project: Project, klass: ClassDef, name: str, most: int) -> bool:
    body = klass.module.body
    for said in _said(klass, name):
        for given in parts_of(body, said):
            call = body.calls[given.index] if isinstance(given, CallRef) else None
            for argument in call.arguments if call is not None else ():
                number = project.values.constant(klass.module, argument.value, klass.klass.context)
                if argument.name in _MOST and type(number) is int and 0 <= number <= most:
                    return True
    return False


def _said(klass: ClassDef, name: str) -> Iterator[Expr | None]:
    """What a field is given and annotated with."""
    for statement in klass.module.own_statements(-1):
        is_own = statement.context == klass.klass.context
        if is_own and isinstance(statement.target, Name) and statement.target.id == name:
            yield from (statement.value, statement.annotation)


def _refuses(project: Project, klass: ClassDef, name: str, most: int) -> bool:
    """`@field_validator("tags") def few(cls, value): if len(value) > 10: raise …`, `def validate_tags(self, value)`"""
    module, body = klass.module, klass.module.body
    for row, function in enumerate(module.outline.functions):
        if function.klass != klass.index or not _is_about(body, function, name):
            continue
        raised = {s.context for s in module.own_statements(row) if s.kind == "raise"}
        tests = [body.contexts[c].subject for c in raised if body.contexts[c].kind == "if"]
        for part in (part for test in tests for part in parts_of(body, test)):
            if not isinstance(part, Comparison) or part.ops[0] not in (">", ">="):
                continue
            number = project.values.constant(module, part.operands[1], function.context)
            is_length = isinstance(part.operands[0], CallRef) and last_name(body, part.operands[0]) == "len"
            if is_length and type(number) is int and 0 <= number <= most:
                return True
    return False


def _is_about(body: Body, function: Function, name: str) -> bool:
    if function.name == f"{_CHECKS}{name}":
        return True
    calls = (body.calls[d.index] for d in function.decorators if isinstance(d, CallRef))
    return any(isinstance(a.value, String) and a.value.value == name for call in calls for a in call.arguments)
