"""Columns that hold a list or a mapping, and get what they held with something more or less in it: `order.meta["paid"] = True`,
`meta = dict(order.meta)`, `meta["paid"] = True`, `order.meta = meta`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Call,
    CallRef,
    Collection,
    Expr,
    Mapping,
    Name,
    Operation,
    Starred,
    Statement,
    String,
    Subscript,
)
from archlint.project.model import Def
from archlint.project.parts import parts_of
from archlint.project.spelling import spell
from archlint.project.transactions.computed_updates import made_before

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DOCUMENT = re.compile(r"JSON|ARRAY|HSTORE|\[\]", re.IGNORECASE)
_CHANGES = frozenset({"append", "extend", "insert", "update", "setdefault", "add", "remove", "discard", "pop", "appendleft"})
_STORED = "db-model"


class DocumentColumns:
    """Questions about one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def changes(self, module: Module) -> Iterator[tuple[Def, Statement | Call, Attribute]]:
        """The places that change such a column of a row, or give it what it was changed to, with the column."""
        if not self._names:
            return
        for change, target in sorted((*self._in_place(module), *self._given(module)), key=lambda each: each[0].at):
            function = module.body.contexts[change.context].function
            if function >= 0 and self._is_document(module, target, change.context):
                yield Def(module, module.name, function), change, target

    def _in_place(self, module: Module) -> Iterator[tuple[Statement | Call, Attribute]]:
        """`order.meta["paid"] = True`, `order.lines.append(line)`; where the mapper does not look into what it holds, only if
        it is told: `flag_modified(order, "meta")`."""
        for statement in (*module.statements["assign"], *module.statements["augment"]):
            if isinstance(statement.target, Subscript):
                column = _base(statement.target)
                if isinstance(column, Attribute) and column.attr in self._names and self._is_seen(module, statement, column):
                    yield statement, column
        for call in module.body.calls:
            if isinstance(call.callee, Attribute) and call.callee.attr in _CHANGES:
                column = _base(call.callee.base)
                if isinstance(column, Attribute) and column.attr in self._names and self._is_seen(module, call, column):
                    yield call, column

    def _given(self, module: Module) -> Iterator[tuple[Statement, Attribute]]:
        """`order.meta = {**order.meta, "paid": True}`, `order.meta = meta`, of a copy that was changed."""
        body = module.body
        for statement in module.statements["assign"]:
            column = statement.target
            if not isinstance(column, Attribute) or column.attr not in self._names or not isinstance(column.base, Name):
                continue
            own, parts = spell(body, column), list(parts_of(body, statement.value))
            names = (part for part in parts if isinstance(part, Name))
            if any(_holds_more(module, part, own) for part in parts) or any(
                _is_changed_copy(module, name, own, statement) for name in names
            ):
                yield statement, column

    def _is_seen(self, module: Module, change: Statement | Call, column: Attribute) -> bool:
        if not isinstance(column.base, Name):
            return False
        ancestors = [
            each
            for type_ in self._project.types.all(module, column.base, change.context)
            for each in self._project.types.inference.members.ancestors(type_)
        ]
        if any(info.autocommit for each in ancestors for _, info in self._project.knowledge.infos(each.name)):
            return True
        function, row = module.body.contexts[change.context].function, column.base.id
        behind = [s.value for s in module.own_statements(function) if s.kind == "expression" and s.at > change.at]
        for call in (module.body.calls[value.index] for value in behind if isinstance(value, CallRef)):
            told = [a.value for a in call.arguments]
            is_row = any(isinstance(each, Name) and each.id == row for each in told)
            if is_row and any(isinstance(each, String) and each.value == column.attr for each in told):
                return True
        return False

    @cached_property
    def _names(self) -> frozenset[str]:
        """What such columns are called, of any class."""
        models = self._project.schemas.models
        columns = (c for made in (*models.changes(), *models.changes(documents=True)) for c in made.parts.columns)
        return frozenset(column.name for column in columns if _DOCUMENT.search(column.type))

    def _is_document(self, module: Module, column: Attribute, context: int) -> bool:
        types = self._project.types
        for owner in types.all(module, column.base, context):
            if owner.is_class or types.role(owner) != _STORED:
                continue
            table = self._project.schemas.models.of_class(owner.name)
            for each in table.parts.columns if table is not None else ():
                if each.name == column.attr and _DOCUMENT.search(each.type):
                    return True
        return False


def _holds_more(module: Module, part: Expr, own: str) -> bool:
    """`{**order.meta, "paid": True}`, `[*order.lines, line]`, `order.lines + [line]`"""
    body = module.body
    match part:
        case Mapping():
            spread = [value for key, value in zip(part.keys, part.values, strict=True) if key is None]
            return len(part.keys) > 1 and any(_is_of(module, each, own) for each in spread)
        case Collection():
            spread = [each.value for each in part.items if isinstance(each, Starred)]
            return len(part.items) > 1 and any(_is_of(module, each, own) for each in spread)
        case Operation(op="+" | "|"):
            others = [each for each in part.operands if isinstance(each, Mapping | Collection)]
            return bool(others) and any(spell(body, inner) == own for inner in parts_of(body, part))
        case _:
            return False


def _is_of(module: Module, expr: Expr, own: str) -> bool:
    return any(spell(module.body, part) == own for part in parts_of(module.body, expr))


def _is_changed_copy(module: Module, name: Name, own: str, given: Statement) -> bool:
    """The name was given what the column held, and something was put into it, or taken out, since."""
    made = made_before(module, name, given.at)
    if made is None or made.value is None or not _is_of(module, made.value, own):
        return False
    function = module.body.contexts[given.context].function
    parts = [s.target for s in module.own_statements(function) if made.at < s.at < given.at and isinstance(s.target, Subscript)]
    called = [c.callee for c in module.own_calls(function) if made.at < c.at < given.at]
    changed = [*parts, *(each.base for each in called if isinstance(each, Attribute) and each.attr in _CHANGES)]
    return any(isinstance(found := _base(each), Name) and found.id == name.id for each in changed)


def _base(expr: Expr | None) -> Expr | None:
    while isinstance(expr, Subscript):
        expr = expr.base
    return expr
