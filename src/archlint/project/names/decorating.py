"""Which functions a function of the project is put on as a decorator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef
from archlint.project.model import Def
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.facts.syntax import Expr
    from archlint.project.program import Project


def decorated_by(project: Project, decorator: Def) -> Iterator[tuple[Def, Expr]]:
    """The functions of production code that a decorator stands on, and how it stands there: `@kept`, `@kept(60)`."""
    inference = project.types.inference
    for module in project.modules.production:
        for row, function in enumerate(module.outline.functions):
            for used in function.decorators:
                made = module.body.calls[used.index].callee if isinstance(used, CallRef) else used
                if last_name(module.body, made) == decorator.function.name and any(
                    isinstance(entity, FunctionRef) and entity.definition == decorator
                    for entity in inference.entities(module, made, function.outer)
                ):
                    yield Def(module, module.name, row), used
