"""States of rows that code tests and then sets, so that the test would refuse them: `if order.status != OPEN: raise …`, then
`order.status = PAID`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import (
    Attribute,
    Await,
    Body,
    CallRef,
    Collection,
    Comparison,
    Constant,
    Expr,
    Name,
    Operation,
    String,
    Subscript,
)
from archlint.project.control.sequence import chain
from archlint.project.model import Def
from archlint.project.parts import item_read, names_in, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.asked_states import AskedStates
from archlint.project.transactions.computed_updates import made_before
from archlint.project.transactions.state_writes import StateWrite, StateWrites
from archlint.project.transactions.written_names import ROW_KEYS
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_LEAVING = frozenset({"raise", "return", "continue"})
_CLOCKS = frozenset({"now", "utcnow", "today", "time", "timezone_now", "utc_now", "localtime"})
_READ_OF_MEMBERS = frozenset({"value", "name"})
_KEY = "_id"
_REFRESHES = ("refresh", "arefresh")
_NEGATED = {"==": "!=", "in": "not in", "is": "is not"}


class TestedChange(Struct, frozen=True):
    """`write` sets a state, in `definition`; `test`: what is asked before it, in the branch `branch` (-1: by a call), which
    then would be answered otherwise; `leaves`: how that branch leaves the function, empty where the write stands in it."""

    definition: Def
    write: StateWrite
    test: Expr
    branch: int
    leaves: str


class TestedStates:
    """`checks`: first words of functions that refuse what is not allowed."""

    def __init__(self, project: Project, checks: frozenset[str]) -> None:
        self._project = project
        self._checks = checks
        self._writes = StateWrites(project)
        self._asked = AskedStates(project)

    def of(self, module: Module) -> Iterator[TestedChange]:
        """Those of a module, by place."""
        tested: _Tests | None = None
        for write in self._writes.of(module):
            tested = tested or _Tests(module)
            found = self._test(module, tested, write) or self._call(module, write) or self._query(module, write)
            if found is not None:
                yield TestedChange(Def(module, module.name, write.function), write, *found)

    def is_taken(self, change: TestedChange) -> bool:
        """Only one of two requests comes on: the function has a write that asks for what it sets, or leaves where one that it
        calls before the test, and that has such a write, gives nothing."""
        return self._writes.is_taken(change.definition) or self._is_let_on(change)

    def _is_let_on(self, change: TestedChange) -> bool:
        """`token = take_token(code)`, and then `if token is None: raise …`"""
        module, function = change.definition.module, change.definition.index
        contexts, around = module.body.contexts, {*chain(module, change.write.context)}
        asked = [
            frozenset(names_in(module.body, place.subject))
            for row, place in enumerate(contexts)
            if place.function == function and place.kind == "if" and place.parent in around and place.at < change.test.at
            if row != change.branch and any(s.context == row and s.kind in _LEAVING for s in module.own_statements(function))
        ]
        for s in module.own_statements(function) if asked else ():
            value = s.value.value if isinstance(s.value, Await) else s.value
            if s.at >= change.test.at or not isinstance(s.target, Name) or not isinstance(value, CallRef):
                continue
            site = self._project.calls.in_module(module)[value.index]
            takers = [each.definition for each in site.targets if each.definition is not None]
            if any(s.target.id in names for names in asked) and any(map(self._writes.is_taken, takers)):
                return True
        return False

    def _test(self, module: Module, tested: _Tests, write: StateWrite) -> tuple[Expr, int, str] | None:
        contexts, around = module.body.contexts, chain(module, write.context)
        rows = tested.of(write.function, write.column)
        read = _read_again(module, write) if rows else 0
        for row in rows:
            place = contexts[row]
            if not read < place.at < write.at or place.subject is None:
                continue
            is_around = row in around
            if not is_around and not (place.kind == "if" and place.parent in around and tested.leaves(row)):
                continue
            judged = _After(self._project, module, write, row).holds(place.subject)
            passes = is_around == (place.kind == "if")
            if judged is not None and judged != passes:
                return place.subject, row, "" if is_around else tested.leaves(row)
        return None

    def _call(self, module: Module, write: StateWrite) -> tuple[Expr, int, str] | None:
        """`validate_transition(order.status, PAID)`, on its own, before it."""
        body, around = module.body, chain(module, write.context)
        for s in module.own_statements(write.function):
            value = s.value.value if isinstance(s.value, Await) else s.value
            if s.kind != "expression" or s.at > write.at or s.context not in around or not isinstance(value, CallRef):
                continue
            call = body.calls[value.index]
            if self._checks.isdisjoint(words_of(last_name(body, call.callee))[:1]):
                continue
            given = [_without_value(argument.value) for argument in call.arguments]
            asks = any(
                is_column_of(module, each, write, s.at) or _is_named(each, write.row) for each in given if each is not None
            )
            if asks and any(each is not None and _is_same_name(module, each, write.value) for each in given):
                return (value, -1, "raise") if _read_again(module, write) < s.at else None
        return None

    def _query(self, module: Module, write: StateWrite) -> tuple[Expr, int, str] | None:
        """`filter(pk=pk, status=OPEN).first()`, which finds the row only in the state before."""
        for asked in self._asked.of(module, write, _read_again(module, write)):
            if _After(self._project, module, write, write.context).is_so(asked.op, asked.value) is False:
                return asked.query, asked.branch, asked.leaves
        return None


def _is_named(expr: Expr, name: Name) -> bool:
    return isinstance(expr, Name) and expr.id == name.id


def _is_same_name(module: Module, one: Expr, other: Expr) -> bool:
    """Both are what was asked for, `data.status`, or a name for it."""
    return _spelt(module, one) == _spelt(module, other)


def _spelt(module: Module, expr: Expr) -> str:
    found = _without_value(expr)
    made = made_before(module, found, found.at) if isinstance(found, Name) else None
    behind = _without_value(made.value) if made is not None else None
    return spell(module.body, behind if isinstance(behind, Attribute) else found or expr)


def is_column_of(module: Module, expr: Expr | None, write: StateWrite, before: int) -> bool:
    """`order.status`, `order.status.value`, `order["status"]`, `order.get("status")`, or a name for it."""
    found = _without_value(expr)
    if isinstance(found, Name) and found.id != write.row.id:
        made = made_before(module, found, before)
        found = _without_value(made.value) if made is not None else None
    match found:
        case Attribute(base=Name()):
            return found.attr == write.column and _is_named(found.base, write.row)
        case Subscript() | CallRef():
            base, key = item_read(module.body, found) or (None, None)
            return isinstance(key, String) and key.value == write.column and base is not None and _is_named(base, write.row)
        case _:
            return False


def _read_again(module: Module, write: StateWrite) -> int:
    """Where the row is read for the last time before it is changed: what was tested before that is no longer what counts."""
    body, row = module.body, write.row.id
    bound = [s.at for s in module.own_statements(write.function) if isinstance(s.target, Name) and s.target.id == row]
    read = [
        call.at
        for call in module.own_calls(write.function)
        if last_name(body, call.callee).startswith(_REFRESHES)
        and row in {spell(body, part) for part in parts_of(body, call.callee)} | {spell(body, a.value) for a in call.arguments}
    ]
    return max((at for at in (*bound, *read) if at < write.at), default=-1)


class _Tests:
    """The branches of a module by the attributes that they ask for, themselves or by a name for one."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._rows: dict[tuple[int, str], list[int]] = {}
        body = module.body
        named: dict[tuple[int, str], set[str]] = {}
        for s in module.statements["assign"]:
            if isinstance(s.target, Name) and isinstance(s.value, Attribute | Subscript | CallRef):
                names = (each.attr if isinstance(each, Attribute) else each.value for each in _columns(body, s.value))
                named.setdefault((body.contexts[s.context].function, s.target.id), set()).update(names)
        for row, place in enumerate(body.contexts):
            if place.kind not in ("if", "else") or place.subject is None or place.function < 0:
                continue
            asked = set[str]()
            for part in parts_of(body, place.subject):
                match part:
                    case Attribute():
                        asked.add(part.attr)
                    case String():
                        asked.add(part.value)
                    case Name():
                        asked |= named.get((place.function, part.id), set())
                    case _:
                        pass
            for name in asked:
                self._rows.setdefault((place.function, name), []).append(row)

    def of(self, function: int, name: str) -> list[int]:
        return self._rows.get((function, name), [])

    def leaves(self, row: int) -> str:
        own = self._module.own_statements(self._module.body.contexts[row].function)
        return next((s.kind for s in own if s.context == row and s.kind in _LEAVING), "")


def _columns(body: Body, value: Expr) -> Iterator[Attribute | String]:
    return (part for part in parts_of(body, value) if isinstance(part, Attribute | String))


class _After:
    """What a test says behind the write that sets the state."""

    def __init__(self, project: Project, module: Module, write: StateWrite, row: int) -> None:
        self._project, self._module, self._write = project, module, write
        self._value = write.value
        self._row = row
        self._at = module.body.contexts[row].at

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
            is_new = op in ("in", "not in") and _is_same_name(self._module, left, self._value)
            return op == "not in" if is_new and self._is_looked_up(right) else None
        for positive, negative in _NEGATED.items():
            if op == negative:
                told = self.is_so(positive, right)
                return None if told is None else not told
        return self.is_so(op, right)

    def _is_looked_up(self, expr: Expr) -> bool:
        """`ALLOWED[order.status]`, or a name for it: what may follow the state."""
        made = made_before(self._module, expr, self._at) if isinstance(expr, Name) else None
        found = made.value if made is not None else expr
        if not isinstance(found, Subscript | CallRef):
            return False
        return any(self._is_own(part) for part in parts_of(self._module.body, found))

    def is_so(self, op: str, right: Expr) -> bool | None:
        """The new value is equal to another one, or among others."""
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
            is_none = isinstance(self._value, Constant) and self._value.value is None
            return is_none or (None if self._is_true() is None and _said(self._value) is None else False)
        one, two = _said(self._value), _said(other)
        if one is None or two is None:
            return None
        return one == two or (one.rpartition("_")[2] == two.rpartition("_")[2] and (one.endswith(two) or two.endswith(one)))

    def _is_true(self) -> bool | None:
        value = self._value
        if isinstance(value, Constant | String):
            return bool(value.value)
        if isinstance(value, CallRef):
            return True if last_name(self._module.body, value) in _CLOCKS else None
        if isinstance(value, Attribute):
            is_key = value.attr in ROW_KEYS or value.attr.endswith(_KEY)
            return True if is_key or _said(value) is not None else None
        return None

    def _is_own(self, expr: Expr) -> bool:
        return is_column_of(self._module, expr, self._write, self._at)


def _without_value(expr: Expr | None) -> Expr | None:
    while isinstance(expr, Attribute) and expr.attr == "value":
        expr = expr.base
    return expr


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
