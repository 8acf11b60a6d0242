"""What a framework runs for a function before it: the dependencies in its parameters, and theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, Call, CallRef, Expr, Name
from archlint.project.model import Def, Type
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import leaves_of, parts_of
from archlint.project.types.entities import FunctionRef
from archlint.project.types.named_dependencies import NAMED

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_INJECTS = frozenset({"dependency", NAMED})
_DEPTH = 4
_ALIASES = 3


class Written(Struct, frozen=True):
    """An expression with the place in which it stands."""

    module: Module
    expr: Expr
    context: int


class Injected:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)

    def of(self, definition: Def, depth: int = _DEPTH) -> Iterator[Written]:
        """The annotations that name an alias, and what is injected: into the function, and into what is injected."""
        outer = definition.function.outer
        for parameter in definition.function.parameters:
            for expr in (parameter.default, parameter.annotation):
                if expr is None:
                    continue
                annotated = parameter.annotation if expr is parameter.default else None
                for found in self.within(Written(definition.module, expr, outer), annotated=annotated):
                    yield found
                    for inner in self._functions(found) if depth > 0 else ():
                        yield from self.of(inner, depth - 1)
        for _, given in self._project.named_dependencies.of(definition):
            named = Written(given.module, given.expr, given.context)
            yield named
            for inner in self._functions(named) if depth > 0 else ():
                yield from self.of(inner, depth - 1)

    def functions(self, definition: Def) -> Iterator[Def]:
        """What is run for the function before it."""
        for written in self.of(definition):
            yield from self._functions(written)

    def within(self, written: Written, depth: int = _ALIASES, *, annotated: Expr | None = None) -> Iterator[Written]:
        """What an expression injects: `Depends(f)` gives `f`, through names (`CurrentUser = Annotated[User, Depends(f)]`), and
        `Depends()` the type that its parameter is annotated with (`annotated`)."""
        module = written.module
        for part in parts_of(module.body, written.expr):
            if isinstance(part, CallRef):
                site = self._project.calls.in_module(module)[part.index]
                if site.operation is not None and site.operation.register in _INJECTS:
                    given = site.call.arguments[0].value if site.call.arguments else annotated
                    if given is not None:
                        yield Written(module, given, site.call.context)
            elif isinstance(part, Name | Attribute) and depth > 0:
                for origin in self._origins.of(module, part, written.context):
                    if isinstance(origin, Origin):
                        below = list(self.within(Written(origin.module, origin.expr, origin.context), depth - 1))
                        if below:
                            yield Written(module, part, written.context)
                        yield from below

    def _functions(self, written: Written) -> Iterator[Def]:
        for entity in self._project.types.inference.entities(written.module, written.expr, written.context):
            if isinstance(entity, FunctionRef):
                yield entity.definition
            elif isinstance(entity, Type) and entity.is_class:  # made with what its `__init__` asks for
                made = self._project.types.inference.members.find(entity, "__init__") or ()
                yield from (each.definition for each in made if isinstance(each, FunctionRef))


def handed(call: Call) -> Iterator[Expr]:
    """The functions and classes that a call is given, itself or in a list."""
    for argument in call.arguments:
        for leaf in leaves_of(argument.value):
            if isinstance(leaf, Name | Attribute | CallRef):
                yield leaf
