"""Queries that a function asks only where its caller, or the object itself, has not brought the answer along."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Collection, Constant, Expr, Name, Operation
from archlint.project.effects.kept_answers import empty_names, empty_parts
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.names.switches import Switches
    from archlint.project.program import Project

_OLD = frozenset({"expired", "stale", "outdated"})
_NUMBERS = frozenset({"id", "pk"})
_LOADED = "prefetched"
_ASKED_FOR = 2
"""`getattr(book, "stock", None)`: with a value for what is not there."""


class Spared:
    """Tells by the tests around the query, and by those that end its function before it."""

    def __init__(self, project: Project, switches: Switches) -> None:
        self._project = project
        self._switches = switches

    def is_brought(self, stations: list[EffectPoint], *, is_set: bool = False) -> bool:
        """A parameter of a function on the way, which the call gives, is asked for first; or an attribute that may have
        been put on the object: `count = getattr(book, "count", None)`.  What a function on the way hands on that it was not
        given itself counts for nothing.  `is_set`: only a name counts that the place goes on to set: what else a call may be
        given (a language, a limit) is no answer."""
        left_out: frozenset[str] = frozenset()
        for before, here in pairwise(stations):
            given = _handed(before, here, left_out)
            known = self._empty_at(here) & (given | _attributes(here)) if here.caller is not None else frozenset()
            if not known.isdisjoint(_set_at(here) if is_set else known):
                return True
            left_out = _optional(here) - given
        return False

    def is_filled_once(self, stations: list[EffectPoint]) -> bool:
        """A function on the way asks only where an attribute is empty, and sets that one to what it is told:
        `if self.picture: return`, `self.picture = fetch(…)`."""
        for here in stations[1:]:
            body = here.module.body
            set_here = {
                spell(body, s.target)
                for s in body.statements
                if type(s.target) is Attribute and s.kind in ("assign", "annotate") and s.at <= here.site.at < s.end
            }
            if set_here and any(isinstance(p, Attribute) and spell(body, p) in set_here for p in self._empty_parts_at(here)):
                return True
        return False

    def is_given(self, stations: list[EffectPoint], item: frozenset[str]) -> bool:
        """What the loop calls asks only where a parameter that has to be given holds nothing, and is given something of the
        item: `details(issue["path"])`, which asks elsewhere where `path is None`.  `item`: the names that hold of the item."""
        for before, here in list(pairwise(stations))[:1]:
            if before.call is None or before.kind != "call" or here.caller is None:
                continue
            given = arguments_by_parameter(before.call.call, here.caller)
            body = before.module.body
            needed = {p.name for p in here.caller.function.parameters if p.default is None}
            brought = {name for name, expr in given.items() if not item.isdisjoint(names_in(body, expr))}
            if not brought.isdisjoint(needed & self._none_at(here)):
                return True
        return False

    def _none_at(self, here: EffectPoint) -> frozenset[str]:
        """The parameters that are None wherever the place is reached, also by `any([path is None, path == "None"])`."""
        tests = self._switches.tests_around(here.module, here.context, here.site.at)
        return frozenset(
            name
            for test, holds in tests
            for name in (*empty_names(test, holds=holds), *_one_of(here.module.body, test, holds=holds))
        )

    def is_renewed(self, stations: list[EffectPoint]) -> bool:
        """A function on the way asks only where what the object has is out of date: `if state.expired: refresh(self)`."""
        return any(
            holds and not _OLD.isdisjoint(words_of(last_name(here.module.body, part)))
            for here in stations[1:]
            for test, holds in self._switches.tests_around(here.module, here.context, here.site.at)
            for part in parts_of(here.module.body, test)
            if isinstance(part, Attribute | Name | CallRef)
        )

    def is_loaded(self, stations: list[EffectPoint]) -> bool:
        """It is reached only where somebody has loaded the rows with the object: `if is_prefetched(order, "lines")`; or what it
        calls says that it takes what is loaded: `prefetched_or_asked(order, "lines")`."""
        called = (last_name(here.module.body, here.call.call.callee) for here in stations if here.call is not None)
        return any(_LOADED in words_of(name) for name in called) or any(
            holds and isinstance(test, CallRef) and _LOADED in words_of(last_name(here.module.body, test))
            for here in stations
            for test, holds in self._switches.tests_around(here.module, here.context, here.site.at)
        )

    def is_for_another_kind(self, stations: list[EffectPoint]) -> bool:
        """A function that calls itself for an item, and asks only where it is given something of a certain class."""
        return any(
            here.caller == stations[0].caller and _is_kind(here.module.body, test)
            for here in stations[1:]
            for test, holds in self._switches.tests_around(here.module, here.context, here.site.at)
            if holds
        ) or any(_needs_text(before, test) for before, test in self._tests_below(stations))

    def _tests_below(self, stations: list[EffectPoint]) -> Iterator[tuple[EffectPoint, Expr]]:
        """(what calls the function, a test that holds in it) of the first function on the way."""
        for before, here in list(pairwise(stations))[:1]:
            for test, holds in self._switches.tests_around(here.module, here.context, here.site.at):
                if holds and before.kind == "call" and here.caller is not None:
                    yield before, test

    def _empty_at(self, here: EffectPoint) -> frozenset[str]:
        """The names that hold nothing wherever the place is reached."""
        return frozenset(part.id for part in self._empty_parts_at(here) if isinstance(part, Name))

    def _empty_parts_at(self, here: EffectPoint) -> Iterator[Name | Attribute]:
        before = [(test, False) for test in answered_before(here)]
        tests = [*self._switches.tests_around(here.module, here.context, here.site.at), *before]
        return (part for test, holds in tests for part in empty_parts(test, holds=holds))


def _one_of(body: Body, test: Expr, *, holds: bool) -> frozenset[str]:
    """The one name that all of `any([path == "None", path is None])` are about, where one of them tells that it is None."""
    if not holds:
        return frozenset()
    parts: tuple[Expr, ...] = test.operands if isinstance(test, Operation) and test.op == "or" else ()
    if isinstance(test, CallRef) and last_name(body, test) == "any":
        given = body.calls[test.index].arguments
        items = given[0].value if len(given) == 1 else None
        parts = items.items if isinstance(items, Collection) else ()
    names = {name for part in parts for name in names_in(body, part)}
    said = {name for part in parts for name in empty_names(part, holds=True)}
    return frozenset(said) if len(names) == 1 else frozenset()


def answered_before(here: EffectPoint) -> Iterator[Expr]:
    """The tests of `if rows: return rows` at the function's own level, before the place."""
    body, function = here.module.body, here.caller.function if here.caller is not None else None
    for statement in body.statements:
        place = body.contexts[statement.context]
        inside = function is not None and function.at <= place.at and place.parent == function.context
        if (
            statement.kind == "return"
            and place.kind == "if"
            and inside
            and place.subject is not None
            and place.end <= here.site.at
        ):
            yield place.subject


def _needs_text(before: EffectPoint, test: Expr) -> bool:
    """`isinstance(pk, str)`, where the call gives `row.id`."""
    targets = [t.definition for t in before.call.targets if t.definition is not None] if before.call is not None else []
    for definition in targets[:1]:
        body = definition.module.body
        call = body.calls[test.index] if isinstance(test, CallRef) and last_name(body, test) == "isinstance" else None
        given = [argument.value for argument in call.arguments] if call is not None else []
        if len(given) == 2 and isinstance(given[0], Name) and isinstance(given[1], Name) and given[1].id == "str":
            value = arguments_by_parameter(before.call.call, definition).get(given[0].id) if before.call is not None else None
            return isinstance(value, Attribute) and value.attr in _NUMBERS
    return False


def _is_kind(body: Body, test: Expr) -> bool:
    return isinstance(test, CallRef) and last_name(body, body.calls[test.index].callee) == "isinstance"


def _handed(before: EffectPoint, here: EffectPoint, left_out: frozenset[str]) -> frozenset[str]:
    """The parameters that may be left out and that the call gives something for, which is none of `left_out`."""
    if before.call is None or before.kind != "call" or here.caller is None:
        return frozenset()
    given = arguments_by_parameter(before.call.call, here.caller)
    return frozenset(
        name
        for name, expr in given.items()
        if name in _optional(here) and not isinstance(expr, Constant) and not (isinstance(expr, Name) and expr.id in left_out)
    )


def _set_at(here: EffectPoint) -> frozenset[str]:
    """`found` of `found = found or ask()`."""
    around = (s for s in here.module.body.statements if s.at <= here.site.at < s.end)
    return frozenset(s.target.id for s in around if s.kind == "assign" and isinstance(s.target, Name))


def _optional(here: EffectPoint) -> frozenset[str]:
    """The parameters that may be left out, or be None by their annotation."""
    parameters = here.caller.function.parameters if here.caller is not None else ()
    body = here.module.body
    return frozenset(p.name for p in parameters if isinstance(p.default, Constant) or _admits_none(body, p.annotation))


def _admits_none(body: Body, annotation: Expr | None) -> bool:
    """`int | None`, `Optional[int]`"""
    parts = tuple(parts_of(body, annotation)) if annotation is not None else ()
    named = any(isinstance(part, Name) and part.id == "Optional" for part in parts)
    return named or any(isinstance(part, Constant) and part.value is None for part in parts)


def _attributes(here: EffectPoint) -> frozenset[str]:
    return frozenset(_read_ahead(here.module.body, here))


def _read_ahead(body: Body, here: EffectPoint) -> Iterator[str]:
    function = here.caller.function if here.caller is not None else None
    for statement in body.statements:
        inside = function is not None and function.at <= statement.at < here.site.at
        if inside and isinstance(statement.target, Name) and _asks_attribute(body, statement.value):
            yield statement.target.id


def _asks_attribute(body: Body, value: Expr | None) -> bool:
    if not isinstance(value, CallRef):
        return False
    call = body.calls[value.index]
    return isinstance(call.callee, Name) and last_name(body, call.callee) == "getattr" and len(call.arguments) > _ASKED_FOR
