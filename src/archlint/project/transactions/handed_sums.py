"""Sums of a row's old number that are handed, by the column's name, to a function of the project that changes rows:
`items.update(pk, {"stock": item.stock - 1})`, `item.update(stock=item.stock - 1)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, Call, CallRef, Expr, Mapping, Name, Operation, String, Subscript
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.transactions.computed_updates import ComputedUpdate, made_before, set_by_name, sums_in
from archlint.project.transactions.memory_changes import is_no_number
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_WRITE, _READ = "db.write", "db.read"
_STORED = "db-model"
_GET = "get"
_DEPTH = 3


class HandedSums:
    """`changing`: first words in the names of functions that change rows which are there."""

    def __init__(self, project: Project, changing: tuple[str, ...]) -> None:
        self._project = project
        self._changing = frozenset(changing)

    def all(self) -> Iterator[ComputedUpdate]:
        """Those of production code, one a call."""
        for point in self._project.effects.points(_WRITE):
            caller, site = point.caller, point.call
            if caller is None or site is None or point.is_direct or not point.module.is_production:
                continue
            if self._changing.isdisjoint(words_of(last_name(point.module.body, site.call.callee))[:1]):
                continue
            found = next(
                (f for column, value in self._given(point) if (f := self._sum(caller, site.call, column, value))), None
            )
            if found is not None:
                yield ComputedUpdate(caller, site, *found, min(site.confidence, Confidence.MEDIUM))

    def _given(self, point: EffectPoint) -> Iterator[tuple[str, Expr]]:
        """Columns with what they are set to: by name, in a mapping, in what is made of named values; and parameters."""
        assert point.call is not None  # noqa: S101 - others are not asked
        module, call = point.module, point.call.call
        yield from set_by_name(call)
        for argument in call.arguments:
            value = argument.value
            made = made_before(module, value, call.at) if isinstance(value, Name) else None
            value = made.value if made is not None and made.value is not None else value
            if isinstance(value, Mapping):
                for key, inner in zip(value.keys, value.values, strict=True):
                    if isinstance(key, String):
                        yield key.value, inner
            elif isinstance(value, CallRef):  # `ItemUpdate(stock=item.stock - 1)`
                yield from ((a.name, a.value) for a in module.body.calls[value.index].arguments if a.name is not None)
        for target in point.point.targets:
            if target.definition is not None:
                yield from arguments_by_parameter(call, target.definition).items()

    def _sum(self, caller: Def, call: Call, column: str, value: Expr) -> tuple[int, int, Expr, str] | None:
        """A sum in which the old number of a stored row stands, that of the very column."""
        module, body = caller.module, caller.module.body
        for added in sums_in(module, value, call.at):
            if any(self._is_text(module, operand, call.at) for operand in added.operands):
                return None
            for operand in added.operands:
                for inner in parts_of(body, operand):
                    owner = _owner(module, inner, column, call.at)
                    if owner is not None and self._is_stored(caller, owner, added.at, call.context):
                        return added.at, added.end, inner, column
        return None

    @staticmethod
    def _is_text(module: Module, operand: Expr, before: int) -> bool:
        made = made_before(module, operand, before) if isinstance(operand, Name) else None
        return is_no_number(module.body, made.value if made is not None else operand)

    def _is_stored(self, caller: Def, owner: Expr, before: int, context: int) -> bool:
        """A row by its type; or what a call has given that asks the database."""
        module = caller.module
        types = self._project.types.all(module, owner, context)
        if types:
            return any(not each.is_class and self._project.types.role(each) == _STORED for each in types) or (
                self._is_read(caller, owner, before)
            )
        return self._is_read(caller, owner, before)

    def _is_read(self, caller: Def, owner: Expr, before: int) -> bool:
        module, body = caller.module, caller.module.body
        made = made_before(module, owner, before) if isinstance(owner, Name) else None
        if made is None:
            return False
        reads = {(p.site.at, p.site.end) for p in self._project.effects.points_of(caller, _READ)}
        calls = (body.calls[p.index] for p in parts_of(body, made.value) if isinstance(p, CallRef))
        return any((call.at, call.end) in reads for call in calls)


def _owner(module: Module, expr: Expr, column: str, before: int, depth: int = _DEPTH) -> Expr | None:
    """`item`, of `item.stock`, `item["stock"]` and `item.get("stock", 0)`, and of a name that was given one of them."""
    body = module.body
    if isinstance(expr, Attribute):
        return expr.base if expr.attr == column else None
    if isinstance(expr, Subscript):
        is_key = len(expr.index) == 1 and isinstance(expr.index[0], String) and expr.index[0].value == column
        return expr.base if is_key else None
    if isinstance(expr, CallRef):
        call = body.calls[expr.index]
        first = call.arguments[0].value if call.arguments else None
        is_get = isinstance(call.callee, Attribute) and call.callee.attr == _GET
        is_key = isinstance(first, String) and first.value == column
        return call.callee.base if is_get and is_key and isinstance(call.callee, Attribute) else None
    if isinstance(expr, Name) and depth:
        made = made_before(module, expr, before)
        for part in parts_of(body, made.value) if made is not None and not isinstance(made.value, Operation) else ():
            found = _owner(module, part, column, before, 0)
            if found is not None:
                return found
    return None
