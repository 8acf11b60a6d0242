"""Types of which an interface answers with lists: by annotations (`list[Order]`) and by calls (`List(Order)`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Expr, Lambda, Name, String, Subscript
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


class ListedTypes:
    """`lists`: parts of the names of what is a list."""

    def __init__(self, project: Project, lists: tuple[str, ...]) -> None:
        self._project = project
        self._lists = lists

    def holds(self, name: str) -> bool:
        """`name`: of a class of the project, dotted."""
        return name in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(name for module in self._project.modules.production for name in self._in(module))

    def _in(self, module: Module) -> Iterator[str]:
        outline, body = module.outline, module.body
        told = [(function.returns, function.outer) for function in outline.functions]
        told += [(s.annotation, s.context) for s in body.statements if s.kind == "annotate"]
        for expr, context in told:
            for part in parts_of(body, expr):
                if isinstance(part, Subscript) and self._is_list(last_name(body, part.base)):
                    yield from self._named(module, part.index, context)
        for call in body.calls:
            if self._is_list(last_name(body, call.callee)):
                given = [argument.value for argument in call.arguments if argument.name is None]
                yield from self._named(module, given, call.context)

    def _is_list(self, name: str) -> bool:
        return any(word in name.lower() for word in self._lists)

    def _named(self, module: Module, exprs: Iterable[Expr], context: int) -> Iterator[str]:
        symbols = self._project.symbols
        for expr in exprs:
            for part in parts_of(module.body, expr):
                if isinstance(part, Name | Attribute):
                    yield from (found.name for found in self._project.types.all(module, part, context) if found.is_class)
                elif isinstance(part, String):  # a name that is defined later, or a path
                    named = (*symbols.resolve_in(module, part.value), *symbols.resolve(part.value))
                    yield from (found.name for found in named if found.kind == "class")
                elif isinstance(part, Lambda):
                    returns = symbols.scopes(module).returns.get(part.function, [])
                    for statement in returns:
                        yield from self._named(
                            module, [statement.value] if statement.value is not None else [], statement.context
                        )
