"""Which objects two writes of one function have in common: what the one makes or changes, the other is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Constant,
    Expr,
    Name,
    Statement,
    String,
)
from archlint.project.effects.effects import EffectPoint
from archlint.project.effects.given_keys import given_keys
from archlint.project.model import Def, Type
from archlint.project.parts import names_in
from archlint.project.schema.names import last_part
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.write_places import (
    added_to,
    deeds,
    first_name,
    given_fields,
    is_of_one,
    moved_amount,
    related_rows,
    root_names,
    saved_fields,
    sets_attribute,
    told_about,
    written_row,
)
from archlint.project.transactions.written_names import Own, Written, keys_in
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_STORED, _SESSION, _WRITE = "db-model", "db-session", "db.write"
_DEPTH = 3
"""Functions below a place that are asked for their tables."""
_NO_DATA = ("db-", "cache-client", "logger", "app", "router")
_KEEPERS = frozenset({"repo", "repos", "repository", "repositories", "dao", "crud", "uow"})
_SERVING = frozenset({"service", "services", "store", "storage", "manager", "gateway", "handler"})
_NOBODY = frozenset({"_", "self", "cls", "request", "info", "args", "kwargs"})


class WrittenTogether:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[Def, frozenset[str]] = {}

    def at(  # noqa: PLR0917 - where, and from where on what counts
        self,
        definition: Def,
        points: list[EffectPoint],
        since: int,
        until: int,
        filled: int | None = None,
        linked: int | None = None,
    ) -> Written:
        """What the places `points` of a function write, and the attributes that it sets between two offsets; behind
        `filled` it sets those of what is written at the places, and what it sets there behind `linked` is used."""
        module = definition.module
        own = module.own_statements(definition.index)
        makers = {s.end: s for s in own if s.kind in ("assign", "annotate")}
        places = [(point.point.at, point) for point in points]
        made: set[Own] = set()
        handed: set[Own] = set()
        used: set[Own] = set()
        passed: set[Own] = set()
        keys: set[Own] = set()
        named: set[Own] = set()
        moved = {m for s in own if since < s.at < until and (m := moved_amount(module, s)) is not None}
        scopes = self._project.symbols.scopes(module)
        for statement in own:
            held = [point for at, point in places if statement.at <= at < statement.end]
            fills = not held and since < statement.at < until
            if not held and not (fills and (sets_attribute(statement) or self.adds_to_row(module, statement))):
                continue
            names = {*names_in(module.body, statement.value)}
            if not (statement.kind == "augment" and isinstance(statement.target, Name)):  # `gone += delete(session)`
                names |= {*names_in(module.body, statement.target)}
            direct, given = set[str](), set[str]()
            for point in held:
                receivers, arguments = told_about(module, point)
                names |= receivers | arguments
                direct |= receivers | (arguments if point.is_direct else set())
                given |= set() if point.is_direct else arguments
            if not held:
                direct |= root_names(module, added_to(module, statement) or statement.target)
            made |= self._own(definition, direct, statement.context, statement.at)
            if held:
                keys.update(self._keys(definition, statement, makers))
                made |= self._own(definition, first_name(statement), statement.context, statement.end)
            handed |= self._own(definition, given, statement.context, statement.at, only_stored=True)
            passed |= self._own(definition, given, statement.context, statement.at)
            used |= self._own(definition, names, statement.context, statement.at)
            named.update((name, b.at) for name in names for b in scopes.lookup(statement.context, name, statement.at)[1])
        for statement, target in self._filling(own, module, linked, since):
            if not self._own(definition, root_names(module, target), statement.context, statement.at).isdisjoint(made):
                used |= self._own(definition, {*names_in(module.body, statement.value)}, statement.context, statement.at)
                keys |= {*self._keys_in(definition, statement)} if target is not statement.target else set()
                if filled is not None and statement.at > filled and (taken := moved_amount(module, statement)) is not None:
                    moved.add(taken)
        used |= self._made_of(definition, own, made | handed | passed, used)
        keys |= {each for _, end in made | handed if end in makers for each in self._keys_in(definition, makers[end])}
        sets = {s.target.attr for s in own if since < s.at < until and isinstance(s.target, Attribute) and sets_attribute(s)}
        set_by = [given_fields(module, own, point) for point in points]
        saved = [saved_fields(module, own, point, filled) for point in points]
        fields = frozenset(sets.union(*set_by)) if all(set_by) else frozenset()
        tables = frozenset(table for point in points for table in self._tables(point))
        ways = [last_name(module.body, p.call.call.callee) for p in points if p.call is not None and not p.is_direct]
        is_called = len(ways) == len(points) and not sets
        return Written(
            frozenset(made),
            frozenset(handed),
            frozenset(used | made | handed),
            fields,
            frozenset(moved),
            frozenset(keys),
            tables,
            frozenset(ways) if is_called else frozenset(),
            frozenset(set[str]().union(*saved)) if all(saved) else frozenset(),
            given_keys(self._project, own, points),
            frozenset(named),
            frozenset(verb for point in points for verb in self._verbs(point)),
            frozenset(row for point in points if (row := self._row(point))),
            frozenset(deed for point in points for deed in deeds(point, frozenset(self._verbs(point)))),
        )

    def _keys(self, definition: Def, statement: Statement, makers: dict[int, Statement]) -> Iterator[Own]:
        """Those of a statement, and of those that tell of what it uses: `order` and `number` behind `order = find(number)`."""
        for name, end in self._keys_in(definition, statement):
            maker = makers.get(end)
            if maker is not None and isinstance(maker.value, String | Constant):
                continue  # the same row, whoever asks
            yield name, end
            if maker is not None:
                yield from self._keys_in(definition, maker)

    def _keys_in(self, definition: Def, statement: Statement) -> Iterator[Own]:
        module = definition.module
        scopes = self._project.symbols.scopes(module)
        for name, first in keys_in(module.body, statement):
            scope, bindings = scopes.lookup(statement.context, first, statement.at)
            yield from ((name, binding.at) for binding in bindings if scope > 0)

    def _verbs(self, point: EffectPoint) -> Iterator[str]:
        """Of the SQL that a call is given."""
        if point.call is not None:
            for sql in self._project.statements.by_sink.get((point.module.path, point.call.index), ()):
                yield from (said.verb for said in sql.facts.statements)

    def _tables(self, point: EffectPoint, depth: int = _DEPTH) -> frozenset[str]:
        """The model on which a writing method is called, or whose row it is given, the tables of the SQL that a call is given;
        those of the project's functions that it calls."""
        if point.call is None:
            return frozenset()
        module, call = point.module, point.call.call
        found = {
            last_part(table).lower()
            for sql in self._project.statements.by_sink.get((module.path, point.call.index), ())
            for said in sql.facts.statements
            for table in said.tables
        }
        base = call.callee.base if isinstance(call.callee, Attribute) else None
        rows: list[Expr] = [base] if isinstance(base, Attribute) and self._is_row(module, base, call.context) else []
        rows += [Name(call.at, name) for name in root_names(module, base)] if not rows else []
        rows += [argument.value for argument in call.arguments[:1] if point.is_direct]
        for row in rows:
            types = self._project.types.all(module, row, call.context)
            found |= {type_.name for type_ in types if self._project.types.role(type_) == _STORED}
        if base is not None and self._keeps_documents(module, base, call.context):
            found.add(spell(module.body, base))  # a collection is told by how it is called
        if not found and depth:
            called = (target.definition for target in point.point.targets)
            found = {table for inner in called if inner is not None for table in self._tables_of(inner, depth - 1)}
        return frozenset(found)

    def _keeps_documents(self, module: Module, expr: Expr, context: int) -> bool:
        """Of which each write is kept by itself, and that holds no tables."""
        types, knowledge = self._project.types.all(module, expr, context), self._project.knowledge
        sessions = [each for each in types if self._project.types.role(each) == _SESSION]
        return any(info.autocommit for each in sessions for _, info in knowledge.infos(each.name))

    def _is_row(self, module: Module, expr: Expr, context: int) -> bool:
        return any(self._project.types.role(each) == _STORED for each in self._project.types.all(module, expr, context))

    def _tables_of(self, definition: Def, depth: int) -> frozenset[str]:
        """What a function of the project writes."""
        if definition not in self._known:
            self._known[definition] = frozenset()  # recursion ends here
            points = self._project.effects.points_of(definition, _WRITE)
            self._known[definition] = frozenset(table for point in points for table in self._tables(point, depth))
        return self._known[definition]

    @staticmethod
    def _filling(own: Sequence[Statement], module: Module, linked: int | None, since: int) -> Iterator[tuple[Statement, Expr]]:
        """The statements behind `linked` that set or add to a field, each with what it changes."""
        for statement in own if linked is not None else ():
            target = statement.target if sets_attribute(statement) else added_to(module, statement)
            if target is not None and linked is not None and linked < statement.at < since:
                yield statement, target

    def _made_of(self, definition: Def, own: Sequence[Statement], rows: set[Own], used: set[Own]) -> set[Own]:
        """The names in `line = Line(order=order)`, of a row; in `for line in order.lines`, of it or of what it is made of."""
        module, scopes = definition.module, self._project.symbols.scopes(definition.module)
        makers = {s.end: s for s in own if s.kind in ("assign", "annotate")}
        loops = {s.at: s for s in own if s.kind == "for" and is_of_one(module, s.value)}
        found = [makers[at] for _, at in rows if at in makers]
        if loops:
            inner = [b.at for m in found for n in names_in(module.body, m.value) for b in scopes.lookup(m.context, n, m.at)[1]]
            found += [loops[at] for at in (*(at for _, at in rows | used), *inner) if at in loops]
        return {each for m in found for each in self._own(definition, {*names_in(module.body, m.value)}, m.context, m.at)}

    def _own(
        self,
        definition: Def,
        names: set[str],
        context: int,
        at: int,
        *,
        only_stored: bool = False,
    ) -> set[Own]:
        """Those that are names of the function's own and hold data: no session, client or request, no number or text."""
        module = definition.module
        scopes = self._project.symbols.scopes(module)
        found: set[Own] = set()
        for name in names:
            if name in _NOBODY and not (name == "self" and self._is_stored(definition)):
                continue
            scope, bindings = scopes.lookup(context, name, at)
            if scope <= 0 or all(binding.kind == "import" for binding in bindings):
                continue
            types = self._project.types.all(module, Name(at, name), context)
            is_stored = any(self._project.types.role(each) == _STORED for each in types)
            if not is_stored and (only_stored or self._keeps_others(name, types)):
                continue
            if not any(self.is_no_data(each) for each in types):
                found.update((name, binding.at) for binding in bindings)
        return found

    def _row(self, point: EffectPoint) -> str:
        """The row that saves itself, or the one whose relation is changed: `order`, `order.customer`; what stands behind a row
        and is changed at once: `order.lines`, of `order.lines.update(…)`."""
        related, root = related_rows(point)
        at = point.call.call.at if point.call is not None else 0
        types = self._project.types.all(point.module, Name(at, root), point.context) if root else ()
        if any(self._project.types.role(each) == _STORED and not each.is_class for each in types):
            return related
        callee = point.call.call.callee if point.call is not None else None
        base = callee.base if isinstance(callee, Attribute) else None
        types = self._project.types.all(point.module, base, point.context) if base is not None else ()
        is_none = any(each.is_class or self.is_no_data(each) for each in types)  # `Order.objects`
        return "" if is_none else written_row(point)

    def adds_to_row(self, module: Module, statement: Statement) -> bool:
        """`order.lines.append(line)`, of a stored row."""
        added = added_to(module, statement)
        rows = (Name(statement.at, name) for name in root_names(module, added)) if added is not None else ()
        return any(self._is_row(module, row, statement.context) for row in rows)

    def is_no_data(self, type_: Type) -> bool:
        """A session, connection, client or logger, or a value of a plain type."""
        role = self._project.types.role(type_)
        return (role != _STORED and role.startswith(_NO_DATA)) or type_.name.startswith("builtins.")

    def _keeps_others(self, name: str, types: Iterable[Type]) -> bool:
        """By its name it keeps rows, and is none: `repository`; `order_service`, of a class of the project's."""
        last = words_of(name)[-1:]
        classes = self._project.symbols.classes
        return not _KEEPERS.isdisjoint(last) or (not _SERVING.isdisjoint(last) and any(each.name in classes for each in types))

    def _is_stored(self, definition: Def) -> bool:
        klass = definition.owner
        return definition.function.klass >= 0 and self._project.types.role(Type(klass)) == _STORED
