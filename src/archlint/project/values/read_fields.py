"""Fields that a function reads by their keys of something it was handed, and what becomes of each of them alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Collection,
    Comparison,
    Expr,
    Name,
    Operation,
    Statement,
    String,
    Subscript,
)
from archlint.project.names.handed_values import HandedValues
from archlint.project.parts import item_read, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project

_READING = frozenset({"get", "pop"})
_SAME_OF = frozenset({"loads", "json_loads", "dict"})
_SAME = frozenset({"decode", "copy", "to_dict"})
"""Calls that give what they are made of, or called on, in another form."""
_WITHIN = frozenset({"in", "not in"})
_DEPTH = 6
_Span = tuple[int, int]


class ReadFields:
    """Of one function. `names`: under which it is handed the whole; `is_source`: an expression is the whole."""

    def __init__(self, project: Project, definition: Def, names: set[str], is_source: Callable[[Expr], bool]) -> None:
        self._project = project
        self._definition = definition
        self._body = definition.module.body
        self._is_source = is_source
        self._given = frozenset(names)
        self._wholes = set(names)
        function = definition.function
        self._statements = [each for each in self._body.statements if function.at <= each.at < function.end]
        self._name_wholes()

    @cached_property
    def by_key(self) -> dict[str, tuple[Subscript | CallRef, ...]]:
        """Key → the places that read it, in the order of the code: `body["name"]`, `body.get("name")`."""
        found: dict[str, dict[_Span, Subscript | CallRef]] = {}
        for statement in self._statements:
            for part in parts_of(self._body, statement.value):
                if isinstance(part, Subscript | CallRef) and (key := self._key(part)):
                    found.setdefault(key, {})[part.at, part.end] = part
        return {key: tuple(reads.values()) for key, reads in found.items()}

    @cached_property
    def asked_for(self) -> frozenset[str]:
        """Keys of which it is asked whether they are there: `"name" in body`, `if key not in body` for each of a list; all of
        them where the list is not written out here."""
        said = frozenset(key.value for key in self._asked if isinstance(key, String))
        if not any(isinstance(key, Name) for key in self._asked):
            return said
        parts = (part for each in self._statements for part in parts_of(self._body, each.value))
        listed = {i.value for part in parts if isinstance(part, Collection) for i in part.items if isinstance(i, String)}
        return said | (listed or self.by_key.keys())

    @cached_property
    def _asked(self) -> tuple[Expr, ...]:
        """`key` of `key in body` and of `body.get(key)`."""
        return tuple(key for each in self._statements for part in parts_of(self._body, each.value) for key in self._asks(part))

    def _asks(self, part: Expr) -> Iterator[Expr]:
        if isinstance(part, Comparison) and part.ops[0] in _WITHIN and self.is_whole(part.operands[1]):
            yield part.operands[0]
        elif isinstance(part, CallRef):
            call = self._body.calls[part.index]
            is_got = isinstance(call.callee, Attribute) and call.callee.attr in _READING and bool(call.arguments)
            if is_got and isinstance(call.callee, Attribute) and self.is_whole(call.callee.base):
                yield from (each.value for each in call.arguments[:1] if isinstance(each.value, Name))

    def whole(self) -> HandedValues:
        """Where all of it goes, its fields left out."""
        spans = {(read.at, read.end) for reads in self.by_key.values() for read in reads}

        def is_field(expr: Expr) -> bool:
            return isinstance(expr, Subscript | CallRef) and (expr.at, expr.end) in spans

        return HandedValues(self._project, self._definition, set(self._given), self._is_source, is_field)

    def field(self, key: str) -> HandedValues:
        """Where one field goes."""
        spans = {(read.at, read.end) for read in self.by_key[key]}

        def is_read(expr: Expr) -> bool:
            return isinstance(expr, Subscript | CallRef) and (expr.at, expr.end) in spans

        return HandedValues(self._project, self._definition, set(), is_read)

    def _name_wholes(self) -> None:
        """`data = request.get_json() or {}`, `address = data["address"]`, `for line in data["lines"]`."""
        for each in sorted(self._statements, key=_at):
            if each.kind in ("assign", "annotate", "for") and isinstance(each.target, Name) and self.is_whole(each.value):
                self._wholes.add(each.target.id)

    def is_whole(self, expr: Expr | None, depth: int = 0) -> bool:
        """The expression is what was handed, or a field of it, in whatever form."""
        if expr is None or depth > _DEPTH:
            return False
        if isinstance(expr, Name):
            return expr.id in self._wholes
        if self._is_source(expr):
            return True
        if isinstance(expr, Subscript | CallRef) and self._key(expr, depth):
            return True
        return any(self.is_whole(each, depth + 1) for each in self._forms(expr))

    def _forms(self, expr: Expr) -> Iterator[Expr]:
        """What the expression is made of, if it is the same in another form."""
        match expr:
            case Await():
                yield expr.value
            case Operation(op="or"):
                yield expr.operands[0]
            case CallRef():
                call = self._body.calls[expr.index]
                name = last_name(self._body, call.callee)
                if self._is_source(call.callee):
                    yield call.callee
                elif name in _SAME_OF and call.arguments:
                    yield call.arguments[0].value
                elif name in _SAME and isinstance(call.callee, Attribute):
                    yield call.callee.base
            case _:
                return

    def _key(self, expr: Subscript | CallRef, depth: int = 0) -> str:
        """`name` of `body["name"]`."""
        read = item_read(self._body, expr, _READING)
        if read is None:
            return ""
        base, key = read
        return key.value if isinstance(key, String) and self.is_whole(base, depth + 1) else ""


def _at(statement: Statement) -> int:
    return statement.at
