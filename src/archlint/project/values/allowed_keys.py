"""Keys of a mapping of which a schema lists what they may hold, where whoever gives something else has been refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Mapping, Name, Operation, String
from archlint.facts.syntax import Collection as Display
from archlint.project.parts import parts_of
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.secrets.flows import Place
    from archlint.project.source.modules import Module

_ITSELF = frozenset({"self", "cls"})
_VALIDATE = "validate"


def is_allowed(project: Project, base: Expr, key: str, at: Place, listing: Collection[str]) -> bool:
    """`if not Validator({"unit": {"allowed": ["day", "week"]}}).validate(data): raise …` before `data["unit"]` is read;
    for `self.data` in what `__init__` calls. `listing`: the keys under which a schema lists values."""
    module = at.module
    for function in _refusing(module, base, at.context):
        for validator, context in _validators(module, function, spell(module.body, base)):
            if function == module.body.contexts[at.context].function and validator.at > base.at:
                continue
            if any(_lists(schema, key, listing) for schema in _schemas(project, module, validator, context)):
                return True
    return False


def _refusing(module: Module, base: Expr, context: int) -> Iterator[int]:
    """The functions that have run before `base` is read: its own, and for an object's attribute what makes the object."""
    yield module.body.contexts[context].function
    if not isinstance(base, Attribute) or not isinstance(base.base, Name) or base.base.id not in _ITSELF:
        return
    klass = module.body.contexts[context].klass
    methods = {f.name: row for row, f in enumerate(module.outline.functions) if klass >= 0 and f.klass == klass}
    made = methods.get("__init__")
    if made is None:
        return
    yield made
    for call in module.body.calls:
        callee = call.callee
        own = type(callee) is Attribute and type(callee.base) is Name and callee.base.id in _ITSELF
        if own and isinstance(callee, Attribute) and callee.attr in methods and _is_straight(module, call.context, made):
            yield methods[callee.attr]


def _is_straight(module: Module, context: int, function: int) -> bool:
    """Does a place lie in a function itself, in no branch of it?"""
    return module.body.contexts[context].function == function and context == module.outline.functions[function].context


def _validators(module: Module, function: int, text: str) -> Iterator[tuple[Expr, int]]:
    """What `validate` is asked of about what is spelled so, where an error follows the refusal; and the place."""
    body = module.body
    for statement in module.own_statements(function):
        place = body.contexts[statement.context]
        test = place.subject
        if statement.kind != "raise" or place.kind != "if":
            continue
        asked = test.operands[0] if isinstance(test, Operation) and test.op == "not" else None
        if not isinstance(asked, CallRef) or not _is_straight(module, place.parent, function):
            continue
        call = body.calls[asked.index]
        given = [argument.value for argument in call.arguments]
        if isinstance(call.callee, Attribute) and call.callee.attr == _VALIDATE and given and spell(body, given[0]) == text:
            yield call.callee.base, call.context


def _schemas(project: Project, module: Module, validator: Expr, context: int) -> Iterator[tuple[Module, Mapping]]:
    """The mappings that a validator is made with."""
    made = [(module, validator, context)]
    if not isinstance(validator, CallRef):
        sources = project.values.sources.of(module, validator, context)
        made = [(s.module, s.expr, s.context) for s in sources if s.expr is not None]
    for where, expr, place in made:
        for argument in where.body.calls[expr.index].arguments if isinstance(expr, CallRef) else ():
            if isinstance(argument.value, Mapping):
                yield where, argument.value
            for source in project.values.sources.of(where, argument.value, place):
                if isinstance(source.expr, Mapping):
                    yield source.module, source.expr


def _lists(schema: tuple[Module, Mapping], key: str, listing: Collection[str]) -> bool:
    module, mapping = schema
    for part in parts_of(module.body, mapping):
        for name, told in zip(part.keys, part.values, strict=True) if isinstance(part, Mapping) else ():
            if isinstance(name, String) and name.value == key and isinstance(told, Mapping):
                rules = zip(told.keys, told.values, strict=True)
                if any(isinstance(k, String) and k.value in listing and isinstance(v, Display) for k, v in rules):
                    return True
    return False
