"""Places that set a column of one row to a value: `order.status = PAID`, `filter(pk=order.pk).update(status=PAID)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Constant,
    Expr,
    Name,
    String,
    Subscript,
)
from archlint.project.parts import calls_below, names_in, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.computed_updates import is_of_update, made_before, set_by_name
from archlint.project.transactions.update_documents import Change, UpdateDocuments

if TYPE_CHECKING:
    from archlint.facts.syntax import Call, Statement
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.sql.statements import Sql

_SET = re.compile(r"\bSET\b(.*?)(?:\bWHERE\b(.*))?$", re.IGNORECASE | re.DOTALL)
_WHERE = re.compile(r"\bWHERE\b(.*)$", re.IGNORECASE | re.DOTALL)
_CLOCK = r"NOW\(\)|CURRENT_TIMESTAMP|GETDATE\(\)|UTC_TIMESTAMP|datetime\('now'"
_PLACE = r"%s|%\(\w+\)s|\?|:\w+|\$\d+"
_GIVEN = re.compile(
    rf"([A-Za-z_]\w*)[\"`\]]?\s*=\s*(?:'([^']*)'|(TRUE|FALSE|0|1)\b|({_CLOCK})|(?<=_at = )({_PLACE}))", re.IGNORECASE
)
_NAMED = re.compile(r"([A-Za-z_]\w*)[\"`\]]?\s*=")
_FETCHES = re.compile(r"fetch|first|one|get|execute|query|row|find", re.IGNORECASE)
_UPDATING = ("update_one", "find_one_and_update")
_SETS = "$set"
_OWN = frozenset({"self", "cls"})
_VALUES = (String, Constant, Attribute, Name, Subscript, CallRef)
_STORED = "db-model"
_UPDATE, _STATEMENT = "update", "values"


class StateWrite(Struct, frozen=True):
    """`row`: the name of the row, as it stands at the place; `site`: the call that writes it, where none is set in memory;
    `is_plain`: the row is no object of a class, but a document, or what a cursor gives; `where`: what the text of the statement
    asks for by which the row was found, empty for others."""

    function: int
    at: int
    end: int
    context: int
    row: Name
    column: str
    value: Expr
    site: CallSite | None = None
    is_plain: bool = False
    where: str = ""

    @property
    def shown(self) -> str:
        return f"{self.row.id}.{self.column}"


class StateWrites:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._changes = tuple(UpdateDocuments(project, _UPDATING).all())

    def of(self, module: Module) -> Iterator[StateWrite]:
        """Those of a module: attributes by place, then calls."""
        for s in module.statements["assign"]:
            target, function = s.target, module.body.contexts[s.context].function
            if function < 0 or not isinstance(target, Attribute) or not isinstance(target.base, Name):
                continue
            if target.base.id not in _OWN and isinstance(s.value, _VALUES):
                yield StateWrite(function, s.at, s.end, s.context, target.base, target.attr, s.value)
        for call in self._updates.get(module.path, ()):
            yield from self._by_update(module, call)
        yield from self._plain.get(module.path, ())

    def is_taken(self, definition: Def) -> bool:
        """The function has a write that asks for what it sets, so that only one request wins:
        `UPDATE orders SET status = 'paid' WHERE id = ? AND status = 'new'`."""
        module = definition.module
        for call in module.own_calls(definition.index):
            columns = [column for column, _ in set_by_name(call)] if self._is_update(module, call) else []
            if any(_names(module, each, column) for column in columns for each in calls_below(module.body, call)):
                return True
        return (module.path, definition.index) in self._taken

    @cached_property
    def _updates(self) -> dict[str, list[Call]]:
        """Module → the calls in its functions that update what a query finds."""
        found: dict[str, list[Call]] = {}
        for module, call in (each for name in (_UPDATE, _STATEMENT) for each in self._project.calls.written(name)):
            if self._is_update(module, call) and module.body.contexts[call.context].function >= 0:
                found.setdefault(module.path, []).append(call)
        return {path: sorted(calls, key=_at) for path, calls in found.items()}

    @cached_property
    def _taken(self) -> frozenset[tuple[str, int]]:
        found = set[tuple[str, int]]()
        for sql in self._project.statements.all:
            caller = sql.sink.caller if sql.sink is not None else None
            set_, asked = m.groups() if (m := _SET.search(sql.text)) is not None else ("", None)
            if caller is not None and any(
                re.search(rf"\b{name}\b", asked or "", re.IGNORECASE) for name in _NAMED.findall(set_)
            ):
                found.add((caller.module.path, caller.index))
        for change in self._changes:
            if change.caller is not None and _asks_for_field(change):
                found.add((change.module.path, change.caller.index))
        return frozenset(found)

    @cached_property
    def _plain(self) -> dict[str, list[StateWrite]]:
        """Module → the writes of its documents and by its SQL."""
        found: dict[str, list[StateWrite]] = {}
        for write in (*self._of_documents(), *self._of_sql()):
            found.setdefault(write.site.path if write.site is not None else "", []).append(write)
        return found

    def _of_documents(self) -> Iterator[StateWrite]:
        """`orders.update_one({"_id": order["_id"]}, {"$set": {"status": "paid"}})`, where `order` was found in `orders`."""
        for change in self._changes:
            module, call, callee = change.module, change.call, change.call.callee
            if change.operator != _SETS or change.caller is None or not isinstance(callee, Attribute):
                continue
            if not isinstance(change.value, _VALUES) or _asks_for_field(change):
                continue
            row = self._found_in(module, call, spell(module.body, callee.base))
            if row is not None:
                yield self._by_call(module, call, row, change.field, change.value)

    def _found_in(self, module: Module, call: Call, collection: str) -> Name | None:
        body = module.body
        for s in reversed(module.own_statements(body.contexts[call.context].function)):
            value = s.value.value if isinstance(s.value, Await) else s.value
            if s.at < call.at and s.kind == "assign" and isinstance(s.target, Name) and isinstance(value, CallRef):
                callee = body.calls[value.index].callee
                if isinstance(callee, Attribute) and callee.attr.startswith("find") and spell(body, callee.base) == collection:
                    return Name(call.at, s.target.id)
        return None

    def _of_sql(self) -> Iterator[StateWrite]:
        """`UPDATE orders SET status = 'paid' WHERE id = ?`, behind a `SELECT` from `orders` whose row has a name."""
        by_function: dict[Def, list[Sql]] = {}
        for sql in self._project.statements.all:
            if sql.sink is not None and sql.sink.caller is not None and sql.sink.module.is_production:
                by_function.setdefault(sql.sink.caller, []).append(sql)
        for definition, texts in by_function.items():
            for sql in texts:
                sink = sql.sink
                assert sink is not None  # noqa: S101 - others are left out above
                tables = {table for said in sql.facts.statements if said.verb == "update" for table in said.writes}
                asked = [o for o in texts if o.sink is not None and o.sink.call.at < sink.call.at and _asks(o, tables)]
                row = self._fetched(definition, asked, sink.call) if asked else None
                if row is not None:
                    where = _WHERE.search(max(asked, key=_place).text)
                    for column, value in _set(sql.text, sink.call.at):
                        write = self._by_call(sink.module, sink.call, row, column, value)
                        yield replace(write, where=where[1]) if where is not None else write

    def _fetched(self, definition: Def, asked: list[Sql], call: Call) -> Name | None:
        """The name of the row that one of the statements has given: the first behind it that a call gives."""
        module, body = definition.module, definition.module.body
        begin = max(sql.sink.call.at for sql in asked if sql.sink is not None)
        for s in module.own_statements(definition.index):
            if s.end <= begin or s.at >= call.at or s.kind != "assign" or not isinstance(s.target, Name):
                continue
            last = [part for part in parts_of(body, s.value) if isinstance(part, CallRef)]
            if last and _FETCHES.match(last_name(body, last[0])):
                return Name(call.at, s.target.id)
        return None

    def _by_call(self, module: Module, call: Call, row: Name, column: str, value: Expr) -> StateWrite:
        site = self._project.calls.site(module, call)
        function = module.body.contexts[call.context].function
        return StateWrite(function, call.at, call.end, call.context, row, column, value, site, is_plain=True)

    @staticmethod
    def _is_update(module: Module, call: Call) -> bool:
        name = call.callee.attr if isinstance(call.callee, Attribute) else ""
        return name == _UPDATE or (name == _STATEMENT and is_of_update(module, call))

    def _by_update(self, module: Module, call: Call) -> Iterator[StateWrite]:
        """Of a row that was read before, by the name that stands for it: one of the class, found by the same key."""
        columns = [(column, value) for column, value in set_by_name(call) if isinstance(value, _VALUES)]
        asked = list(calls_below(module.body, call)) if columns else []
        for column, value in columns:
            if any(_names(module, each, column) for each in asked):
                continue
            row = self._row(module, call, asked)
            if row is None:
                return
            site = self._project.calls.site(module, call)
            function = module.body.contexts[call.context].function
            yield StateWrite(function, call.at, call.end, call.context, row, column, value, site)

    def _row(self, module: Module, call: Call, asked: list[Call]) -> Name | None:
        body, function = module.body, module.body.contexts[call.context].function
        given = {name for each in asked for a in each.arguments for name in names_in(body, a.value)}
        classes = {name for name in names_in(body, call.callee) if name[:1].isupper()}
        for s in reversed(module.own_statements(function)):
            if s.at > call.at or s.kind != "assign" or not isinstance(s.target, Name) or s.value is None:
                continue
            same = s.target.id in given or not (given - classes).isdisjoint(_names_behind(module, s))
            types = self._project.types.all(module, Name(call.at, s.target.id), call.context) if same else ()
            rows = (t for t in types if not t.is_class and self._project.types.role(t) == _STORED)
            if any(each.name.rpartition(".")[2] in classes for each in rows):
                return Name(call.at, s.target.id)
        return None


def _place(sql: Sql) -> int:
    return sql.sink.call.at if sql.sink is not None else -1


def _at(call: Call) -> int:
    return call.at


def _names_behind(module: Module, statement: Statement) -> frozenset[str]:
    """The names in what a statement gives, and in what a query was made of that it runs."""
    body, found = module.body, set(names_in(module.body, statement.value))
    for part in list(parts_of(body, statement.value)):
        made = made_before(module, part, statement.at) if isinstance(part, Name) else None
        found.update(names_in(body, made.value) if made is not None else ())
    return frozenset(found)


def _asks_for_field(change: Change) -> bool:
    asked = change.call.arguments[0].value if change.call.arguments else None
    made = made_before(change.module, asked, change.call.at) if isinstance(asked, Name) else None
    parts = parts_of(change.module.body, made.value if made is not None else asked)
    return any(isinstance(part, String) and part.value == change.field for part in parts)


def _names(module: Module, call: Call, column: str) -> bool:
    """It asks for the column: a change in between is seen."""
    body = module.body
    if any((a.name or "").partition("__")[0] == column for a in call.arguments):
        return True
    parts = (part for a in call.arguments for part in parts_of(body, a.value))
    return any(isinstance(part, Attribute) and part.attr == column for part in parts)


def _asks(sql: Sql, tables: set[str]) -> bool:
    return any(said.verb == "select" and not tables.isdisjoint(said.tables) for said in sql.facts.statements)


def _set(text: str, at: int) -> Iterator[tuple[str, Expr]]:
    """Columns that a statement sets to what it says itself, and does not ask for."""
    found = _SET.search(text)
    for given in _GIVEN.finditer(found[1]) if found is not None else ():
        column = given[1].lower()
        if found is not None and not re.search(rf"\b{column}\b", found[2] or "", re.IGNORECASE):
            said = given[2] or given[4] or given[5]  # a point in time that is set: `used_at = %s`
            if said is not None:
                yield column, String(at, 0, said)
            else:
                yield column, Constant(at, 0, given[3].lower() in {"true", "1"})
