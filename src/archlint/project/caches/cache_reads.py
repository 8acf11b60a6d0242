"""Who reads what is written to a store, and what becomes of it: a miss that is filled, a value taken further, a stamp."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.knowledge import CacheWrite
from archlint.facts.syntax import (
    Await,
    CallRef,
    Comparison,
    Constant,
    Expr,
    Name,
    String,
    Walrus,
)
from archlint.project.caches.cache_writes import CacheWrites
from archlint.project.caches.taken_further import is_changed, is_compared, is_taken_further
from archlint.project.control.sequence import ask_for_others
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter, parameter, receiver_of
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.values.texts import Written

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_ASKED = frozenset({"exists", "hexists", "has_key", "ttl", "pttl", "hlen", "strlen", "type", "keys", "scan"})
"""Reads that deliver no value."""
_MANY = ("get_many", "mget", "get_multi", "multi_get")
_DEPTH = 3
_LAYERS = 2
"""Functions of the project between a read and the one that asks."""
_REMOTE = ("db.read", "http", "rpc")


class CacheReads:
    """Answers about the reads that belong to a write."""

    def __init__(self, project: Project, writes: CacheWrites) -> None:
        self._project = project
        self._writes = writes

    def fills(self, site: CallSite, write: CacheWrite) -> bool:
        """The function asks for the key before it writes it, and reads its value, or one call does both: it fills a
        miss."""
        if _does_both(site):
            return True
        if write.kind == "many":
            return any(True for _ in self._many(site))
        own = list(self.of_key(site, write))
        asked = any(first.call.end <= site.call.at for first in own) or self._is_missed(site, write)
        if asked and any(_delivers(read) for read in own):
            return True
        return self._is_reread(site, site.argument(write.value)) or self._is_spelled_anew(site, write)

    def _is_spelled_anew(self, site: CallSite, write: CacheWrite) -> bool:
        """What is written of the key has been read before, with another thing in its holes, and a database or another service
        asked since: `f"area:{shape['id']}"` of each shape, and `f"area:{number}"` of each that was found."""
        expr = site.argument(write.key)
        if expr is None or site.caller is None or write.kind != "value":
            return False
        said = {shape for shape in self.shapes(site, expr) if "{}" in shape and not shape.startswith(f"{site.path}:")}
        for read in self._project.calls.of(site.caller) if said else ():
            key = self.delivered_key(read) if read.call.end <= site.call.at else None
            if key is not None and self.asks_elsewhere(site, read.call.end) and not said.isdisjoint(self.shapes(read, key)):
                return not self.is_only_tested(read)
        return False

    def _many(self, site: CallSite) -> Iterator[CallSite]:
        """The reads of many entries of the same store before, in the same function."""
        store = spell(site.module.body, receiver_of(site))
        for read in self._project.calls.of(site.caller) if site.caller is not None else ():
            is_many = _read_key(read) is not None and last_name(read.module.body, read.call.callee).endswith(_MANY)
            if is_many and read.call.end <= site.call.at and spell(read.module.body, receiver_of(read)) == store:
                yield read

    def _is_missed(self, site: CallSite, write: CacheWrite) -> bool:
        """It stands where the store was asked for the key and had it not: `if key not in cache`."""
        module, context = site.module, site.call.context
        key, store = self._writes.key(site, write), spell(module.body, receiver_of(site))
        while context >= 0 and module.body.contexts[context].kind != "function":
            place = module.body.contexts[context]
            test = place.subject
            if place.kind == "if" and isinstance(test, Comparison) and test.ops == ("not in",):
                asked, of = test.operands
                if self._writes.followed(site, asked) == key and spell(module.body, of) == store:
                    return True
            context = place.parent
        return False

    def only_asks(self, site: CallSite, write: CacheWrite) -> bool:
        """What the function reads under the key only tells whether something is there: it is tested and nothing else, and
        a caller does not get it. So is put in place what is not there yet, and no miss filled."""
        reads = list(self.of_key(site, write))
        return bool(reads) and all(self.is_only_tested(read) for read in reads)

    def is_only_tested(self, read: CallSite) -> bool:
        """What a read gives is tested, itself or turned into something else, and nothing is made of it."""
        assert read.caller is not None  # noqa: S101 - it stands in the function of the write
        body, function = read.module.body, read.caller.function
        own = read.module.statements_between(function.at, function.end)
        around = min((s for s in own if s.at <= read.call.at < s.end), key=lambda s: s.length, default=None)
        if around is None or around.kind not in ("test", "assign"):
            return False
        names = set(holders(read))
        if not names:
            return around.kind == "test"
        tests = [s for s in own if s.kind == "test"]
        asked = (c.call for c in self._project.calls.of(read.caller) if not any(s.at <= c.call.at < s.end for s in tests))
        used = [s.value for s in own if s is not around and s.kind != "test"]
        used += [argument.value for call in asked for argument in call.arguments]
        return not any(not names.isdisjoint(names_in(body, expr)) for expr in used)

    def _is_reread(self, site: CallSite, value: Expr | None) -> bool:
        """The name whose value is written has been set to what a read gave before, under whatever spelling of the key."""
        if not isinstance(value, Name) or site.caller is None:
            return False
        function = site.caller.function
        reads = [r for r in self._project.calls.of(site.caller) if self._key_of(r) is not None and _delivers(r)]
        return any(
            statement.at <= read.call.at < statement.end and read.call.end <= site.call.at
            for statement in site.module.statements_between(function.at, function.end)
            if isinstance(statement.target, Name) and statement.target.id == value.id and statement.kind == "assign"
            for read in reads
        )

    def serves(self, site: CallSite, write: CacheWrite, *, from_query: bool = False) -> bool:
        """A function that reads such a key, and then calls the one that writes it: the reader asks elsewhere on a miss;
        `from_query`: a database or another service, that is to be seen there. What writes many entries at once has no key to
        compare."""
        expr, owner = site.argument(write.key), site.caller
        if owner is None or (expr is None and write.kind != "many"):
            return False
        shapes = None if expr is None else self.shapes(site, expr)

        def is_copy(call: CallSite) -> bool:
            return not _is_written_out(site, write, call, owner)

        return self._is_served(owner, expr, shapes, _LAYERS, is_copy, from_query=from_query)

    def _is_served(
        self,
        owner: Def,
        expr: Expr | None,
        shapes: frozenset[str] | None,
        layers: int,
        is_copy: Callable[[CallSite], bool],
        *,
        from_query: bool,
    ) -> bool:
        """The same of a function that writes under keys of these shapes (of any, where it is None); `expr` is the key, where
        that is handed to it. Also through functions that only hand key and value on."""
        is_served = False
        for call in self._project.calls.callers(owner):
            handed = arguments_by_parameter(call.call, owner).get(expr.id) if isinstance(expr, Name) else None
            asked = shapes if shapes is None or handed is None else self.shapes(call, handed)
            own = self._asking(call, asked)
            given = arguments_by_parameter(call.call, owner).values()
            if any(self._is_read(call, value, read) or is_taken_further(call, value, read) for value in given for read in own):
                if handed is None:
                    return False  # such entries are a state that goes on, whoever else begins it
                continue
            asks = not from_query or self.asks_elsewhere(call)
            is_asked = (asks and any(_comes_before(read, call) for read in own)) or self._loads(call, asked)
            if not is_asked and layers > 1 and call.caller is not None and _hands_on(call):
                is_asked = self._is_served(call.caller, handed, asked, layers - 1, lambda _: True, from_query=from_query)
            is_served |= is_asked and is_copy(call)
        return is_served

    def _asking(self, call: CallSite, shapes: frozenset[str] | None) -> list[CallSite]:
        """The reads of such keys (of any, where it is None) in the function of a call; none where they are only tested: so is
        something put in place, and no miss filled."""
        reads = self._project.calls.of(call.caller) if call.caller is not None else ()
        keys = [(read, self._key_of(read)) for read in reads if _delivers(read)]
        own = [
            read
            for read, key in keys
            if key is not None or self._asks_alone(read)
            if shapes is None or not shapes.isdisjoint(self._read_shapes(read, key))
        ]
        return own if any(not self.is_only_tested(read) for read in own) else []

    def _loads(self, call: CallSite, shapes: frozenset[str] | None) -> bool:
        """The function of a call asks a database or another service for what it hands over, and one that reads such a key calls
        it: `found = kept(name)`, `return found if found else load(name)`."""
        owner = call.caller
        if owner is None or shapes is None or not self.asks_elsewhere(call):
            return False
        return any(
            _comes_before(read, outer)
            for outer in self._project.calls.callers(owner)
            for read in self._asking(outer, shapes)
            if read.index != outer.index
        )

    def asks_elsewhere(self, call: CallSite, since: int = 0) -> bool:
        """A database or another service is asked before, in the function of a call, and behind an offset."""
        effects = self._project.effects
        points = (p for effect in _REMOTE for p in (effects.points_of(call.caller, effect) if call.caller is not None else ()))
        return any(since <= point.site.at < call.call.at for point in points)

    def _is_read(self, call: CallSite, value: Expr, read: CallSite) -> bool:
        """What a call hands over is what the read gave, and nothing else: `plan = load(key)`, `save(plan)`."""
        if not isinstance(value, Name):
            return False
        source = self._writes.source(call.module, value, call.call.context)
        source = source.value if isinstance(source, Await) else source
        return isinstance(source, CallRef) and source.index == read.index

    def is_filled(self, site: CallSite, write: CacheWrite) -> bool:
        """Somewhere in the project a miss of such a key is filled: the write does so in advance, or again."""
        expr = site.argument(write.key)
        return expr is not None and not self.shapes(site, expr).isdisjoint(self._filled)

    def is_state(self, site: CallSite, write: CacheWrite) -> bool:
        """What is written is made of what was read under the same key (a state that goes on), or is compared with it
        (a stamp that tells whether something changed); or another write of the function does so: this one begins the state."""
        if self._goes_on(site, write):
            return True
        key = self._writes.key(site, write)
        beside = self._writes.in_function(site.caller) if key and site.caller is not None else ()
        others = [(s, w) for s, w in beside if s.index != site.index and w.kind == write.kind and self._writes.key(s, w) == key]
        return any(self._goes_on(other, told) for other, told in others)

    def _goes_on(self, site: CallSite, write: CacheWrite) -> bool:
        value = site.argument(write.value)
        reads = [read for read in self.of_key(site, write) if read.call.end <= site.call.at]
        if value is None or not reads:
            return False
        calls = {read.index for read in reads}
        parts = self.followed_parts(site.module, value, site.call.context)
        if any(isinstance(part, CallRef) and part.index in calls for part in parts):
            return True
        if is_changed(site, value, calls) or is_compared(site, calls):
            return True
        return any(self._compares(test, context, value, calls, site) for test, context in self._tests(site))

    def is_taken_away(self, site: CallSite, write: CacheWrite) -> bool:
        """The same function writes another entry that expires and whose value is this one's key: whoever hears of its end
        takes this one away (`set(f"end:{key}", key, ex=60)`)."""
        key = self._writes.key(site, write)
        for other, told in self._writes.in_function(site.caller) if key and site.caller is not None else ():
            value = other.argument(told.value)
            is_this = other.index != site.index and value is not None and self._writes.followed(other, value) == key
            if is_this and self._writes.expiry(other, told).kind in ("given", "parameter"):
                return True
        return False

    def is_counted(self, site: CallSite, write: CacheWrite) -> bool:
        """Other calls add to the number under the same key, or under each that callers hand over: this one begins a counter."""
        expr, owner = site.argument(write.key), site.caller
        if expr is None or write.kind == "counter" or not self._counted:
            return False
        keys = [(site, expr)]
        if owner is not None and isinstance(expr, Name) and parameter(owner.function, expr.id) is not None:
            calls = [call for call in self._project.calls.callers(owner) if call.module.is_production]
            given = ((call, arguments_by_parameter(call.call, owner).get(expr.id)) for call in calls)
            keys = [(call, value) for call, value in given if value is not None]
        return bool(keys) and not any(self.shapes(*key).isdisjoint(self._counted) for key in keys)

    @cached_property
    def _counted(self) -> frozenset[str]:
        """The shapes of the keys of counters."""
        counting = ((site, site.argument(write.key)) for site, write in self._writes.all if write.kind == "counter")
        return frozenset(shape for site, key in counting if key is not None for shape in self.shapes(site, key))

    def followed_parts(self, module: Module, expr: Expr, context: int, depth: int = _DEPTH) -> list[Expr]:
        """The parts of an expression, and those of what its local names stand for."""
        found: list[Expr] = []
        for part in parts_of(module.body, expr):
            source = self._writes.source(module, part, context)
            if source is not part and depth:
                found += self.followed_parts(module, source, context, depth - 1)
            found.append(part)
        return found

    def of_key(self, site: CallSite, write: CacheWrite) -> Iterator[CallSite]:
        """The reads of the same key in the same function."""
        expr = site.argument(write.key)
        if site.caller is None or expr is None:
            return
        key = self._writes.key(site, write)
        for other in self._project.calls.of(site.caller):
            first = self._key_of(other) if other.index != site.index else None
            if first is not None and (self._writes.followed(other, first) == key or self._is_same_name(site, first, expr)):
                yield other

    def _is_same_name(self, site: CallSite, one: Expr, other: Expr) -> bool:
        """Both are a name that some statement has set for both: `key = None`, and what it is set to in a branch."""
        if not isinstance(one, Name) or not isinstance(other, Name) or one.id != other.id:
            return False
        scopes = self._project.symbols.scopes(site.module)
        (_, before), (_, after) = (scopes.lookup(site.call.context, each.id, each.at) for each in (one, other))
        return not {(b.kind, b.index) for b in before}.isdisjoint((b.kind, b.index) for b in after)

    def _tests(self, site: CallSite) -> Iterator[tuple[Comparison, int]]:
        """The equalities that the function tests before the call."""
        assert site.caller is not None  # noqa: S101 - it has reads of its own
        body, function = site.module.body, site.caller.function
        for statement in body.statements:
            if statement.value is not None and function.at <= statement.at < site.call.at:
                for part in parts_of(body, statement.value):
                    if isinstance(part, Comparison) and part.ops in (("==",), ("!=",)):
                        yield part, statement.context

    def _compares(self, test: Comparison, context: int, value: Expr, reads: set[int], site: CallSite) -> bool:
        module = site.module
        written = self._writes.followed(site, value)
        sides = [self._writes.source(module, side, context) for side in test.operands]
        is_written = any(self._writes.followed(site, side) == written for side in test.operands)
        return is_written and any(
            isinstance(part, CallRef) and part.index in reads for side in sides for part in parts_of(module.body, side)
        )

    @cached_property
    def _filled(self) -> frozenset[str]:
        """The shapes of the keys whose misses are filled, with an expiry or with none."""
        return frozenset(
            shape
            for site, write in self._writes.all
            if (key := site.argument(write.key)) is not None
            and (self.fills(site, write) or self.serves(site, write))
            and not self.is_state(site, write)
            for shape in self.shapes(site, key)
        )

    def delivered_key(self, site: CallSite) -> Expr | None:
        """The key of a call that reads a value; None for another call, and for one that only asks whether it is there."""
        return self._key_of(site) if _delivers(site) else None

    def _key_of(self, site: CallSite) -> Expr | None:
        """The key that a call reads, itself or in the function of the project that it calls; None for another call."""
        if site.operation is not None:
            return _read_key(site)
        effects = self._project.effects
        if not effects.does(site, "cache.read") or effects.does(site, "cache.write") or not site.call.arguments:
            return None
        return site.call.arguments[0].value if _gives(site) else None

    def _asks_alone(self, site: CallSite) -> bool:
        """It calls a function of the project that reads under a key of its own, and writes nothing: `settings.kept()`."""
        effects = self._project.effects
        return (
            _gives(site)
            and not site.call.arguments
            and effects.does(site, "cache.read")
            and not effects.does(site, "cache.write")
        )

    def _read_shapes(self, read: CallSite, key: Expr | None, depth: int = _LAYERS) -> frozenset[str]:
        """What a read's key looks like, and the one that the function asks with which it calls."""
        found = self.shapes(read, key) if key is not None else frozenset[str]()
        for target in read.targets if read.operation is None and depth else ():
            for inner in self._project.calls.of(target.definition) if target.definition is not None else ():
                asked = self._key_of(inner)
                if asked is not None and not _is_handed_in(inner, asked):
                    found |= self._read_shapes(inner, asked, depth - 1)
        return found

    def shapes(self, site: CallSite, expr: Expr) -> frozenset[str]:
        """What is written of a key, its holes alike; of a key that is only a hole, what makes it, in one file."""
        shapes = {
            "".join(piece.text if isinstance(piece, Written) else "{}" for piece in text.pieces)
            for text in self._project.values.texts(site.module, expr, site.call.context)
        } or {"{}"}
        made = f"{site.path}:{self._maker(site, expr)}"
        return frozenset(shape if any(c.isalnum() for c in shape) else made for shape in shapes)

    def _maker(self, site: CallSite, expr: Expr) -> str:
        """The name of a key; of a call that makes one, its name and the words it is given."""
        body = site.module.body
        source = self._writes.source(site.module, expr, site.call.context)
        if not isinstance(source, CallRef):
            return last_name(body, source)
        given = [a.value.value for a in body.calls[source.index].arguments if isinstance(a.value, String)]
        return " ".join([last_name(body, source), *sorted(given)])


def holders(read: CallSite) -> Iterator[str]:
    """The names that hold what a read gives."""
    body, function = read.module.body, read.module.body.contexts[read.call.context].function
    for statement in read.module.own_statements(function):
        if statement.at <= read.call.at < statement.end:
            if statement.kind in ("assign", "annotate") and isinstance(statement.target, Name):
                yield statement.target.id
            for part in parts_of(body, statement.value):
                if isinstance(part, Walrus) and part.value.at <= read.call.at < part.value.end:
                    yield part.name


def _gives(site: CallSite) -> bool:
    """What is called are functions of the project that return something."""
    definitions = [target.definition for target in site.targets]
    return bool(definitions) and all(
        definition is not None
        and any(s.kind == "return" and s.value is not None for s in definition.module.own_statements(definition.index))
        for definition in definitions
    )


def _is_handed_in(site: CallSite, key: Expr) -> bool:
    """The key is what the function around was given: whoever calls it says which."""
    return isinstance(key, Name) and site.caller is not None and parameter(site.caller.function, key.id) is not None


def _hands_on(call: CallSite) -> bool:
    """Something that it was given itself is handed over by the function of a call."""
    given = (argument.value for argument in call.call.arguments)
    return call.caller is not None and any(
        isinstance(value, Name) and parameter(call.caller.function, value.id) is not None for value in given
    )


def _is_written_out(site: CallSite, write: CacheWrite, call: CallSite, owner: Def) -> bool:
    """A call of the function around a write hands over a literal to be written: nothing was asked elsewhere for it."""
    value = site.argument(write.value)
    given = arguments_by_parameter(call.call, owner).get(value.id) if isinstance(value, Name) else None
    return isinstance(given, Constant | String)


def _comes_before(read: CallSite, call: CallSite) -> bool:
    return read.call.end <= call.call.at and not ask_for_others(call.module, read.call.context, call.call.context)


def _does_both(site: CallSite) -> bool:
    """One call asks for the value and fills it (`get_or_set`)."""
    return site.operation is not None and bool(site.operation.once) and "cache.read" in site.operation.effect


def _read_key(site: CallSite) -> Expr | None:
    if site.operation is None or "cache.read" not in site.operation.effect:
        return None
    return site.argument("0:name") or site.argument("0:key")


def _delivers(site: CallSite) -> bool:
    return last_name(site.module.body, site.call.callee) not in _ASKED
