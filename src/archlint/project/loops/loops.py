"""Loops: what runs once per item, and why some loops are bounded or their body runs less often than they turn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import Call, CallRef, Context, Name, Statement, Yield
from archlint.project.control.attempts import RETRY, counts, is_retry
from archlint.project.control.guarded import guarded
from archlint.project.control.refused import refuses_more
from archlint.project.listings.limited import Limited
from archlint.project.loops.item_keys import has_keys
from archlint.project.loops.loop_items import listed_by
from archlint.project.model import Def, Type
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, shorten, spell, spell_call
from archlint.project.values.written import FEW, Written
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

CHUNKS = "it goes over chunks"
WRITTEN = "its items are written in the code"
_LOOPS = frozenset({"for", "while", "comprehension"})
_CHUNK = re.compile(
    r"chunk|batch|(?<![a-z])pages?(?![a-z])|window|partition|bulk|slice|bucket|sub_?(list|array|set|seq)s?(?![a-z])"
    r"|split_(\w+_)?(ids|keys|pks|list|items|rows)(?![a-z])",
    re.IGNORECASE,
)
_KEYS = re.compile(r"(\w+_)?(ids|pks|keys|uuids)")
_TURNS = re.compile(r"(max|num|n)_?(iter|step|turn|round|hop|depth)|(?<![a-z])(iteration|turn|round)s(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Loop:
    """A `for`, `while` or comprehension: `module.body.contexts[context]`; or a call that runs a callable for each item
    of its other arguments (`map`), standing in that context."""

    module: Module = field(compare=False, repr=False)
    path: str
    context: int
    mapping: Call | None = field(default=None, compare=False, repr=False)

    @property
    def place(self) -> Context:
        return self.module.body.contexts[self.context]

    @cached_property
    def targets(self) -> frozenset[str]:
        """The names of the loop's variables."""
        return frozenset(names_in(self.module.body, self.place.target)) if self.mapping is None else frozenset()

    @cached_property
    def derived(self) -> frozenset[str]:
        """The loop's variables and the names that are made from them in the loop."""
        body = self.module.body
        found = set(self.targets)
        if self.mapping is not None:
            return frozenset()
        place = self.place
        inside = [context for context in body.contexts if place.at <= context.at < place.end]
        for _ in range(3):
            for statement in self.statements:
                if statement.target is not None and not found.isdisjoint(names_in(body, statement.value)):
                    found.update(names_in(body, statement.target))
            for context in inside:
                if not found.isdisjoint(names_in(body, context.subject)):
                    found.update(names_in(body, context.target))
        return frozenset(found)

    @property
    def site(self) -> Site:
        """The loop's head; of a mapping the call."""
        place = self.place
        if self.mapping is not None:
            return Site(self.path, self.mapping.at, self.mapping.end)
        return Site(self.path, place.at, place.subject.end if place.subject is not None else place.end)

    @property
    def text(self) -> str:
        """`for x in xs`, for messages."""
        body, place = self.module.body, self.place
        if self.mapping is not None:
            return shorten(spell_call(body, self.mapping))
        if place.kind == "while":
            return shorten(f"while {spell(body, place.subject)}")
        head = "async for" if place.is_async else "for"
        return shorten(f"{head} {spell(body, place.target)} in {spell(body, place.subject)}")

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What stands in the loop, nested blocks included."""
        place = self.place
        return tuple(self.module.statements_between(place.at, place.end))

    def holds(self, site: Site) -> bool:
        """The place stands in the loop."""
        inner = self.mapping or self.place
        return site.path == self.path and inner.at <= site.at < inner.end

    def chain(self, context: int) -> tuple[int, ...]:
        """The contexts from a place in the loop out to the loop, both included."""
        contexts, found = self.module.body.contexts, [context]
        while found[-1] != self.context and found[-1] >= 0:
            found.append(contexts[found[-1]].parent)
        return tuple(found)

    def kinds_around(self, context: int) -> frozenset[str]:
        """The kinds of the blocks between the loop and a place in it."""
        return frozenset(self.module.body.contexts[row].kind for row in self.chain(context)[:-1])


class Loops:
    """Answers about the loops around a place of the project."""

    def __init__(self, project: Project, listings: frozenset[str] = frozenset()) -> None:
        """`listings`: names of attributes and functions that list what the program itself declares."""
        self._project = project
        self._written = Written(project)
        self._limited = Limited(project, FEW)
        self._listings = listings

    def around(self, module: Module, context: int) -> Iterator[Loop]:
        """The loops that a place stands in, innermost first, up to the function that it belongs to."""
        contexts = module.body.contexts
        while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
            if contexts[context].kind in _LOOPS:
                yield Loop(module, module.path, context)
            context = contexts[context].parent

    def open_loop(self, module: Module, context: int, at: int) -> Loop | None:
        """The innermost loop for whose items the expression at that offset runs again and again; None if each loop
        around it is bounded by what is written in the code, or leaves or skips the expression after few turns."""
        return next((loop for loop in self.around(module, context) if self.excuse(loop, context, at) is None), None)

    def open_mapping(self, module: Module, context: int, mapping: Call) -> Loop | None:
        """The loop that a call makes which runs a callable per item; None if the items are written in the code."""
        items = [a.value for a in mapping.arguments if a.name in (None, "*")][1:]
        if items and all(self._written.is_written(module, item, context) for item in items):
            return None
        return Loop(module, module.path, context, mapping)

    def excuse(self, loop: Loop, context: int, at: int) -> str | None:
        """Why the expression at an offset does not run once per item of a collection of open size; None if it does."""
        place = loop.place
        if place.kind == "while":
            if not _drains(loop):
                return "it waits, pages or retries"
        elif place.subject is not None:
            if self._written.is_written(loop.module, place.subject, place.parent) or self._lists_itself(loop):
                return WRITTEN
            if self._is_yielded_once(loop):
                return "what it goes over is given once"
            if self._goes_over_kinds(loop):
                return "its items are those of an enumeration"
            if self._limited.is_limited(loop.module, place.subject, place.parent):
                return "a small limit bounds its items"
            if refuses_more(self._project, loop, FEW):
                return "longer ones are refused above it"
            if _cuts(loop) or (_are_named_chunks(loop) and not self._goes_over_rows(loop) and not _is_one_thing(loop)):
                return CHUNKS
            if is_retry(loop) and not self._goes_over_rows(loop):
                return "it counts attempts"
            if counts(loop, _TURNS):
                return "it counts turns, each of which goes on from the one before"
        chain = loop.chain(context)
        if _ends_behind(loop, chain, at):
            return "it ends behind this"
        return guarded(loop, chain, at)

    def _lists_itself(self, loop: Loop) -> bool:
        """What it goes over lists what the program declares: `Order._meta.get_fields()`, also by a name that has been given
        some of these."""
        body = loop.module.body
        return any(last_name(body, part) in self._listings for part in listed_by(loop))

    def _is_yielded_once(self, loop: Loop) -> bool:
        """`async for session in sessions()`, where the generator gives one and closes it behind the loop's body."""
        subject = loop.place.subject
        if not isinstance(subject, CallRef):
            return False
        made = [target.definition for target in self._project.calls.in_module(loop.module)[subject.index].targets]
        return bool(made) and all(each is not None and _yields_once(each) for each in made)

    def _goes_over_kinds(self, loop: Loop) -> bool:
        """The loop's own variable is a member of an enumeration, of which there are few."""
        return any(self._project.types.is_a(t, "enum.Enum") for t in self._items(loop))

    def _goes_over_rows(self, loop: Loop) -> bool:
        """`for batch in FeedBatch.query.all()`: each is one stored object, whatever it is called."""
        return any(self._project.types.role(t) == "db-model" for t in self._items(loop))

    def _items(self, loop: Loop) -> list[Type]:
        """What the loop's own variable may be an instance of."""
        target = loop.place.target
        found = self._project.types.all(loop.module, target, loop.context) if isinstance(target, Name) else ()
        return [t for t in found if not t.is_class]


def tries_again(module: Module, context: int) -> bool:
    """A loop around the place, in its function, goes on until it comes through: it counts attempts."""
    contexts = module.body.contexts
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        place = contexts[context]
        if place.kind == "for" and is_retry(Loop(module, module.path, context)):
            return True
        if place.kind == "while" and any(RETRY.search(name) for name in names_in(module.body, place.subject)):
            return True
        context = place.parent
    return False


def _yields_once(definition: Def) -> bool:
    body, function = definition.module.body, definition.function
    if not function.is_generator:
        return False
    own = [s for s in definition.module.own_statements(definition.index) if s.kind == "yield"]
    if len(own) != 1 or (isinstance(own[0].value, Yield) and own[0].value.is_from):
        return False
    context = own[0].context
    while context >= 0 and body.contexts[context].kind != "function":
        if body.contexts[context].kind in _LOOPS:
            return False
        context = body.contexts[context].parent
    return True


def _ends_behind(loop: Loop, chain: tuple[int, ...], at: int) -> bool:
    """What follows the expression leaves the loop: also in the block of a `with` whose head it is, in both branches."""
    contexts = loop.module.body.contexts
    within = {*chain}
    for row, place in enumerate(contexts):
        head = place.subject if place.kind == "with" and place.parent in within else None
        if head is not None and head.at <= at < head.end:
            within.add(row)
    leaving = {s.context for s in loop.statements if s.end > at and _leaves(loop, s)}
    if not leaving.isdisjoint(within):
        return True
    left = [contexts[row] for row in leaving if contexts[row].parent in within and contexts[row].at > at]
    tests = {place.subject for place in left if place.kind == "if"}
    return any(place.kind == "else" and place.subject is not None and place.subject in tests for place in left)


def _leaves(loop: Loop, statement: Statement) -> bool:
    if statement.kind == "break":
        contexts = loop.module.body.contexts
        return next(c for c in loop.chain(statement.context) if contexts[c].kind in _LOOPS) == loop.context
    return statement.kind in ("return", "raise")


def _drains(loop: Loop) -> bool:
    """`while queue:` that takes an item out of `queue` in each turn."""
    body, place = loop.module.body, loop.place
    tested = set(names_in(body, place.subject))
    return any(
        last_name(body, call.callee) in ("pop", "popleft", "popitem") and not tested.isdisjoint(names_in(body, call.callee))
        for call in body.calls
        if place.at <= call.at < place.end
    )


def _are_named_chunks(loop: Loop) -> bool:
    target = loop.place.target
    return any(_CHUNK.search(name) for name in loop.targets) or (isinstance(target, Name) and bool(_KEYS.fullmatch(target.id)))


def _is_one_thing(loop: Loop) -> bool:
    """`batch.id`: it has a key; so may a page of an answer have, which is one."""
    return has_keys(loop) and not any("page" in words_of(name) for name in loop.targets)


def _cuts(loop: Loop) -> bool:
    """`for part in chunked(rows, 500)`, `for start in range(0, n, 500)`."""
    body = loop.module.body
    for part in parts_of(body, loop.place.subject):
        if isinstance(part, CallRef):
            name = last_name(body, part)
            if _CHUNK.search(name) or (name == "range" and len(body.calls[part.index].arguments) == 3):
                return True
    return False
