"""What an object was made with, where a method of it gives what it holds: `Answer(rows).as_dict()`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Mapping, Name
from archlint.project.names.arguments import arguments_by_parameter, receiver_of
from archlint.project.names.origins import Origin, Origins
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_SELF = "self"
_MADE_BY = "__init__"
_ALL = "__dict__"
_AS_MAPPING = frozenset({"vars", "asdict", "dict"})


def handed_to_holder(project: Project, origins: Origins, site: CallSite) -> Iterator[tuple[Expr, int]]:
    """What the object whose method is called was made with, each with the context of that, as far as the method gives it: in a
    mapping that is written out, as it is, or all of it (`self.__dict__`)."""
    base = receiver_of(site)
    given = {name for target in site.targets if target.definition is not None for name in _given(project, target.definition)}
    for expr in _made(origins, site.module, base, site.call.context) if base is not None and given else ():
        made = project.calls.in_module(site.module)[expr.index]
        for maker in _makers(project, made):
            for name, value in arguments_by_parameter(made.call, maker).items():
                if name in given or _ALL in given:
                    yield value, made.call.context


def _makers(project: Project, made: CallSite) -> Iterator[Def]:
    for found in project.types.all(made.module, made.call.callee, made.call.context):
        maker = project.symbols.functions.get(f"{found.name}.{_MADE_BY}") if found.is_class else None
        if maker is not None:
            yield maker


def _made(origins: Origins, module: Module, base: Expr, context: int) -> Iterator[CallRef]:
    if isinstance(base, CallRef):
        yield base
    elif isinstance(base, Name):
        found = (each for each in origins.of(module, base, context) if isinstance(each, Origin) and each.module is module)
        yield from (each.expr for each in found if isinstance(each.expr, CallRef) and not each.each)


def _given(project: Project, definition: Def) -> Iterator[str]:
    """The attributes of `self` that a method returns."""
    module = definition.module
    for statement in project.symbols.scopes(module).returns.get(definition.index, []) if definition.function.klass >= 0 else ():
        value = statement.value
        for each in value.values if isinstance(value, Mapping) else (value,):
            if isinstance(each, CallRef) and last_name(module.body, each) in _AS_MAPPING:
                arguments = module.body.calls[each.index].arguments
                each = arguments[0].value if len(arguments) == 1 else each  # noqa: PLW2901
                if isinstance(each, Name) and each.id == _SELF:
                    yield _ALL
            if isinstance(each, Attribute) and isinstance(each.base, Name) and each.base.id == _SELF:
                yield each.attr
