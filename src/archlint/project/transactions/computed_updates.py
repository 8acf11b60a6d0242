"""SQL, or an update of a document, that sets a column to what code has worked out from its old value: `SET stock = ?`, with
`row["stock"] - 1`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Confidence
from archlint.facts.syntax import (
    Attribute,
    Call,
    CallRef,
    Collection,
    Conditional,
    Expr,
    Mapping,
    Name,
    Operation,
    Statement,
    String,
    Subscript,
)
from archlint.project.control.sequence import chain, context_at
from archlint.project.model import Def
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.parts import calls_below, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.update_documents import Change, UpdateDocuments

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.sql.statements import Sql

_PLACE = r"(?:%s|%\(\w+\)s|\?|:\w+|\$\d+)(?!\s*[-+*])"
_SET = re.compile(r"\bSET\b(.*?)(?:\bWHERE\b(.*))?$", re.IGNORECASE | re.DOTALL)
_BEFORE = re.compile(r"([A-Za-z_]\w*)[\"`\]]?\s*=\s*$")
_GIVEN = re.compile(rf"([A-Za-z_]\w*)[\"`\]]?\s*=\s*{_PLACE}")
ADDING = frozenset({"+", "-", "*"})
_MOST_CALLERS = 10
_UPDATING = ("update_one", "find_one_and_update", "update_many", "update")
_UPDATE, _VALUES = "update", "values"
_SETS, _READS, _WRITES = "$set", "db.read", "db.write"
_GIVING = frozenset({"assign", "annotate"})
_KEYS = frozenset({"_id", "id", "pk"})
_NUMBERS = frozenset({"int", "float", "Decimal", "round"})
_COLUMN = "F"
"""Of a column in an expression that the database works out."""
_WRAPS = 3
"""`float(x.n or 0)`, from the name back to the column."""


class ComputedUpdate(Struct, frozen=True):
    """`site`: the call, in `definition`, that executes the statement or hands it the value; `at`, `end`: where that is worked
    out; `read`: its old value, as it is read there; `column`: its name."""

    definition: Def
    site: CallSite
    at: int
    end: int
    read: Expr
    column: str
    confidence: Confidence


class ComputedUpdates:
    def __init__(self, project: Project) -> None:
        self._project = project

    def all(self) -> Iterator[ComputedUpdate]:
        """Those of production code, by place."""
        found: dict[tuple[str, int], ComputedUpdate] = {}
        for sql in self._project.statements.all:
            columns = set_columns(sql.text) if any(said.verb == "update" for said in sql.facts.statements) else frozenset()
            if columns and sql.sink is not None and sql.sink.caller is not None and sql.sink.module.is_production:
                for update in self._of(sql, columns):
                    found.setdefault((update.site.path, update.site.call.at), update)
        documents = UpdateDocuments(self._project, _UPDATING)
        for change in (*documents.all(), *documents.filled()):
            for update in self._of_document(change):
                found.setdefault((update.site.path, update.site.call.at), update)
        for update in self._of_rows():
            found.setdefault((update.site.path, update.site.call.at), update)
        yield from (found[key] for key in sorted(found))

    def _of(self, sql: Sql, columns: frozenset[str]) -> Iterator[ComputedUpdate]:
        sink = sql.sink
        assert sink is not None  # noqa: S101 - others are not asked
        assert sink.caller is not None  # noqa: S101
        places = _columns_by_place(sql.text)
        for index, count, expr in _placed(sink):
            is_placed = 0 < count == len(places)
            if is_placed and places[index] not in columns:
                continue  # it asks for the row, or stands in a sum
            own = frozenset((places[index],)) if is_placed else columns
            found = _computed(sink.module, expr, own, sink.call.at)
            if found is not None and self._is_stored(sink.module, found[2]):
                yield ComputedUpdate(sink.caller, sink, *found, sql.confidence)
            elif isinstance(expr, Name) and parameter(sink.caller.function, expr.id) is not None:
                for site in self._project.calls.callers(sink.caller)[:_MOST_CALLERS]:
                    given = arguments_by_parameter(site.call, sink.caller).get(expr.id)
                    passed = _computed(site.module, given, own, site.call.at) if given is not None else None
                    if passed is None or site.caller is None or not self._is_stored(site.module, passed[2]):
                        continue
                    if site.module.is_production:
                        yield ComputedUpdate(site.caller, site, *passed, sql.confidence)

    def _of_rows(self) -> Iterator[ComputedUpdate]:
        """`orders.filter(id=1).update(stock=order.stock - 1)`, `update(Order).values(stock=order.stock - 1)`, of a row that was
        read; rows that are looked for by the old value are those that nobody has changed."""
        written = self._project.calls.written
        for module, call in (*written(_UPDATE), *(each for each in written(_VALUES) if is_of_update(*each))):
            function = module.body.contexts[call.context].function
            if function < 0 or not module.is_production:
                continue
            is_statement = isinstance(call.callee, Attribute) and call.callee.attr == _VALUES
            for column, value in set_by_name(call):
                found = self._sum_with(module, call, column, value)
                if found is None or _asks_around(module, call, found[2]):
                    continue
                site = self._project.calls.site(module, call)
                if is_statement or (site.operation is not None and _WRITES in site.operation.effect):
                    yield ComputedUpdate(Def(module, module.name, function), site, *found, site.confidence)

    def _sum_with(self, module: Module, call: Call, column: str, value: Expr) -> tuple[int, int, Expr, str] | None:
        """The sum in which the column of a row stands that is in memory; that of the class is the database's own."""
        for added in sums_in(module, value, call.at):
            for inner in (_bare_number(module, operand) for operand in added.operands):
                if isinstance(inner, Attribute) and inner.attr == column and self._is_held(module, inner.base, call):
                    return added.at, added.end, inner, column
        return None

    def _is_held(self, module: Module, owner: Expr, call: Call) -> bool:
        """A row in memory: by its type, or as something that a call of this function has given leads to it."""
        held = self._project.types.all(module, owner, call.context)
        if held:
            return not any(each.is_class for each in held)
        while isinstance(owner, Attribute):
            owner = owner.base
        made = made_before(module, owner, call.at) if isinstance(owner, Name) else None
        return made is not None and any(isinstance(part, CallRef) for part in parts_of(module.body, made.value))

    def _of_document(self, change: Change) -> Iterator[ComputedUpdate]:
        """`{"$set": {"stock": document["stock"] - 1}}`, where no other value that was read tells which document is meant."""
        module, call = change.module, change.call
        if change.operator != _SETS or change.caller is None or not module.is_production:
            return
        column = change.field.rpartition(".")[2]  # `lines.$.stock`, of one in a list
        found = _computed(module, change.value, frozenset({column.lower()}), call.at)
        if found is None or _asks_for_old(module, call, found[2]) or not self._is_stored(module, found[2]):
            return
        site = self._project.calls.site(module, call)
        if site.operation is not None and _WRITES in site.operation.effect:
            yield ComputedUpdate(change.caller, site, *found, site.confidence)

    def _is_stored(self, module: Module, read: Expr) -> bool:
        """What is asked for a value by its name is a row, for which the database was asked here, and not what a request gave:
        `data.get("stock", 0)`."""
        if isinstance(read, Name) and (made := made_before(module, read, read.at)) is not None:
            read = made.value if made.value is not None else read
        asked = _asked(module, _bare_number(module, read))
        if asked is None:
            return True
        held = made_before(module, asked[0], asked[0].at)
        sites = self._project.calls.in_module(module)
        calls = [part for part in parts_of(module.body, held.value) if isinstance(part, CallRef)] if held is not None else []
        return any(self._project.effects.does(sites[part.index], _READS) for part in calls)


def sums_in(module: Module, value: Expr, before: int) -> Iterator[Operation]:
    """The sums in what a column is set to, or in what its name was given; none in what moves whatever is there when it is
    written: `F("stock") + (counted - row.stock)`."""
    made = made_before(module, value, before) if isinstance(value, Name) else None
    value = made.value if made is not None and made.value is not None else value
    parts = list(parts_of(module.body, value))
    if not any(isinstance(part, CallRef) and last_name(module.body, part) == _COLUMN for part in parts):
        yield from (p for p in parts if isinstance(p, Operation) and p.op in ADDING and len(p.operands) > 1)


def is_of_update(module: Module, call: Call) -> bool:
    """`update(Order).where(…).values(…)`, and no `insert(Order).values(…)`."""
    expr = call.callee
    while isinstance(expr, Attribute | CallRef):
        if isinstance(expr, CallRef):
            expr = module.body.calls[expr.index].callee
            if last_name(module.body, expr) == _UPDATE:
                return True
        else:
            expr = expr.base
    return False


def set_by_name(call: Call) -> Iterator[tuple[str, Expr]]:
    """Columns with what they are set to: named arguments, or one mapping."""
    for argument in call.arguments:
        if argument.name is not None:
            yield argument.name, argument.value
        elif isinstance(argument.value, Mapping):
            for key, value in zip(argument.value.keys, argument.value.values, strict=True):
                if isinstance(key, String):
                    yield key.value, value


def _asks_around(module: Module, call: Call, read: Expr) -> bool:
    """A call of the chain before it is given the old value, or another one that was read of the row and is no key:
    `filter(id=1, version=order.version)`."""
    body = module.body
    owner = spell(body, read.base) if isinstance(read, Attribute) else ""
    for inner in calls_below(body, call):
        given = (part for a in inner.arguments for part in parts_of(body, a.value) if isinstance(part, Attribute))
        if any(part.attr not in _KEYS and spell(body, part.base) == owner for part in given):
            return True
    return False


def _asks_for_old(module: Module, call: Call, read: Expr) -> bool:
    """What finds the document asks for something that was read of it, besides its key: a change in between is seen."""
    first = call.arguments[0].value if call.arguments else None
    owner = spell(module.body, read.base) if isinstance(read, Subscript | Attribute) else ""
    if isinstance(first, Name):
        made = made_before(module, first, call.at)
        first = made.value if made is not None else None
    return not isinstance(first, Mapping) or any(
        isinstance(value, Subscript | Attribute) and spell(module.body, value.base) == owner
        for key, value in zip(first.keys, first.values, strict=True)
        if not (isinstance(key, String) and key.value in _KEYS)
    )


def set_columns(text: str) -> frozenset[str]:
    """The columns that a statement sets to a value that is given, without those whose old value it asks for."""
    found = _SET.search(text)
    if found is None:
        return frozenset()
    kept = {name.lower() for name in re.findall(r"([A-Za-z_]\w*)[\"`\]]?\s*=", found[2] or "")}
    return frozenset(m[1].lower() for m in _GIVEN.finditer(found[1]) if m[1].lower() not in kept)


def _columns_by_place(text: str) -> list[str]:
    """For each place that is filled in order the column that is set to it or asked for it; empty where none is seen."""
    found = (_BEFORE.search(text, 0, place.start()) for place in re.finditer(r"%s|\?", text))
    return [column[1].lower() if column is not None else "" for column in found]


def _placed(site: CallSite) -> Iterator[tuple[int, int, Expr]]:
    """The values that a statement is given, with the number of each in its list and how many stand there (0 for others)."""
    body = site.module.body
    for expr in given_to(site):
        around = (a.value for c in body.calls if c.at <= expr.at < c.end for a in c.arguments)
        held = next((each.items for each in around if isinstance(each, Collection) and expr in each.items), ())
        yield (held.index(expr), len(held), expr) if held else (0, 0, expr)


def given_to(site: CallSite) -> Iterator[Expr]:
    """The values that a statement is given in the call that takes it, or in the one around that: one by one, in a list, by
    name."""
    body = site.module.body
    around = [c for c in body.calls if c.at <= site.call.at and site.call.end <= c.end and c.context == site.call.context]
    waiting = [argument.value for call in around for argument in call.arguments]
    for expr in waiting:  # which grows on the way
        if isinstance(expr, Collection):
            waiting += expr.items
        elif isinstance(expr, Mapping):
            waiting += expr.values
        else:
            yield expr


def _computed(module: Module, expr: Expr, columns: frozenset[str], before: int) -> tuple[int, int, Expr, str] | None:
    """A sum with an old value of one of the columns in it, also through a name; or an attribute to which was added before."""
    body = module.body
    if isinstance(expr, Attribute):
        function, name = _function_at(module, before), spell(body, expr)
        for s in module.statements["augment"]:
            is_own = s.at < before and body.contexts[s.context].function == function
            if is_own and s.operator.rstrip("=") in ADDING and s.target is not None and spell(body, s.target) == name:
                return s.at, s.end, expr, expr.attr
        return None
    ways = made_ways(module, expr, before) if isinstance(expr, Name) else []
    for value in [made.value for made in ways] or [expr]:
        for part in parts_of(body, value):
            if not (isinstance(part, Operation) and part.op in ADDING and len(part.operands) > 1):
                continue
            for operand in part.operands:
                for inner in parts_of(body, operand):
                    column = _read(module, inner, before)
                    if column.lower() in columns:
                        return part.at, part.end, inner, column
    return None


def _read(module: Module, expr: Expr, before: int) -> str:
    """The name in `row["stock"]`, `row.get("stock", 0)`, `row.stock`, or of `stock` that a call has given, also through a name
    for one of the first; empty for others."""
    if isinstance(expr, Name):
        made = made_before(module, expr, before)
        value = _bare_number(module, made.value if made is not None else None)
        is_taken = isinstance(value, Subscript | Attribute) or _asked(module, value) is not None
        if made is not None and value is not None and is_taken:
            return _read(module, value, made.at)
        return expr.id if made is not None and _is_given(module, expr, before) else ""
    if isinstance(expr, Subscript) and len(expr.index) == 1 and isinstance(expr.index[0], String):
        return expr.index[0].value if _is_given(module, expr.base, before) else ""
    if isinstance(expr, Attribute):
        return expr.attr if _is_given(module, expr.base, before) else ""
    asked = _asked(module, expr)
    return asked[1] if asked is not None and _is_given(module, asked[0], before) else ""


def _asked(module: Module, expr: Expr | None) -> tuple[Name, str] | None:
    """`row` and `stock`, of `row.get("stock", 0)`."""
    call = module.body.calls[expr.index] if isinstance(expr, CallRef) else None
    if call is None or not isinstance(call.callee, Attribute) or call.callee.attr != "get" or not call.arguments:
        return None
    key, row = call.arguments[0].value, call.callee.base
    return (row, key.value) if isinstance(row, Name) and isinstance(key, String) else None


def _is_given(module: Module, expr: Expr, before: int, depth: int = _WRAPS) -> bool:
    """A call gives it, or the rows of which it is one, here."""
    while isinstance(expr, Subscript):
        expr = expr.base
    if not isinstance(expr, Name):
        return any(isinstance(part, CallRef) for part in parts_of(module.body, expr))
    made = made_before(module, expr, before)
    if made is not None:
        return any(isinstance(part, CallRef) for part in parts_of(module.body, made.value))
    rows = _looped_over(module, expr, before)
    return rows is not None and depth > 0 and _is_given(module, rows, rows.at, depth - 1)


def _looped_over(module: Module, name: Name, before: int) -> Expr | None:
    """`rows`, of `for row in rows:` around the place."""
    contexts = module.body.contexts
    for row in chain(module, context_at(module, before)):
        place = contexts[row]
        if place.kind == "for" and isinstance(place.target, Name) and place.target.id == name.id:
            return place.subject
    return None


def made_before(module: Module, name: Name, before: int) -> Statement | None:
    """The last statement before the place, and in its function, that gives a name its value."""
    body, function = module.body, _function_at(module, before)
    begin = module.outline.functions[function].at if function >= 0 else 0
    last = next(
        (
            s
            for s in reversed(module.statements_between(begin, before))
            if s.kind in _GIVING and type(s.target) is Name and s.target.id == name.id
        ),
        None,
    )
    return last if last is not None and body.contexts[last.context].function == function else None


def made_ways(module: Module, name: Name, before: int) -> list[Statement]:
    """As `made_before`, with those before it that stand in other branches: `if won: n = old + 1` and `else: n = 1`."""
    around, found = chain(module, context_at(module, before)), list[Statement]()
    made = made_before(module, name, before)
    while made is not None:
        found.append(made)
        if made.context in around:
            break  # nothing that was before it is left
        made = made_before(module, name, made.at)
    return found


def _function_at(module: Module, at: int) -> int:
    return module.body.contexts[context_at(module, at)].function


def is_old_value(module: Module, expr: Expr, own: str, before: int) -> bool:
    """`x.n` itself, or a name that it was given before: `old = x.n`, `old = int(x.n or 0)`, `old = x.n if x else 0`."""
    body = module.body
    if not isinstance(expr, Name):
        return spell(body, expr) == own
    made = made_before(module, expr, before)
    value = _bare_number(module, made.value if made is not None else None)
    return isinstance(value, Attribute) and spell(body, value) == own


def _bare_number(module: Module, value: Expr | None) -> Expr | None:
    """`x.n`, of `int(x.n or 0)`."""
    body = module.body
    for _ in range(_WRAPS):
        if isinstance(value, CallRef) and last_name(body, value) in _NUMBERS:
            given = body.calls[value.index].arguments
            value = given[0].value if given else None
        elif isinstance(value, Operation) and value.op == "or":
            value = value.operands[0]
        elif isinstance(value, Conditional):
            value = value.body
    return value
