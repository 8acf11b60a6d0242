"""States of rows that code tests and then sets, so that the test would refuse them: `if order.status != OPEN: raise …`, then
`order.status = PAID`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import (
    Attribute,
    CallRef,
    Collection,
    Comparison,
    Constant,
    Expr,
    Name,
    Operation,
    Statement,
    String,
)
from archlint.project.control.sequence import chain
from archlint.project.model import Def
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.computed_updates import made_before

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_LEAVING = frozenset({"raise", "return", "continue"})
_CLOCKS = frozenset({"now", "utcnow", "today", "time", "timezone_now", "utc_now", "localtime"})
_READ_OF_MEMBERS = frozenset({"value", "name"})
_OWN = frozenset({"self", "cls"})
_REFRESHES = ("refresh", "arefresh")
_NEGATED = {"==": "!=", "in": "not in", "is": "is not"}


class TestedChange(Struct, frozen=True):
    """`statement` sets `target`, in `definition`; `test`: what is asked before it, in the branch `row`, which then would be
    answered otherwise; `leaves`: how that branch leaves the function, empty where the statement stands in it."""

    definition: Def
    statement: Statement
    target: Attribute
    test: Expr
    row: int
    leaves: str


class TestedStates:
    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, module: Module) -> Iterator[TestedChange]:
        """Those of a module, by place."""
        tested: _Tests | None = None
        for statement in module.statements["assign"]:
            target, function = statement.target, module.body.contexts[statement.context].function
            if not isinstance(target, Attribute) or not isinstance(target.base, Name) or target.base.id in _OWN:
                continue
            if function < 0 or not _is_fixed(module, statement.value):
                continue
            tested = tested or _Tests(module)
            found = self._test(module, tested, statement, target, function)
            if found is not None:
                yield TestedChange(Def(module, module.name, function), statement, target, *found)

    def _test(
        self, module: Module, tested: _Tests, statement: Statement, target: Attribute, function: int
    ) -> tuple[Expr, int, str] | None:
        contexts, around = module.body.contexts, chain(module, statement.context)
        read = _read_again(module, target, statement, function)
        for row in tested.of(function, target.attr):
            place = contexts[row]
            if not read < place.at < statement.at or place.subject is None:
                continue
            is_around = row in around
            if not is_around and not (place.kind == "if" and place.parent in around and tested.leaves(row)):
                continue
            judged = _After(self._project, module, spell(module.body, target), statement, row).holds(place.subject)
            passes = is_around == (place.kind == "if")
            if judged is not None and judged != passes:
                return place.subject, row, "" if is_around else tested.leaves(row)
        return None


def _read_again(module: Module, target: Attribute, statement: Statement, function: int) -> int:
    """Where the row is read for the last time before it is changed: what was tested before that is no longer what counts."""
    body, row = module.body, spell(module.body, target.base)
    bound = [s.at for s in module.own_statements(function) if isinstance(s.target, Name) and s.target.id == row]
    read = [
        call.at
        for call in module.own_calls(function)
        if last_name(body, call.callee).startswith(_REFRESHES)
        and row in {spell(body, part) for part in parts_of(body, call.callee)} | {spell(body, a.value) for a in call.arguments}
    ]
    return max((at for at in (*bound, *read) if at < statement.at), default=-1)


class _Tests:
    """The branches of a module by the attributes that they ask for, themselves or by a name for one."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._rows: dict[tuple[int, str], list[int]] = {}
        body = module.body
        named: dict[tuple[int, str], set[str]] = {}
        for s in module.statements["assign"]:
            attribute = _without_value(s.value)
            if isinstance(s.target, Name) and isinstance(attribute, Attribute):
                named.setdefault((body.contexts[s.context].function, s.target.id), set()).add(attribute.attr)
        for row, place in enumerate(body.contexts):
            if place.kind not in ("if", "else") or place.subject is None or place.function < 0:
                continue
            asked = set[str]()
            for part in parts_of(body, place.subject):
                if isinstance(part, Attribute):
                    asked.add(part.attr)
                elif isinstance(part, Name):
                    asked |= named.get((place.function, part.id), set())
            for name in asked:
                self._rows.setdefault((place.function, name), []).append(row)

    def of(self, function: int, name: str) -> list[int]:
        return self._rows.get((function, name), [])

    def leaves(self, row: int) -> str:
        own = self._module.own_statements(self._module.body.contexts[row].function)
        return next((s.kind for s in own if s.context == row and s.kind in _LEAVING), "")


class _After:
    """What a test says behind the statement that sets the state."""

    def __init__(self, project: Project, module: Module, own: str, statement: Statement, row: int) -> None:
        self._project, self._module, self._own = project, module, own
        self._value = statement.value
        self._row = row

    def holds(self, test: Expr) -> bool | None:
        """None where it cannot be told."""
        match test:
            case Operation(op="not"):
                inner = self.holds(test.operands[0])
                return None if inner is None else not inner
            case Operation(op="and"):
                told = [self.holds(each) for each in test.operands]
                return False if False in told else None if None in told else True
            case Operation(op="or"):
                told = [self.holds(each) for each in test.operands]
                return True if True in told else None if None in told else False
            case Comparison() if len(test.ops) == 1:
                return self._compared(test)
            case _:
                return self._is_true() if self._is_own(test) else None

    def _compared(self, test: Comparison) -> bool | None:
        op, (left, right) = test.ops[0], test.operands
        if not self._is_own(left):
            return None
        for positive, negative in _NEGATED.items():
            if op == negative:
                told = self._asked(positive, right)
                return None if told is None else not told
        return self._asked(op, right)

    def _asked(self, op: str, right: Expr) -> bool | None:
        if op in ("==", "is"):
            return self._same(right)
        if op == "in":
            told = [self._same(each) for each in self._items(right)]
            return None if not told or (None in told and True not in told) else True in told
        return None

    def _items(self, right: Expr) -> tuple[Expr, ...]:
        if isinstance(right, Collection):
            return right.items
        for source in self._project.values.sources.of(self._module, right, self._module.body.contexts[self._row].parent):
            expr = source.expr
            if isinstance(expr, CallRef) and self._module is source.module and self._module.body.calls[expr.index].arguments:
                expr = self._module.body.calls[expr.index].arguments[0].value
            if isinstance(expr, Collection):
                return expr.items
        return ()

    def _same(self, other: Expr) -> bool | None:
        """The new value is this one."""
        if isinstance(other, Constant) and other.value is None:
            return isinstance(self._value, Constant) and self._value.value is None
        one, two = _said(self._value), _said(other)
        if one is None or two is None:
            return None
        return one == two or (one.rpartition("_")[2] == two.rpartition("_")[2] and (one.endswith(two) or two.endswith(one)))

    def _is_true(self) -> bool | None:
        match self._value:
            case Constant() | String():
                return bool(self._value.value)
            case CallRef():
                return True if last_name(self._module.body, self._value) in _CLOCKS else None
            case Attribute() if _said(self._value) is not None:
                return True
            case _:
                return None

    def _is_own(self, expr: Expr) -> bool:
        """`order.status`, `order.status.value`, or a name for it."""
        body, found = self._module.body, _without_value(expr)
        if isinstance(found, Name):
            made = made_before(self._module, found, body.contexts[self._row].at)
            found = _without_value(made.value) if made is not None else None
        return isinstance(found, Attribute) and spell(body, found) == self._own


def _without_value(expr: Expr | None) -> Expr | None:
    while isinstance(expr, Attribute) and expr.attr == "value":
        expr = expr.base
    return expr


def _is_fixed(module: Module, value: Expr | None) -> bool:
    """What the code says, or the time."""
    is_clock = isinstance(value, CallRef) and last_name(module.body, value) in _CLOCKS
    return is_clock or isinstance(value, Name) or _said(value) is not None


def _said(value: Expr | None) -> str | None:
    """What a fixed value is called: `paid`, of `"paid"`, `Status.PAID` and `Status.PAID.value`."""
    while isinstance(value, Attribute) and value.attr in _READ_OF_MEMBERS:
        value = value.base
    if isinstance(value, String):
        return value.value.lower()
    if isinstance(value, Constant):
        return repr(value.value).lower()
    if isinstance(value, Attribute):
        is_member = value.attr.isupper() or (isinstance(value.base, Name) and value.base.id[:1].isupper())
        return value.attr.lower() if is_member else None
    return value.id.lower() if isinstance(value, Name) and value.id.isupper() else None
