"""What updates of documents do to which field: `{"$push": {"comments": comment}}`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Call, Expr, Mapping, Name, String, Subscript
from archlint.project.model import Def

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_OPERATOR = "$"


class Change(Struct, frozen=True):
    """`operator` is applied to `field`, with `value`, in `call`, which stands in `caller`."""

    module: Module
    call: Call
    caller: Def | None
    operator: str
    field: str
    value: Expr


class UpdateDocuments:
    def __init__(self, project: Project, methods: tuple[str, ...]) -> None:
        """`methods`: last names of calls that update documents."""
        self._project = project
        self._methods = methods

    def all(self) -> Iterator[Change]:
        """In production code, as far as documents are written out in the call, or in the one value of a name."""
        for method in self._methods:
            for module, call in self._project.calls.written(method):
                for argument in call.arguments:
                    yield from self._of(module, call, self._source(module, argument.value, call))

    def filled(self) -> Iterator[Change]:
        """Of documents that are handed over whole, each field that the function has put in before: `order["paid"] = True`, and
        then `{"$set": order}`."""
        for method in self._methods:
            for module, call in self._project.calls.written(method):
                row = module.body.contexts[call.context].function
                for argument in call.arguments if row >= 0 else ():
                    for operator, held in _entries(self._source(module, argument.value, call)):
                        if operator.startswith(_OPERATOR) and isinstance(held, Name):
                            for field, value in _put_in(module, held, call):
                                yield Change(module, call, Def(module, module.name, row), operator, field, value)

    def _of(self, module: Module, call: Call, update: Expr) -> Iterator[Change]:
        for operator, fields in _entries(update):
            if operator.startswith(_OPERATOR):
                for field, value in _entries(fields):
                    row = module.body.contexts[call.context].function
                    yield Change(module, call, Def(module, module.name, row) if row >= 0 else None, operator, field, value)

    def _source(self, module: Module, expr: Expr, call: Call) -> Expr:
        if not isinstance(expr, Name):
            return expr
        found = [source for source in self._project.values.sources.of(module, expr, call.context) if source.module is module]
        return found[0].expr if len(found) == 1 and found[0].expr is not None else expr


def _entries(expr: Expr) -> Iterator[tuple[str, Expr]]:
    if isinstance(expr, Mapping):
        for key, value in zip(expr.keys, expr.values, strict=True):
            if isinstance(key, String):
                yield key.value, value


def _put_in(module: Module, held: Name, call: Call) -> Iterator[tuple[str, Expr]]:
    for statement in module.own_statements(module.body.contexts[call.context].function):
        target, value = statement.target, statement.value
        if statement.kind != "assign" or statement.at >= call.at or value is None or not isinstance(target, Subscript):
            continue
        key = target.index[0] if len(target.index) == 1 else None
        if isinstance(target.base, Name) and target.base.id == held.id and isinstance(key, String):
            yield key.value, value
