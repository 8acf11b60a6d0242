"""Copies of rows in a cache that some write of the rows deletes, and the writes that leave them as they were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, CallRef, Expr, Name, String
from archlint.project.caches.cache_reads import CacheReads
from archlint.project.caches.cache_writes import CacheWrites
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import names_in
from archlint.project.relations.stored_names import StoredNames
from archlint.project.spelling import last_name
from archlint.project.values.texts import Written

if TYPE_CHECKING:
    from archlint.project.program import Project

_READ, _WRITE, _DELETE = "cache.read", "cache.write", "cache.delete"
_DB_READ, _DB_WRITE = "db.read", "db.write"
_UPWARD, _INWARD = 3, 2
_OWN = frozenset({"self", "cls"})
_LETTERS = 3
"""A key's own words have so many letters at least."""


class CachedCopy(Struct, frozen=True):
    """`filler` keeps copies of rows of `name` under keys like `shape`; `deleted` is where a write of such rows deletes them,
    `leaving` are the functions that change such rows and leave the copies."""

    shape: str
    name: str
    filler: Site
    deleted: Site
    leaving: tuple[Def, ...]


class Uninvalidated:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._effects = project.effects
        self._names = StoredNames(project)
        self._reads = CacheReads(project, CacheWrites(project))

    def all(self) -> Iterator[CachedCopy]:
        """By key and what is stored. Keys that a signal's receiver deletes are not asked about: any write may come to it."""
        for shape, fillers in sorted(self._fillers.items()):
            deletions = [each for told, found in self._deletions.items() if _covers(told, shape) for each in found]
            if not deletions or any(self._is_handed_over(definition) for definition, _ in deletions):
                continue
            for name in sorted({name for filler, _ in fillers for name in self._names.of(filler, _DB_READ)}):
                deleting = next((site for definition, site in deletions if self._goes_with_write(definition, name)), None)
                if deleting is None:
                    continue
                filling = {filler for filler, _ in fillers}
                leaving = (w for w in self._writers.get(name, ()) if w not in filling and not self._deletes(w))
                yield CachedCopy(shape, name, fillers[0][1], deleting, tuple(leaving))

    @cached_property
    def _fillers(self) -> dict[str, list[tuple[Def, Site]]]:
        """Shape of a key → the functions that ask a database and then write it, and that have read it before, or whoever calls
        them."""
        read, found = self._by_shape(_READ), defaultdict[str, list[tuple[Def, Site]]](list)
        for shape, places in self._by_shape(_WRITE).items():
            for definition, site in places:
                rows = [point.site.at for point in self._effects.points_of(definition, _DB_READ) if point.site.at < site.at]
                if not rows:
                    continue
                readers = read.get(shape, ())
                first = min((place.at for reader, place in readers if reader == definition), default=site.at)
                around = self._callers(definition)
                if any(first < row for row in rows) or any(reader in around for reader, _ in readers):
                    found[shape].append((definition, site))
        return found

    @cached_property
    def _deletions(self) -> Mapping[str, list[tuple[Def, Site]]]:
        return self._by_shape(_DELETE)

    def _by_shape(self, effect: str) -> dict[str, list[tuple[Def, Site]]]:
        found: dict[str, list[tuple[Def, Site]]] = defaultdict(list)
        for point in self._effects.points(effect):
            if point.call is None or point.caller is None or not point.module.is_production:
                continue
            if effect == _WRITE and self._goes_on(point.call, _INWARD):
                continue
            if self._is_given_key(point.call, effect, _INWARD):
                for shape in self._shapes(point):
                    found[shape].append((point.caller, point.site))
        return found

    def _goes_on(self, call: CallSite, depth: int) -> bool:
        """What is written is made of what was there: attempts are counted, and nothing is copied."""
        told = call.operation.cache if call.operation is not None else None
        if told is not None:
            return told.kind == "counter" or self._reads.is_state(call, told)
        definitions = [target.definition for target in call.targets if target.definition is not None]
        inner = [p.call for d in definitions for p in self._effects.points_of(d, _WRITE) if p.call is not None] if depth else []
        return bool(inner) and all(self._goes_on(each, depth - 1) for each in inner)

    def _is_given_key(self, call: CallSite, effect: str, depth: int) -> bool:
        """What is given first is a key: the library is asked with it, or a function of the project that asks with what it is
        given there. Of another (`fulfil("report", order)`) nobody can say."""
        if call.operation is not None or not call.call.arguments:
            return True
        first = call.call.arguments[0].value
        for target in call.targets if depth else ():
            if target.definition is None:
                continue
            given = arguments_by_parameter(call.call, target.definition)
            names = _made_of(target.definition, {name for name, expr in given.items() if expr is first})
            for point in self._effects.points_of(target.definition, effect):
                asked = point.call.call.arguments[:1] if point.call is not None else []
                is_key = any(not names.isdisjoint(names_in(point.module.body, each.value)) for each in asked)
                if is_key and point.call is not None and self._is_given_key(point.call, effect, depth - 1):
                    return True
        return self._is_made_there(call)

    def _is_made_there(self, call: CallSite) -> bool:
        """An object that keeps copies of one kind makes their keys itself."""
        return any(target.definition is not None and self._is_client(target.definition) for target in call.targets)

    def _shapes(self, point: EffectPoint) -> Iterator[str]:
        """What is written of the key that a call is given first, its holes alike; else by what the key is made or kept."""
        assert point.call is not None  # noqa: S101 - others are not asked
        for argument in point.call.call.arguments[:1]:
            texts = self._project.values.texts(point.module, argument.value, point.context)
            shapes = {"".join(p.text if isinstance(p, Written) else "{}" for p in text.pieces) for text in texts}
            told = {shape for shape in shapes if sum(c.isalpha() for c in shape) >= _LETTERS}
            yield from sorted(told) or self._kept_by(point.call, argument.value)

    def _kept_by(self, call: CallSite, key: Expr) -> Iterator[str]:
        """`key("recipe", ident)`; `cards.read(ident)`, of an object of the project's own that keeps copies of one kind."""
        body, callee = call.module.body, call.call.callee
        if isinstance(key, CallRef):
            given = [a.value.value for a in body.calls[key.index].arguments if isinstance(a.value, String)]
            if given:
                yield f"{last_name(body, key)}({', '.join(given)}, {{}})"
                return
        is_own = self._is_made_there(call)
        base = callee.base if isinstance(callee, Attribute) else None
        name = last_name(body, base) if isinstance(base, Name | Attribute) else ""
        if is_own and name not in _OWN and sum(c.isalpha() for c in name) >= _LETTERS:
            yield f"{name}:{{}}"

    def _is_client(self, method: Def) -> bool:
        """A method that asks a cache itself, and no database."""
        asked = (p for effect in (_READ, _WRITE, _DELETE) for p in self._effects.points_of(method, effect))
        return method.function.klass >= 0 and any(p.is_direct for p in asked) and not self._effects.has(method, _DB_READ)

    @cached_property
    def _writers(self) -> dict[str, list[Def]]:
        """What is stored → the functions that change or delete such rows themselves."""
        found: dict[str, list[Def]] = defaultdict(list)
        for definition in self._changing():
            for name in sorted(self._names.of(definition, _DB_WRITE, changes_only=True)):
                found[name].append(definition)
        return found

    def _changing(self) -> list[Def]:
        points = (*self._effects.points(_DB_WRITE), *self._effects.points("db.commit"))
        own = (p.caller for p in points if p.is_direct and p.caller is not None and p.module.is_production)
        return [d for d in dict.fromkeys(own) if not d.module.is_migration]

    def _goes_with_write(self, definition: Def, name: str) -> bool:
        """The function that deletes, or one that calls it, writes such rows."""
        around = [definition, *self._callers(definition)]
        return any(name in self._names.of(each, _DB_WRITE) for each in around)

    def _deletes(self, writer: Def) -> bool:
        """The function, what it calls, or what comes to it deletes or writes something of a cache."""
        around, waiting = {writer}, [writer]
        for _ in range(_UPWARD):
            waiting = [c for each in waiting for c in self._callers(each) if c not in around]
            around.update(waiting)
        return any(self._effects.has(each, effect) for each in around for effect in (_DELETE, _WRITE))

    def _callers(self, definition: Def) -> list[Def]:
        places = sorted(self._effects.callers.get(definition, ()))
        modules = self._project.modules.by_path
        return [Def(modules[path], modules[path].name, row) for path, row in places if row >= 0]

    def _is_handed_over(self, definition: Def) -> bool:
        """It is run by others than those who call it: a signal's receiver, an event's listener."""
        return bool(definition.function.decorators) and not self._project.endpoints.by_definition.get(definition)


def _made_of(definition: Def, names: set[str]) -> set[str]:
    """The names of a function, and those that are set to something made of them: `key = f"{kind}:{number}"`."""
    module = definition.module
    for statement in module.own_statements(definition.index):
        if isinstance(statement.target, Name) and not names.isdisjoint(names_in(module.body, statement.value)):
            names = names | {statement.target.id}
    return names


def _covers(deleted: str, shape: str) -> bool:
    """It is the same key, or a pattern that the key is one of: `shop:product:*`."""
    return deleted == shape or (deleted.endswith("*") and shape.startswith(deleted[:-1]))
