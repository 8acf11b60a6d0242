"""What is done beside the setting of a state, and is done twice where two requests find the row in the state before: a row
that is made, a number that is moved, a message, a request to another service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, CallRef, Constant, Name, Operation, Statement, String
from archlint.project.control.already_there import AlreadyThere
from archlint.project.control.conditions import Conditions, Path, is_failure_path
from archlint.project.control.made_if_missing import is_made_if_missing
from archlint.project.control.sequence import chain, may_follow
from archlint.project.model import Def, Type
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.transactions.changed_rows import ways_to_change
from archlint.project.transactions.computed_updates import ADDING
from archlint.project.transactions.repeatable_writes import IF_MISSING
from archlint.project.transactions.tested_states import TestedChange
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.facts.syntax import Call, Expr
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_WRITE = "db.write"
_SENDS = ("email", "publish", "enqueue", "http", "rpc")
_ONCE = re.compile(r"\bON\s+(CONFLICT|DUPLICATE)\b|\bIGNORE\b|\bNOT\s+EXISTS\b", re.IGNORECASE)
_ADDS, _SETS = "$inc", "put"
_STORED = "db-model"


class SecondEffect(Struct, frozen=True):
    """`weighs`: it is more than a record of what has happened, and nothing looks whether it was done."""

    site: Site
    shown: str
    weighs: bool


class Named(Struct, frozen=True):
    """`making`: last names of library callables that make a row; `adding`: of those that take one that was made; `reading`:
    first words of those that ask another service and change nothing, `ending` of those that end something, which is no other
    for being ended twice; `traces`: words for records of what has happened."""

    making: frozenset[str]
    adding: frozenset[str]
    reading: frozenset[str]
    ending: frozenset[str]
    traces: frozenset[str]


class SecondEffects:
    def __init__(self, project: Project, changes: Iterable[tuple[Def, Statement, Attribute]], named: Named) -> None:
        """`changes`: of numbers, as `memory_changes` has them."""
        self._project = project
        self._named = named
        self._writes = ways_to_change(project)
        self._sends = Conditions(project)
        self._there = AlreadyThere(project, frozenset())
        self._numbers: dict[Def, list[tuple[Statement, Attribute]]] = {}
        for definition, statement, target in changes:
            self._numbers.setdefault(definition, []).append((statement, target))

    def of(self, change: TestedChange, own: Type, back: Site) -> SecondEffect | None:
        """The first that weighs, or else the first trace; what writes the state itself (`back`) is none, nor is what comes
        behind a row that the table takes but once."""
        effects = (*self._moved(change), *self._written(change, own), *self._sent(change))
        refused = min(self._refused(change), default=None)
        found = [each for each in effects if each.site != back and (refused is None or each.site.at < refused)]
        found.sort(key=lambda each: each.site.at)
        return max(found, key=lambda each: each.weighs, default=None)

    def _goes_with(self, change: TestedChange, context: int, at: int) -> bool:
        """The place is come to where the test lets on, and so is the one that sets the state."""
        module, write = change.definition.module, change.write
        if at < change.test.end or write.at <= at < write.end or is_failure_path(module, context):
            return False
        if change.branch >= 0:
            place = module.body.contexts[change.branch]
            if change.leaves and place.at <= at < place.end:
                return False
            if not change.leaves and change.branch not in chain(module, context):
                return False
        first, second = sorted(((write.context, write.at), (context, at)), key=lambda each: each[1])
        return may_follow(module, first, second)

    def _moved(self, change: TestedChange) -> Iterator[SecondEffect]:
        """`stock.quantity += line.quantity`, of another row."""
        module, row = change.definition.module, change.write.row
        for statement, target in self._numbers.get(change.definition, ()):
            if spell(module.body, target.base) == spell(module.body, row) or not self._is_row(change, target.base, statement):
                continue
            if self._goes_with(change, statement.context, statement.at):
                site = Site(module.path, statement.at, statement.end)
                yield SecondEffect(site, shorten(spell(module.body, target), 50), weighs=True)

    def _is_row(self, change: TestedChange, base: Expr, statement: Statement) -> bool:
        types = self._project.types
        found = types.all(change.definition.module, base, statement.context)
        return any(not each.is_class and types.role(each) == _STORED for each in found)

    def _written(self, change: TestedChange, own: Type) -> Iterator[SecondEffect]:
        for point in self._project.effects.points_of(change.definition, _WRITE):
            if point.call is None or not self._goes_with(change, point.context, point.site.at):
                continue
            path = self._writes.path(point)
            if path is not None and self._is_done_twice(change, point, path, own):
                yield SecondEffect(point.site, self._shown(path, point), self._weighs(path, point))

    def _refused(self, change: TestedChange) -> Iterator[int]:
        """Where a row is made on each way that sets the state, of which the table takes one for each such row."""
        around = set(chain(change.definition.module, change.write.context))
        for point in self._project.effects.points_of(change.definition, _WRITE):
            if point.call is None or point.context not in around or not self._goes_with(change, point.context, point.site.at):
                continue
            path = self._writes.path(point)
            name = path.end.witness.target.rpartition(".")[2] if path is not None else ""
            if path is not None and name in self._named.making and self._is_unique(path, change, point):
                yield point.site.at

    def _shown(self, path: Path, point: EffectPoint) -> str:
        """`INSERT INTO bookings`, where the place itself executes it."""
        for sql in self._project.statements.by_sink.get((path.end.call.path, path.end.call.index), ()) if path.end.call else ():
            for said in sql.facts.statements if not path.through else ():
                if said.writes:
                    return f"{said.verb.upper()} {said.writes[0]}"
        return point.shown

    def _is_done_twice(self, change: TestedChange, point: EffectPoint, path: Path, own: Type) -> bool:
        """It makes a row or moves a number."""
        if any(definition in self._numbers for definition in path.through) or self._is_relative(path):
            return True
        name = path.end.witness.target.rpartition(".")[2]
        call = path.end.call
        if call is None:
            return False
        if name in self._named.making:
            return not self._is_unique(path, change, point)
        if name not in self._named.adding or self._is_unique(path, change, point):
            return False
        given = [argument.value for argument in call.call.arguments[:1]]
        types = [t for each in given for t in self._project.types.all(path.end.module, each, call.call.context)]
        if not types and path.through and point.call is not None:
            values = [argument.value for argument in point.call.call.arguments]
            types = [t for each in values for t in self._project.types.all(point.module, each, point.context)]
        rows = [each for each in types if not each.is_class and self._project.types.role(each) == _STORED]
        return bool(rows) and self._is_new(path, given, is_told=any(each.name == own.name for each in rows))

    def _is_new(self, path: Path, given: list[Expr], *, is_told: bool) -> bool:
        """`session.add(Payment(…))`, or of a name that was not read here; `is_told`: it must be seen to be made."""
        module, call, caller = path.end.module, path.end.call, path.end.caller
        if call is None or caller is None:
            return False
        reads = {point.site.at for point in self._project.effects.points_of(caller, "db.read")}
        made = set[bool]()
        for expr in given:
            sources = self._project.values.sources.of(module, expr, call.call.context) if isinstance(expr, Name) else ()
            for where, value, context in ((s.module, s.expr, s.context) for s in sources):
                calls = [part for part in parts_of(where.body, value) if isinstance(part, CallRef)]
                if any(part.at in reads for part in calls):
                    return False
                made.add(any(self._makes(where, part, context) for part in calls[:1]))
            if isinstance(expr, CallRef):
                made.add(self._makes(module, expr, call.call.context))
        return made == {True} or not is_told

    def _makes(self, module: Module, part: CallRef, context: int) -> bool:
        found = self._project.types.all(module, module.body.calls[part.index].callee, context)
        return any(each.is_class and self._project.types.role(each) == _STORED for each in found)

    def _is_relative(self, path: Path) -> bool:
        """`update(stock=F("stock") - n)`, `values(stock=Item.stock - n)`, `{"$inc": {"stock": -n}}`, `SET stock = stock - 1`,
        or an `INSERT`, which adds a row each time."""
        site, body = path.end.call, path.end.module.body
        if site is None:
            return False
        for sql in self._project.statements.by_sink.get((site.path, site.index), ()):
            for each in sql.facts.statements:
                if each.verb == "update" and any(given.relative for given in each.gives):
                    return True
                if each.verb == "insert" and not _ONCE.search(sql.text):
                    return True
        for argument in site.call.arguments:
            for part in parts_of(body, argument.value):
                if isinstance(part, String) and part.value == _ADDS:
                    return True
                if isinstance(part, Operation) and part.op in ADDING and len(part.operands) > 1:
                    first = part.operands[0]
                    is_column = isinstance(first, Attribute) and isinstance(first.base, Name) and first.base.id[:1].isupper()
                    if is_column or (isinstance(first, CallRef) and last_name(body, first) == "F"):
                        return True
        return False

    def _is_unique(self, path: Path, change: TestedChange, point: EffectPoint) -> bool:
        """The table takes one such row for each of those whose state is set: a second one is refused."""
        module, row, names = path.end.module, change.write.row.id, self._row_names(path, change, point)
        for making, owner in self._makings(path):
            named = [(_bare(a.name), a.value) for a in making.arguments if a.name is not None]
            given = {name for name, value in named if not names.isdisjoint(names_in(module.body, value)) or name == row}
            given |= {name for name, value in named if given and _is_same_each_time(module, value, making.context)}
            for made in self._project.types.all(module, owner, making.context):
                table = self._project.schemas.models.of_class(made.name)
                keys = table.parts.keys if table is not None else ()
                if any(given.issuperset(map(_bare, key.columns)) for key in keys if key.columns):
                    return True
        return False

    def _row_names(self, path: Path, change: TestedChange, point: EffectPoint) -> frozenset[str]:
        """What the row is called where the other one is made: in the function itself, or in the one that it calls."""
        row = change.write.row.id
        if not path.through:
            return frozenset((row,))
        if len(path.through) > 1 or point.call is None:
            return frozenset()
        given = arguments_by_parameter(point.call.call, path.through[0])
        return frozenset(name for name, value in given.items() if row in names_in(point.module.body, value))

    def _makings(self, path: Path) -> Iterator[tuple[Call, Expr]]:
        """Calls that are given the columns of the new row, each with what says of which class it is."""
        call, module = path.end.call, path.end.module
        if call is None:
            return
        owner = call.call.callee.base if isinstance(call.call.callee, Attribute) else None
        while isinstance(owner, Attribute):  # `Receipt.objects`
            yield call.call, owner
            owner = owner.base
        if owner is not None:
            yield call.call, owner
        for argument in call.call.arguments[:1]:
            sources = self._project.values.sources.of(module, argument.value, call.call.context)
            for expr in (argument.value, *(source.expr for source in sources if source.module is module)):
                if isinstance(expr, CallRef):
                    made = module.body.calls[expr.index]
                    yield made, made.callee

    def _sent(self, change: TestedChange) -> Iterator[SecondEffect]:
        for effect in _SENDS:
            for point in self._project.effects.points_of(change.definition, effect):
                if not self._goes_with(change, point.context, point.site.at):
                    continue
                path = self._sends.path(point)
                if path is not None and not self._only_asks(path, point):
                    weighs = self._weighs(path, point) and not (self._only_ends(path, point) or self._only_sets(path, effect))
                    yield SecondEffect(point.site, point.shown, weighs)

    def _only_ends(self, path: Path, point: EffectPoint) -> bool:
        """`control.revoke(task_id)`, `gateway.close_code(code)`: a second time it is ended already."""
        names = (path.end.witness.target.rpartition(".")[2], point.shown.rpartition(".")[2])
        return any(not self._named.ending.isdisjoint(words_of(name)[:1]) for name in names)

    @staticmethod
    def _only_sets(path: Path, effect: str) -> bool:
        """`client.put(address, json=state)`: by the protocol, a second time nothing else comes of it."""
        return effect == "http" and path.end.witness.target.rpartition(".")[2] == _SETS

    def _only_asks(self, path: Path, point: EffectPoint) -> bool:
        """`requests.get(…)`, `client.payment.fetch(…)`, `verify_payment(…)`"""
        names = (path.end.witness.target.rpartition(".")[2], point.shown, *(each.function.name for each in path.through))
        return any(not self._named.reading.isdisjoint(words_of(name.rpartition(".")[2])[:1]) for name in names)

    def _weighs(self, path: Path, point: EffectPoint) -> bool:
        return not (self._is_looked_for(path, point) or self._is_trace(path, point))

    def _is_looked_for(self, path: Path, point: EffectPoint) -> bool:
        """It is only made where it is missing, here or in what is called."""
        if is_made_if_missing(point.module, point.context, point.site.at):
            return True
        if any(IF_MISSING.search(each.function.name) for each in path.through):
            return True
        if not path.through:
            return False
        return self._there.is_asked(path.through[0], replace(path, through=path.through[1:], steps=path.steps[1:]))

    def _is_trace(self, path: Path, point: EffectPoint) -> bool:
        """What is called, or what is made, is named after records."""
        names = [point.shown, path.end.shown, *(each.name.rpartition(".")[2] for each in path.through)]
        call = path.end.call
        if call is not None:
            texts = self._project.statements.by_sink.get((call.path, call.index), ())
            names += [table for sql in texts for each in sql.facts.statements for table in each.writes]
            names += [spell(path.end.module.body, a.value) for a in call.call.arguments[:1]]
            for argument in call.call.arguments[:1]:
                made = self._project.types.all(path.end.module, argument.value, call.call.context)
                names += [each.name.rpartition(".")[2] for each in made]
        return any(not self._named.traces.isdisjoint(words_of(name)) for name in names)


def _is_same_each_time(module: Module, value: Expr, context: int) -> bool:
    """A constant, or each item in turn of one: `for key in DEFAULT_FEATURES:`."""
    if isinstance(value, String | Constant):
        return True
    if not isinstance(value, Name):
        return False
    if value.id.isupper():
        return True
    loops = (module.body.contexts[row] for row in chain(module, context))
    loop = next(
        (e for e in loops if e.kind == "for" and isinstance(e.target, Name) and e.target.id == value.id),
        None,
    )
    return loop is not None and isinstance(loop.subject, Name) and loop.subject.id.isupper()


def _bare(column: str) -> str:
    """A relation by its name or by that of its column."""
    return column.removesuffix("_id")
