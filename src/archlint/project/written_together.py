"""Which objects two writes of one function have in common: what the one makes or changes, the other is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Collection,
    Constant,
    Expr,
    Name,
    Statement,
    String,
    Subscript,
)
from archlint.project.credentials import words_of
from archlint.project.effects import EffectPoint
from archlint.project.model import Def, Type
from archlint.project.parts import names_in
from archlint.project.schema.names import last_part
from archlint.project.spelling import last_name, spell
from archlint.project.written_names import Own, Written, keys_in

if TYPE_CHECKING:
    from archlint.project.modules import Module
    from archlint.project.program import Project

_STORED, _WRITE = "db-model", "db.write"
_DEPTH = 3
"""Functions below a place that are asked for their tables."""
_NO_DATA = ("db-", "cache-client", "logger", "app", "router")
_CHANGING = frozenset({"update", "aupdate", "values"})
_MAKING = frozenset({"insert", "create", "add", "delete"})
_SAVES = frozenset({"save", "asave"})
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
        own = [s for s in module.body.statements if module.body.contexts[s.context].function == definition.index]
        makers = {s.end: s for s in own if s.kind in ("assign", "annotate")}
        places = [(point.point.at, point) for point in points]
        made: set[Own] = set()
        handed: set[Own] = set()
        used: set[Own] = set()
        passed: set[Own] = set()
        keys: set[Own] = set()
        for statement in own:
            held = [point for at, point in places if statement.at <= at < statement.end]
            if not held and not (since < statement.at < until and _sets_attribute(statement)):
                continue
            names = {*names_in(module.body, statement.value)}
            if not (statement.kind == "augment" and isinstance(statement.target, Name)):  # `gone += delete(session)`
                names |= {*names_in(module.body, statement.target)}
            direct, given = set[str](), set[str]()
            for point in held:
                receivers, arguments = _about(module, point)
                names |= receivers | arguments
                direct |= receivers | (arguments if point.is_direct else set())
                given |= set() if point.is_direct else arguments
            if not held:
                direct |= _root(module, statement.target)
            made |= self._own(definition, direct, statement.context, statement.at)
            if held:
                keys.update(self._keys(definition, statement, makers))
                made |= self._own(definition, _first_name(statement), statement.context, statement.end)
            handed |= self._own(definition, given, statement.context, statement.at, only_stored=True)
            passed |= self._own(definition, given, statement.context, statement.at)
            used |= self._own(definition, names, statement.context, statement.at)
        for statement in own:
            if linked is not None and linked < statement.at < since and _sets_attribute(statement):
                root = self._own(definition, _root(module, statement.target), statement.context, statement.at)
                if not root.isdisjoint(made):
                    names = {*names_in(module.body, statement.value)}
                    used |= self._own(definition, names, statement.context, statement.at)
        used |= {each for own in made | handed | passed for each in self._made_of(definition, makers.get(own[1]))}
        keys |= {each for _, end in made | handed if end in makers for each in self._keys_in(definition, makers[end])}
        sets = {s.target.attr for s in own if since < s.at < until and isinstance(s.target, Attribute) and _sets_attribute(s)}
        named = [_given_fields(module, own, point) for point in points]
        saved = [_saved_fields(module, own, point, filled) for point in points]
        fields = frozenset(sets.union(*named)) if all(named) else frozenset()
        moved = frozenset(m for s in own if since < s.at < until and (m := _moved(module, s)) is not None)
        tables = frozenset(table for point in points for table in self._tables(point))
        ways = [last_name(module.body, p.call.call.callee) for p in points if p.call is not None and not p.is_direct]
        is_called = len(ways) == len(points) and not sets
        return Written(
            frozenset(made),
            frozenset(handed),
            frozenset(used | made | handed),
            fields,
            moved,
            frozenset(keys),
            tables,
            frozenset(ways) if is_called else frozenset(),
            frozenset(set[str]().union(*saved)) if all(saved) else frozenset(),
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
        named = _root(module, call.callee.base if isinstance(call.callee, Attribute) else None)
        rows: list[Expr] = [Name(call.at, name) for name in named]
        rows += [argument.value for argument in call.arguments[:1] if point.is_direct]
        for row in rows:
            types = self._project.types.all(module, row, call.context)
            found |= {type_.name for type_ in types if self._project.types.role(type_) == _STORED}
        if not found and depth:
            called = (target.definition for target in point.point.targets)
            found = {table for inner in called if inner is not None for table in self._tables_of(inner, depth - 1)}
        return frozenset(found)

    def _tables_of(self, definition: Def, depth: int) -> frozenset[str]:
        """What a function of the project writes."""
        if definition not in self._known:
            self._known[definition] = frozenset()  # recursion ends here
            points = self._project.effects.points_of(definition, _WRITE)
            self._known[definition] = frozenset(table for point in points for table in self._tables(point, depth))
        return self._known[definition]

    def _made_of(self, definition: Def, maker: Statement | None) -> Iterator[Own]:
        """The names in `line = Line(order=order)`, of the line."""
        if maker is not None:
            names = {*names_in(definition.module.body, maker.value)}
            yield from self._own(definition, names, maker.context, maker.at)

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
            if scope <= 0:
                continue
            types = self._project.types.all(module, Name(at, name), context)
            is_stored = any(self._project.types.role(each) == _STORED for each in types)
            if not is_stored and (only_stored or self._keeps_others(name, types)):
                continue
            if not any(self.is_no_data(each) for each in types):
                found.update((name, binding.at) for binding in bindings)
        return found

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
        klass = definition.name.rpartition(".")[0]
        return definition.function.klass >= 0 and self._project.types.role(Type(klass)) == _STORED


def _given_fields(module: Module, own: list[Statement], point: EffectPoint) -> set[str]:
    """`update(replies=2)`, `update(Post).values(replies=2)`: the fields that the statement of a write names, if it only
    changes rows."""
    statement = next((s for s in own if s.at <= point.point.at < s.end and point.is_direct), None)
    if statement is None:
        return set()
    calls = [c for c in module.body.calls if statement.at <= c.at and c.end <= statement.end]
    changing = [c for c in calls if last_name(module.body, c.callee) in _CHANGING]
    named = {a.name for c in changing for a in c.arguments if a.name is not None and a.name.isidentifier()}
    made = any(last_name(module.body, c.callee) in _MAKING for c in calls)
    return set() if made else named


def _saved_fields(module: Module, own: list[Statement], point: EffectPoint, since: int | None) -> set[str]:
    """`order.paid = True` before `order.save()`, `order.save(update_fields=["paid"])`: the fields that are set behind an
    offset, or named; none where the row is made or read behind it, so that there may be others."""
    call = point.call.call if point.call is not None else None
    if (
        since is None
        or call is None
        or last_name(module.body, call.callee) not in _SAVES
        or not isinstance(call.callee, Attribute)
    ):
        return set()
    told = next((a.value for a in call.arguments if a.name == "update_fields"), None)
    if isinstance(told, Collection):
        return {item.value for item in told.items if isinstance(item, String)}
    row, behind = call.callee.base, [s for s in own if since < s.at < call.at]
    if any(isinstance(row, Name) and isinstance(s.target, Name) and s.target.id == row.id for s in behind):
        return set()
    shown = spell(module.body, row)
    return {s.target.attr for s in behind if isinstance(s.target, Attribute) and spell(module.body, s.target.base) == shown}


def _first_name(statement: Statement) -> set[str]:
    """`order = …`, `order, is_new = …`."""
    target = statement.target if statement.kind in ("assign", "annotate") else None
    first = target.items[0] if isinstance(target, Collection) and target.items else target
    return {first.id} if isinstance(first, Name) else set()


def _moved(module: Module, statement: Statement) -> tuple[str, str] | None:
    """`account.balance -= amount`: (`balance`, `amount`)."""
    target, value = statement.target, statement.value
    if statement.kind != "augment" or not isinstance(target, Attribute) or not isinstance(value, Name | Attribute):
        return None
    return target.attr, spell(module.body, value)


def _sets_attribute(statement: Statement) -> bool:
    return statement.kind in ("assign", "augment") and isinstance(statement.target, Attribute)


def _about(module: Module, point: EffectPoint) -> tuple[set[str], set[str]]:
    """The names of what a call is about: what it is called on, and what is handed to it as it is."""
    call = point.call
    if call is None:
        return set(), set()
    handed = {
        argument.value.id
        for argument in call.call.arguments
        if isinstance(argument.value, Name) and (argument.name is None or not point.is_direct)
    }
    return _root(module, call.call.callee.base) if isinstance(call.call.callee, Attribute) else set(), handed


def _root(module: Module, expr: Expr | None) -> set[str]:
    """The name that a chain of attributes and calls begins with."""
    while expr is not None:
        if isinstance(expr, Name):
            return {expr.id}
        if isinstance(expr, Attribute | Subscript):
            expr = expr.base
        elif isinstance(expr, Await):
            expr = expr.value
        elif isinstance(expr, CallRef):
            expr = module.body.calls[expr.index].callee
        else:
            return set()
    return set()
