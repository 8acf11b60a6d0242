"""Whether what is written to a store is a copy of something kept elsewhere, and how sure that is.

A key-value store may be a cache or the only home of a value (a counter, a flag, a queue, a data set); its client is the
same.  What tells a copy is a reader that asks elsewhere on a miss: the function reads the key first and fills it, or one
that reads it calls the function that writes, or such a key is filled so in another place.  A value that comes from a query
or a remote call, a client that is called a cache, a value that is serialised: all these may be tables laid down at start,
states or settings, which their readers find nowhere else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.findings import Confidence
from archlint.facts.knowledge import CacheWrite
from archlint.facts.syntax import Attribute, CallRef, Collection, Constant, Expr, Mapping, Name, Operation, String
from archlint.project.caches.aged_entries import AgedEntries
from archlint.project.caches.cache_reads import CacheReads
from archlint.project.caches.cache_writes import CacheWrites
from archlint.project.caches.filled_misses import FilledMisses
from archlint.project.caches.kept_current import KeptCurrent
from archlint.project.caches.memoised import Memoised
from archlint.project.model import CallSite
from archlint.project.names.arguments import arguments_by_parameter, parameter, receiver_of
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.values.texts import Hole, Written

if TYPE_CHECKING:
    from archlint.project.program import Project

_REMOTE = frozenset({"db.read", "http", "rpc"})
_REMOTE_KINDS = frozenset({"http-client", "cloud-sdk"})
_STRUCTURES = frozenset({"set", "list", "counter"})
_STORES = "broker-client"
_CALLERS = 5
_OWN_CALLS = frozenset(
    {"now", "utcnow", "today", "time", "time_ns", "monotonic", "getpid", "gethostname"}
    | {"uuid1", "uuid4", "token_hex", "token_urlsafe", "token_bytes"}
)
_REFERENCES = frozenset({"id", "pk", "uuid"})
_PLAIN = frozenset({"int", "float", "str", "round"})
_LOCK_WORDS = frozenset(
    {"lock", "locks", "locked", "locking", "mutex", "semaphore", "acquire", "leader", "leadership", "election", "claim"}
)
_STATES = frozenset(
    {"sent", "seen", "done", "shown", "begun", "flag", "mark", "once", "dedup", "dedupe", "reminder", "notification"}
)
_SHORT, _LITERALS = 4, (Collection, Constant, Mapping, String)
_GIVEN_ONCE = frozenset({"refresh", "token"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def words_of(*texts: str) -> frozenset[str]:
    """The words of identifiers and keys, lower-case: `RedisCache.user_key` → redis, cache, user, key."""
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))


class CopyWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`cache_words` and `primary_words` tell caches and other uses by name, `state_words` other uses of what is always
    called a cache; `serialisers` are last names of calls."""

    cache_words: tuple[str, ...]
    primary_words: tuple[str, ...]
    state_words: tuple[str, ...]
    serialisers: tuple[str, ...]


class CachedCopies:
    def __init__(self, project: Project, writes: CacheWrites, words: CopyWords) -> None:
        self._project = project
        self._writes = writes
        self._reads = CacheReads(project, writes)
        self._aged = AgedEntries(project, writes, self._reads)
        self._misses = FilledMisses(project, self._reads)
        self._memoised = Memoised(project, writes, self._reads)
        self._current = KeptCurrent(project, self._reads)
        self._cache_words = frozenset(words.cache_words)
        self._primary_words = frozenset(words.primary_words)
        self._state_words = frozenset(words.state_words)
        self._serialisers = frozenset(words.serialisers)

    def confidence(self, site: CallSite, write: CacheWrite, outer: CallSite | None = None) -> Confidence | None:
        """How sure it is that the write keeps a copy; None: there is no sign of it. `outer` is the call of the
        function in which the write stands, where that is what is asked about: key and value come from there."""
        if self._aged.ages(site, write) or self._reads.is_taken_away(site, write) or self._reads.is_counted(site, write):
            return None
        named = self._names(site) | (self._names(outer) if outer is not None else frozenset())
        written, filled = self._key_words(site, write, outer)
        says_cache = not self._cache_words.isdisjoint(named | written | filled)
        is_primary = not self._primary_words.isdisjoint(written | self._function_words(outer or site))
        if is_primary and not says_cache and not self._misses.has(site, write):
            return None
        is_state = self._reads.is_state(site, write)
        if self._is_store(site):
            return self._in_store(site, write, outer, says_cache=says_cache, is_state=is_state)
        fills = self._fills(site, write, outer)
        if not self._state_words.isdisjoint(written | self._function_words(outer or site)):
            return Confidence.HIGH if fills else Confidence.LOW if self._is_copy(site, write, outer)[0] else None
        if is_state:
            return Confidence.LOW
        return Confidence.HIGH if fills else Confidence.MEDIUM if self._is_filled(site, write, outer) else Confidence.LOW

    def confidence_through(self, site: CallSite, write: CacheWrite, calls: tuple[CallSite, ...]) -> Confidence | None:
        """The same of the first of the calls that lead to a write one after the other, or of one on the way that says itself
        which key it writes."""
        if not calls:
            return self.confidence(site, write)
        named = [call for call in calls[1:] if _given(call, _as_called(site, write, call).key) is None]
        found = [self.confidence(site, write, call) for call in (calls[0], *named)]
        return max((each for each in found if each is not None), default=None)

    def _in_store(
        self, site: CallSite, write: CacheWrite, outer: CallSite | None, *, says_cache: bool, is_state: bool
    ) -> Confidence | None:
        """`confidence` where the store is as often the home of a value."""
        copies, serialised = self._is_copy(site, write, outer)
        if is_state:
            return Confidence.LOW if says_cache or copies else None
        # a setting, a key or a state that is made when it is missing is written so, too, and a hash is as often an index
        is_sure = copies or (write.kind != "hash" and says_cache) or self._serves_from_query(site, write, outer)
        is_home = self._is_of_object(site, write) or (not copies and self._reads.only_asks(site, write))
        is_home |= self._keeps_structure(site) and not self._reads.fills(site, write)
        fills = self._fills(site, write, outer) and not is_home
        if (fills and is_sure) or self._memoised.is_decorated(site, write):
            return Confidence.HIGH
        if fills and self._memoised.has(site, write):
            return Confidence.MEDIUM
        if not says_cache and not fills and (write.kind == "hash" or self._keeps_structure(site)):
            return None
        is_filled = self._is_filled(site, write, outer) and not is_home
        if is_filled and is_sure:
            return Confidence.MEDIUM
        return Confidence.LOW if fills or is_filled or says_cache or copies or serialised else None

    def is_kept_current(self, site: CallSite, write: CacheWrite) -> bool:
        """Each change of its source takes the entry out, or writes it anew: see `KeptCurrent`."""
        return self._current.has(site, write)

    def fills_from_query(self, site: CallSite, write: CacheWrite) -> bool:
        """It fills a miss with what a query made there says: see `FilledMisses`."""
        return self._misses.has(site, write)

    def is_of_query(self, site: CallSite, write: CacheWrite) -> bool:
        """The value comes from a query or a remote call, and not from what was read under the same key."""
        is_copy = self._is_copy(site, write, None)[0] or self._asks_within(site, write)
        return is_copy and not self._reads.is_state(site, write)

    def _asks_within(self, site: CallSite, write: CacheWrite) -> bool:
        """What the value is set to goes through the answer of a query: `rows = set(query)`."""
        value = site.argument(write.value)
        if value is None or site.caller is None:
            return False
        source = self._writes.source(site.module, value, site.call.context)
        points = (p for effect in sorted(_REMOTE) for p in self._project.effects.points_of(site.caller, effect))
        return any(source.at <= point.site.at < source.end for point in points)

    def _is_copy(self, site: CallSite, write: CacheWrite, outer: CallSite | None) -> tuple[bool, bool]:
        """(the value comes from a query or a remote call, it is serialised)."""
        copies, serialised = self._value(outer or site, write if outer is None else None)
        copies = copies or self._misses.has(site, write)
        if outer is not None:
            more = self._value(site, write)
            return copies or more[0], serialised or more[1]
        return copies, serialised

    def _fills(self, site: CallSite, write: CacheWrite, outer: CallSite | None) -> bool:
        """It fills a miss of the same function, or of one that reads and calls it."""
        return self._misses.has(site, write) or any(
            self._reads.fills(place, told) or self._reads.serves(place, told) for place, told in _places(site, write, outer)
        )

    def _serves_from_query(self, site: CallSite, write: CacheWrite, outer: CallSite | None) -> bool:
        return any(self._reads.serves(place, told, from_query=True) for place, told in _places(site, write, outer))

    def _is_filled(self, site: CallSite, write: CacheWrite, outer: CallSite | None) -> bool:
        return self._reads.is_filled(*_places(site, write, outer)[-1])

    def says_cache(self, *names: str) -> bool:
        """One of the names has a word for a cache in it."""
        return not self._cache_words.isdisjoint(words_of(*names))

    def makes_itself(self, site: CallSite, expr: Expr | None) -> bool:
        """A literal, the time, a random token, or a sum of them: made where it is written, and the copy of nothing. What
        makes it may be handed over, too (`get_or_set(key, time.time)`)."""
        if expr is None:
            return False
        source = self._writes.source(site.module, expr, site.call.context)
        if isinstance(source, CallRef):
            name, arguments = last_name(site.module.body, source), site.module.body.calls[source.index].arguments
            return name in _OWN_CALLS or (name in _PLAIN and all(self.makes_itself(site, a.value) for a in arguments))
        if isinstance(source, Operation):
            return all(self.makes_itself(site, operand) for operand in source.operands)
        if isinstance(source, Attribute | Name) and last_name(site.module.body, source) in _OWN_CALLS:
            return self._is_imported(site, source)
        if isinstance(source, Collection | Mapping):
            return all(isinstance(part, _LITERALS) for part in parts_of(site.module.body, source))
        return isinstance(source, Constant | String)

    def is_reference(self, site: CallSite, value: Expr | None) -> bool:
        """The value only says which: `profile.id`, `profile_id`, `str(user.pk)`.  What belongs to what is a state more often
        than a copy."""
        if isinstance(value, CallRef) and last_name(site.module.body, value) in _PLAIN:
            value = next((a.value for a in site.module.body.calls[value.index].arguments), None)
        if isinstance(value, Name):
            return value.id.rpartition("_")[2] in _REFERENCES
        return isinstance(value, Attribute) and value.attr in _REFERENCES

    def _is_imported(self, site: CallSite, expr: Expr) -> bool:
        while isinstance(expr, Attribute):
            expr = expr.base
        if not isinstance(expr, Name):
            return False
        _, bindings = self._project.symbols.scopes(site.module).lookup(site.call.context, expr.id, expr.at)
        return bool(bindings) and all(binding.kind == "import" for binding in bindings)

    def is_own(self, site: CallSite, write: CacheWrite) -> bool:
        """A value that the store is the home of, whatever the names around say: made on the spot, or a credential that
        is given out once."""
        value = site.argument(write.value)
        if self.makes_itself(site, value) or self._spells_out(site, value):
            return True
        named = self._key_words(site, write, None)[0] | (
            words_of(self._writes.followed(site, value)) if value is not None else frozenset()
        )
        return named >= _GIVEN_ONCE

    def _spells_out(self, site: CallSite, value: Expr | None) -> bool:
        """The text of a literal: `json.dumps([])`, what a store begins with."""
        source = self._writes.source(site.module, value, site.call.context) if value is not None else None
        if not isinstance(source, CallRef) or last_name(site.module.body, source) not in self._serialisers:
            return False
        first = next(iter(site.module.body.calls[source.index].arguments), None)
        return first is not None and all(isinstance(part, _LITERALS) for part in parts_of(site.module.body, first.value))

    def _is_of_object(self, site: CallSite, write: CacheWrite) -> bool:
        """An object's own state, which it takes up again where the store has it."""
        value = site.argument(write.value)
        return isinstance(value, Attribute) and isinstance(value.base, Name) and value.base.id == "self"

    def says_lock(self, site: CallSite, write: CacheWrite, outer: CallSite) -> bool:
        """Do the key, the function, its class or module, or the one that calls it name a lock?"""
        written, filled = self._key_words(site, write, outer if outer is not site else None)
        around = words_of(*(place.caller.name if place.caller is not None else place.module.name for place in (site, outer)))
        return not _LOCK_WORDS.isdisjoint(written | filled | around | self._names(site))

    def says_state(self, site: CallSite, write: CacheWrite) -> bool:
        """The key names what has become of something (`order:7:paused`, `mail:7:sent`)."""
        written, _ = self._key_words(site, write, None)
        return any(word in _STATES or (word.endswith(("ed", "ing")) and len(word) > _SHORT) for word in written)

    def _is_store(self, site: CallSite) -> bool:
        target = next((t.name for t in site.targets if t.operation is not None), "")
        return _STORES in self._project.knowledge.package_kinds(target)

    def _names(self, site: CallSite) -> frozenset[str]:
        """The words of the client, the function, the class and the module."""
        receiver = spell(site.module.body, receiver_of(site))
        function = site.caller.name if site.caller is not None else site.module.name
        return words_of(receiver, function)

    def _function_words(self, site: CallSite) -> frozenset[str]:
        return words_of(site.caller.function.qualname) if site.caller is not None else frozenset()

    def _key_words(self, site: CallSite, write: CacheWrite, outer: CallSite | None) -> tuple[frozenset[str], frozenset[str]]:
        """The words of the key as it is written, and those of what fills its holes: a `{limit}` makes no rate limit."""
        expr = site.argument(write.key)
        keys = [] if expr is None else [(site, expr)]
        if outer is not None:
            keys += [(outer, argument.value) for argument in outer.call.arguments[:1]]
        written: frozenset[str] = frozenset()
        filled: frozenset[str] = frozenset()
        for where, key in keys:
            texts = self._project.values.texts(where.module, key, where.call.context)
            parts = [piece for text in texts for piece in text.pieces]
            holes = words_of(*(part.text for part in parts if isinstance(part, Hole)))
            name = words_of(self._writes.followed(where, key))
            written |= words_of(*(part.text for part in parts if isinstance(part, Written))) | (name - holes)
            filled |= holes
        return written, filled

    def _value(self, site: CallSite, write: CacheWrite | None) -> tuple[bool, bool]:
        """(the value comes from a query or a remote call, it is serialised)."""
        given = [a.value for a in site.call.arguments[1:]] if write is None else [site.argument(write.value)]
        told = [self._of_expression(site, expr) for expr in given if expr is not None]
        return any(copies for copies, _ in told), any(serialised for _, serialised in told)

    def _of_expression(self, site: CallSite, expr: Expr, follow: bool = True) -> tuple[bool, bool]:
        sites = self._project.calls.in_module(site.module)
        copies = serialised = False
        for part in self._reads.followed_parts(site.module, expr, site.call.context):
            if isinstance(part, CallRef):
                serialised |= last_name(site.module.body, part) in self._serialisers
                copies |= self.is_remote(sites[part.index])
            elif isinstance(part, Name) and follow and not copies:
                copies |= self._handed_in(site, part)
        return copies, serialised

    def is_remote(self, site: CallSite) -> bool:
        """The call asks a database or another service."""
        knowledge = self._project.knowledge
        return self._project.effects.does(site, *_REMOTE) or any(
            not _REMOTE_KINDS.isdisjoint(knowledge.package_kinds(t.name)) for t in site.targets if t.definition is None
        )

    def _handed_in(self, site: CallSite, name: Name) -> bool:
        """The name is a parameter for which some caller gives what it got from elsewhere."""
        owner = site.caller
        if owner is None or parameter(owner.function, name.id) is None:
            return False
        for call in self._project.calls.callers(owner)[:_CALLERS]:
            given = arguments_by_parameter(call.call, owner).get(name.id)
            if given is not None and call.module.is_production and self._of_expression(call, given, follow=False)[0]:
                return True
        return False

    def _keeps_structure(self, site: CallSite) -> bool:
        """Sets, lists or counters are written beside it: a data structure whose home is the store."""
        if site.caller is None:
            return False
        others = (other.operation for other in self._project.calls.of(site.caller))
        return any(o is not None and o.cache is not None and o.cache.kind in _STRUCTURES for o in others)


def _places(site: CallSite, write: CacheWrite, outer: CallSite | None) -> list[tuple[CallSite, CacheWrite]]:
    """Where an entry is written, and where the function is called that writes it, the last; that alone where the key is
    handed over there: what is done with other keys says nothing."""
    if outer is None:
        return [(site, write)]
    own = [(site, write)] if _given(site, write.key) is None else []
    return [*own, (outer, _as_called(site, write, outer))]


def _as_called(site: CallSite, write: CacheWrite, outer: CallSite) -> CacheWrite:
    """The write in terms of the arguments of a call of the function around it."""
    if site.caller is None or all(target.definition != site.caller for target in outer.targets):
        return write  # through more than one function: by the same place
    given = arguments_by_parameter(outer.call, site.caller)
    arguments = outer.call.arguments

    def notation(own: str | None) -> str | None:
        expr = given.get(_given(site, own) or "")
        rows = (f"{row}:{a.name or ''}" for row, a in enumerate(arguments) if a.value is expr)
        return next(rows, None) if expr is not None else own

    return replace(write, key=notation(write.key), value=notation(write.value))


def _given(site: CallSite, notation: str | None) -> str | None:
    """The parameter of the function around that is handed on as an argument."""
    expr = site.argument(notation)
    declared = parameter(site.caller.function, expr.id) if isinstance(expr, Name) and site.caller is not None else None
    return declared.name if declared is not None else None
