"""Functions whose results the process keeps, and how many of them: what `lru_cache` and its kin are given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.knowledge import Limit
from archlint.facts.syntax import CallRef, Expr, Name
from archlint.project.model import Def, argument_of
from archlint.project.names.filled import is_empty
from archlint.project.names.origins import Origin, Origins
from archlint.project.values.values import UNKNOWN

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_UNBOUNDED = "none"


class Memo(Struct, frozen=True):
    """`size`: the most results that are kept, empty where nobody can say; `is_bounded`: there is such a number."""

    definition: Def
    site: Site
    is_bounded: bool
    size: str = ""


def memos(project: Project) -> Iterator[Memo]:
    """Those of production code, those of functions within functions left out: such a memory goes with the call."""
    returns = project.types.inference.returns
    for module in project.modules.production:
        contexts = module.body.contexts
        for row, function in enumerate(module.outline.functions):
            if not function.decorators or contexts[function.outer].function >= 0:
                continue
            definition = Def(module, module.name, row)
            if any(operation.kept is not None for operation in returns.decorations(definition)):
                yield from _of(project, definition)


def _of(project: Project, definition: Def) -> Iterator[Memo]:
    inference = project.types.inference
    for decorator in definition.function.decorators:
        for entity in inference.returns.decorator_entities(definition, decorator):
            operation = inference.operation(entity)
            if operation is not None and operation.kept is not None:
                yield _memo(project, definition, decorator, operation.kept)
                return


def _memo(project: Project, definition: Def, decorator: Expr, kept: Limit) -> Memo:
    module = definition.module
    site = Site(module.path, decorator.at, decorator.end)
    if isinstance(decorator, CallRef):
        call = module.body.calls[decorator.index]
        for notation in kept.given:
            given = argument_of(call, notation)
            if given is None:
                continue
            if _is_empty(project, module, given, call.context):
                return Memo(definition, site, False)
            value = project.values.constant(module, given, call.context)
            is_bounded = value is UNKNOWN or value not in kept.unbounded
            return Memo(definition, site, is_bounded, str(value) if isinstance(value, int) else "")
        if any(argument.name in ("*", "**") for argument in call.arguments):
            return Memo(definition, site, True)
    size = kept.default
    return Memo(definition, site, size != _UNBOUNDED, str(int(size)) if isinstance(size, float) else "")


def _is_empty(project: Project, module: Module, expr: Expr, context: int) -> bool:
    """A plain mapping, which holds as much as it is given."""
    if is_empty(module, expr):
        return True
    found = Origins(project).of(module, expr, context) if isinstance(expr, Name) else []
    return len(found) == 1 and isinstance(found[0], Origin) and is_empty(found[0].module, found[0].expr)
