"""Functions that remember their answers in a store: what is found under a key is given out, and so is what is made where
there is nothing and then written under it."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Name, Walrus
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name
from archlint.project.values.texts import Hole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.facts.knowledge import CacheWrite
    from archlint.facts.syntax import Expr
    from archlint.project.caches.cache_reads import CacheReads
    from archlint.project.caches.cache_writes import CacheWrites
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project

_CHANGES = ("db.write", "publish", "cache.delete")


class Memoised:
    """Answers about writes that keep a function's answer for the next time that it is asked the same."""

    def __init__(self, project: Project, writes: CacheWrites, reads: CacheReads) -> None:
        self._project = project
        self._writes = writes
        self._reads = reads

    def is_decorated(self, site: CallSite, write: CacheWrite) -> bool:
        """The value is what a function gives that was handed to the one around: a decorator that keeps answers."""
        value = site.argument(write.value)
        if value is None or site.caller is None or not self._finds(site, write):
            return False
        return any(self._is_handed(site, call) for call in self._makers(site, value))

    def has(self, site: CallSite, write: CacheWrite) -> bool:
        """The function gives out what it finds under the key, and what it makes of its arguments otherwise; nothing else
        writes such an entry, so that it is no state that something goes on with."""
        key, value = site.argument(write.key), site.argument(write.value)
        if key is None or value is None or site.caller is None or not self._is_of_some(site, key):
            return False
        return (
            self._finds(site, write)
            and self._gives(site, set(self._names(site, value)))
            and self._is_made_of(site, key, value)
            and self._writes_alone(site, key)
        )

    def _is_made_of(self, site: CallSite, key: Expr, value: Expr) -> bool:
        """Some call that the value comes from is given what the key names, and none changes anything."""
        named = set(self._names(site, key))
        makers = [call for call in self._makers(site, value) if not self._is_new(call)]
        if any(self._project.effects.does(call, *_CHANGES) for call in makers):
            return False
        given = (argument.value for call in makers for argument in call.call.arguments)
        return any(not named.isdisjoint(self._names(site, expr)) for expr in given)

    def _is_new(self, call: CallSite) -> bool:
        """An object is made, with which something begins."""
        return last_name(call.module.body, call.call.callee)[:1].isupper()

    def _is_of_some(self, site: CallSite, key: Expr) -> bool:
        """One entry for each of some kind, which the key names: `f"page:{number}"`."""
        texts = self._project.values.texts(site.module, key, site.call.context)
        return bool(texts) and all(
            any(isinstance(piece, Hole) for piece in text.pieces)
            and any(c.isalpha() for piece in text.pieces if not isinstance(piece, Hole) for c in piece.text)
            for text in texts
        )

    def _finds(self, site: CallSite, write: CacheWrite) -> bool:
        """What is read under the key is given out."""
        reads = [read for read in self._reads.of_key(site, write) if read.call.end <= site.call.at]
        return any(self._gives(site, set(self._held(site, read)), read) for read in reads)

    def _held(self, site: CallSite, read: CallSite) -> Iterator[str]:
        """The names that what was read goes to, through others."""
        body, held = site.module.body, set[str]()
        for statement in site.module.own_statements(body.contexts[site.call.context].function):
            parts = parts_of(body, statement.value)
            is_read = any(isinstance(part, CallRef) and part.index == read.index for part in parts)
            if not is_read and held.isdisjoint(names_in(body, statement.value)):
                continue
            if statement.kind in ("assign", "annotate") and isinstance(statement.target, Name):
                held.add(statement.target.id)
            held.update(part.name for part in parts_of(body, statement.value) if isinstance(part, Walrus) and is_read)
        yield from held

    def _gives(self, site: CallSite, names: set[str], read: CallSite | None = None) -> bool:
        """The function returns something of one of the names, or of the read itself."""
        body = site.module.body
        for statement in site.module.own_statements(body.contexts[site.call.context].function):
            if statement.kind in ("return", "yield") and statement.value is not None:
                if not names.isdisjoint(names_in(body, statement.value)):
                    return True
                calls = (part.index for part in parts_of(body, statement.value) if isinstance(part, CallRef))
                if read is not None and read.index in calls:
                    return True
        return False

    def _names(self, site: CallSite, value: Expr) -> Iterator[str]:
        """The names of the function that the value is made of."""
        for part in self._reads.followed_parts(site.module, value, site.call.context):
            if isinstance(part, Name):
                yield part.id

    def _makers(self, site: CallSite, value: Expr) -> Iterator[CallSite]:
        """The calls that the value comes from, in whatever branch."""
        module, names = site.module, set(self._names(site, value))
        sites = self._project.calls.in_module(module)
        exprs = [value]
        exprs += [
            statement.value
            for statement in module.own_statements(module.body.contexts[site.call.context].function)
            if isinstance(statement.target, Name) and statement.target.id in names and statement.value is not None
        ]
        for expr in exprs:
            for part in self._reads.followed_parts(module, expr, site.call.context):
                if isinstance(part, CallRef) and part.at < site.call.at:
                    yield sites[part.index]

    def _writes_alone(self, site: CallSite, key: Expr) -> bool:
        """No other function writes such an entry."""
        return all(self._writers[shape] <= {site.caller} for shape in self._reads.shapes(site, key))

    @cached_property
    def _writers(self) -> dict[str, set[Def | None]]:
        """Shape of a key → the functions that write such entries, those included that hand the key over for it."""
        found: dict[str, set[Def | None]] = defaultdict(set)
        for site, write in self._writes.all:
            key = site.argument(write.key)
            for shape in self._reads.shapes(site, key) if key is not None else ():
                found[shape].add(site.caller)
            owner = site.caller
            if owner is None or not isinstance(key, Name) or parameter(owner.function, key.id) is None:
                continue
            for call in self._project.calls.callers(owner):
                handed = arguments_by_parameter(call.call, owner).get(key.id)
                for shape in self._reads.shapes(call, handed) if handed is not None else ():
                    found[shape].add(call.caller)
        return found

    def _is_handed(self, site: CallSite, call: CallSite) -> bool:
        """A function that is called was handed to a function around."""
        callee = call.call.callee
        if not isinstance(callee, Name):
            return False
        scope, bindings = self._project.symbols.scopes(site.module).lookup(call.call.context, callee.id, callee.at)
        own = site.module.body.contexts[site.call.context].function
        return scope >= 0 and len(bindings) == 1 and bindings[0].kind == "parameter" and bindings[0].function != own
