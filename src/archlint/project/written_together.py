"""Which objects two writes of one function have in common: what the one makes or changes, the other is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, Await, CallRef, Collection, Expr, Name, Statement, Subscript
from archlint.project.batches import expression_of
from archlint.project.credentials import words_of
from archlint.project.effects import EffectPoint
from archlint.project.model import Def, Type
from archlint.project.parts import names_in
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.modules import Module
    from archlint.project.program import Project

_STORED = "db-model"
_NO_DATA = ("db-", "cache-client", "logger", "app", "router")
_CHANGING = frozenset({"update", "aupdate", "values"})
_MAKING = frozenset({"insert", "create", "add", "delete"})
_KEYS = frozenset({"id", "pk", "uuid"})
_NEAR = 2
"""Steps to a write that a key in a call says something of: here, or in the function that is called."""
_NOBODY = frozenset({"_", "self", "cls", "request", "info", "args", "kwargs"})


_Own = tuple[str, int]
"""A name of a function's own, with the place that gives it the value which is meant."""


class Written(Struct, frozen=True):
    """Names of the function's own in the statements that write: `made` hold what is written itself (what is created, saved,
    changed, or on which the writing method is called), `handed` are stored objects given to a function that writes, `used`
    are all.  `fields`: the attributes that are set, where nothing else is written; `moved`: an attribute, and the value that is
    added to it or taken from it; `keys`: names in the statements, and in those that made what is written, that are keys."""

    made: frozenset[_Own] = frozenset()
    handed: frozenset[_Own] = frozenset()
    used: frozenset[_Own] = frozenset()
    fields: frozenset[str] = frozenset()
    moved: frozenset[tuple[str, str]] = frozenset()
    keys: frozenset[_Own] = frozenset()

    @property
    def made_names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.made)

    def is_about(self, other: Written, actors: tuple[str, ...]) -> bool:
        """One of the two uses what the other one writes, or hands on, unless that only says who asks (`actors`); or one
        value is taken from the one and added to the other."""
        if not self.made.isdisjoint(other.used) or not other.made.isdisjoint(self.used):
            return True
        if not self.moved.isdisjoint(other.moved):
            return True
        return any(name not in actors for name, _ in (self.handed & other.used) | (other.handed & self.used))

    def shares_key(self, other: Written, actors: tuple[str, ...]) -> bool:
        """Both are asked for by one key that is not that of who asks."""
        return any(set(words_of(name)[:-1]).isdisjoint(actors) for name, _ in self.keys & other.keys)


class WrittenTogether:
    def __init__(self, project: Project) -> None:
        self._project = project

    def at(self, definition: Def, points: list[EffectPoint], since: int, until: int, filled: int | None = None) -> Written:
        """What the places `points` of a function write, and the attributes that it sets between two offsets; behind
        `filled` it sets those of what is written at the places."""
        module = definition.module
        own = [s for s in module.body.statements if module.body.contexts[s.context].function == definition.index]
        places = [(point.point.at, point) for point in points]
        made: set[_Own] = set()
        handed: set[_Own] = set()
        used: set[_Own] = set()
        keys: set[_Own] = set()
        for statement in own:
            held = [point for at, point in places if statement.at <= at < statement.end]
            if not held and not (since < statement.at < until and _sets_attribute(statement)):
                continue
            names = {*names_in(module.body, statement.value), *names_in(module.body, statement.target)}
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
                made |= self._own(definition, _first_name(statement), statement.context, statement.end)
            handed |= self._own(definition, given, statement.context, statement.at, only_stored=True)
            used |= self._own(definition, names, statement.context, statement.at)
            near = [point for point in held if len(point.witness.steps) <= _NEAR]
            asked = {name for point in near for name in names_in(module.body, expression_of(point))}
            keys |= self._own(definition, _keys(asked), statement.context, statement.at, of_any_type=True)
        for statement in own:
            if filled is not None and filled < statement.at < since and _sets_attribute(statement):
                root = self._own(definition, _root(module, statement.target), statement.context, statement.at)
                if not root.isdisjoint(made):
                    names = {*names_in(module.body, statement.value)}
                    used |= self._own(definition, names, statement.context, statement.at)
        used |= {each for own in made | handed for each in self._made_of(definition, own)}
        keys |= {each for own in made for each in self._keys_of(definition, own)}
        sets = {s.target.attr for s in own if since < s.at < until and isinstance(s.target, Attribute) and _sets_attribute(s)}
        named = [_given_fields(module, own, point) for point in points]
        fields = frozenset(sets.union(*named)) if all(named) else frozenset()
        moved = frozenset(m for s in own if since < s.at < until and (m := _moved(module, s)) is not None)
        return Written(frozenset(made), frozenset(handed), frozenset(used | made | handed), fields, moved, frozenset(keys))

    def _made_of(self, definition: Def, own: _Own) -> Iterator[_Own]:
        """The names in `line = Line(order=order)`, of the line."""
        module = definition.module
        for statement in module.body.statements:
            if statement.kind in ("assign", "annotate") and statement.end == own[1]:
                yield from self._own(definition, {*names_in(module.body, statement.value)}, statement.context, statement.at)

    def _keys_of(self, definition: Def, own: _Own) -> Iterator[_Own]:
        """`order_id` in `order = get(Order, order_id)`, of the order."""
        module = definition.module
        for statement in module.body.statements:
            if statement.kind in ("assign", "annotate") and statement.end == own[1]:
                names = _keys({*names_in(module.body, statement.value)})
                yield from self._own(definition, names, statement.context, statement.at, of_any_type=True)

    def _own(
        self,
        definition: Def,
        names: set[str],
        context: int,
        at: int,
        *,
        only_stored: bool = False,
        of_any_type: bool = False,
    ) -> set[_Own]:
        """Those that are names of the function's own and hold data: no session, client or request, no number or text."""
        module = definition.module
        scopes = self._project.symbols.scopes(module)
        found: set[_Own] = set()
        for name in names:
            if name in _NOBODY and not (name == "self" and self._is_stored(definition)):
                continue
            scope, bindings = scopes.lookup(context, name, at)
            if scope <= 0:
                continue
            types = self._project.types.all(module, Name(at, 0, name), context)
            is_stored = any(self._project.types.role(each) == _STORED for each in types)
            if (is_stored or not only_stored) and (of_any_type or not any(self.is_no_data(each) for each in types)):
                found.update((name, binding.at) for binding in bindings)
        return found

    def is_no_data(self, type_: Type) -> bool:
        """A session, connection, client or logger, or a value of a plain type."""
        role = self._project.types.role(type_)
        return (role != _STORED and role.startswith(_NO_DATA)) or type_.name.startswith("builtins.")

    def _is_stored(self, definition: Def) -> bool:
        klass = definition.name.rpartition(".")[0]
        return definition.function.klass >= 0 and self._project.types.role(Type(klass)) == _STORED


def _keys(names: set[str]) -> set[str]:
    """Those that say which row is meant: `order_id`, `pk`."""
    return {name for name in names if set(words_of(name)[-1:]) & _KEYS}


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
