"""Values that come by only where they are keys of something written out, or where something is stored by them: looked up
there, with an error for all others, in the function itself or in one that it hands the value to."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Conditional, Expr, Mapping, Name, Operation, Statement, Subscript
from archlint.project.model import Def
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.values.closed_places import places_around
from archlint.project.values.found_first import found_by, missing, tested_for_nothing

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.secrets.flows import Place
    from archlint.project.source.modules import Module
    from archlint.project.values.closed_values import ClosedValues

_OWN = frozenset({"self", "cls"})
_ROW = "db-model"
_LEAVES = frozenset({"raise", "return", "continue"})
_REFUSES = frozenset({"raise"})


class RefusedElsewhere:
    """`leaving`: the last names of calls that end a function."""

    def __init__(self, project: Project, closed: ClosedValues, leaving: Container[str]) -> None:
        self._project = project
        self._closed = closed
        self._leaving = leaving
        self._known: dict[tuple[Def, str], bool] = {}
        self._lookups: dict[tuple[str, int], list[tuple[Statement, str, Expr, bool]]] = {}
        """(path, function) → its lookups: (statement, name that is looked up, in what, whether what is missing raises)."""

    def has(self, expr: Name | Attribute, at: Place) -> bool:
        """It has been refused, unless it is one of what is written out, before the place, on every way to it."""
        module, body = at.module, at.module.body
        function = body.contexts[at.context].function
        if function < 0:
            return False
        around, text = set(places_around(module, at.context)), spell(body, expr)
        end = module.outline.functions[function].end if _is_kept(module.own_statements(function), expr) else expr.at
        if self._is_looked_up(module, function, text, around, end, _LEAVES):
            return True
        return self._is_handed_before(expr, at, end, self._refuses_parameter)

    def has_items(self, expr: Name, at: Place) -> bool:
        """Each item of it has been handed, in a loop before the place, to a function that refuses all but a known few."""
        module, contexts, text = at.module, at.module.body.contexts, spell(at.module.body, expr)
        function, around = contexts[at.context].function, set(places_around(at.module, at.context))
        if function < 0:
            return False
        loops = {
            row: place.target.id
            for row, place in enumerate(contexts)
            if place.kind == "for"
            and place.function == function
            and place.parent in around
            and isinstance(place.target, Name)
            and place.subject is not None
            and spell(module.body, place.subject) == text
        }
        calls = self._project.calls.of(Def(module, module.name, function)) if loops else ()
        return any(
            site.call.context in loops
            and site.call.end <= expr.at
            and self._refuses_in(site, loops[site.call.context], self._refuses_parameter)
            for site in calls
        )

    def is_stored(self, expr: Name | Attribute, at: Place) -> bool:
        """It has been handed, before the place and on every way to it, to a function that looks for something by it and ends
        in an error where there is none, or what was found by it has been read as a row, which is one there as well."""
        if at.module.body.contexts[at.context].function < 0:
            return False
        return self._is_read_as_row(expr, at) or self._is_handed_before(expr, at, expr.at, self._has_to_find)

    def _is_read_as_row(self, expr: Name | Attribute, at: Place) -> bool:
        """`shop = find(name)`, and `shop.town` in every way behind it: where there is no such row, that is an error."""
        module, body, around = at.module, at.module.body, set(places_around(at.module, at.context))
        own = [s for s in module.own_statements(body.contexts[at.context].function) if s.end <= expr.at and s.context in around]
        text = spell(body, expr)
        found = {(name, s.end) for s in own for name in found_by(body, s, text)}
        read = [
            (part.base, s.context)
            for s in (own if found else ())
            if not isinstance(s.value, Conditional | Operation)
            for part in parts_of(body, s.value)
            if isinstance(part, Attribute)
        ]
        return any(
            isinstance(base, Name) and base.id == name and base.at >= end and self._is_row(module, base, context)
            for base, context in read
            for name, end in found
        )

    def _is_row(self, module: Module, expr: Expr, context: int) -> bool:
        types = list(self._project.types.all(module, expr, context))
        return bool(types) and all(self._project.types.role(t) == _ROW and not t.is_class for t in types)

    def ends_without(self, definition: Def, name: str, *, is_found: bool) -> bool:
        """The function ends in an error for all but a known few that a parameter may be; `is_found`: or for all by which it
        finds nothing."""
        if all(each.name != name for each in definition.function.parameters):
            return False
        return self._refuses_parameter(definition, name) or (is_found and self._has_to_find(definition, name))

    def _is_handed_before(self, expr: Name | Attribute, at: Place, end: int, refuses: Callable[[Def, str], bool]) -> bool:
        module, around = at.module, set(places_around(at.module, at.context))
        sites = self._project.calls.of(Def(module, module.name, module.body.contexts[at.context].function))
        contexts = module.body.contexts  # all of a comprehension runs before what it makes is used
        before = (
            site
            for site in sites
            if site.call.context in around and (site.call.end <= end or contexts[site.call.context].kind == "comprehension")
        )
        text = spell(module.body, expr)
        return any(self._refuses_in(site, text, refuses) for site in before)

    def _refuses_in(self, site: CallSite, text: str, refuses: Callable[[Def, str], bool]) -> bool:
        """Each function that the call may run refuses what it is given that is spelled so."""
        if not any(_is_spelled(site, a.value, text) for a in site.call.arguments):
            return False
        told = [target.definition for target in site.targets]
        return bool(told) and all(d is not None and any(refuses(d, name) for name in _named(site, d, text)) for d in told)

    def _has_to_find(self, definition: Def, name: str) -> bool:
        """`row = find(name)`, and `if not row: raise …` behind it."""
        module, body, function = definition.module, definition.module.body, definition.function
        own = module.own_statements(definition.index)
        found = {held for statement in own for held in found_by(body, statement, name)}
        around = {function.context}
        around.update(row for row, place in enumerate(body.contexts) if place.kind == "with" and place.parent in around)
        return bool(found) and any(
            self._leaves(module, statement, _REFUSES)
            and self._is_beside(module, statement, around)
            and not found.isdisjoint(missing(body, body.contexts[statement.context].subject))
            for statement in own
        )

    def _refuses_parameter(self, definition: Def, name: str) -> bool:
        """The function ends in an error for all but a known few."""
        key = (definition, name)
        known = self._known.get(key)
        if known is None:
            module, function = definition.module, definition.function
            own, around = module.own_statements(definition.index), {function.context}
            known = self._is_looked_up(module, definition.index, name, around, function.end, _REFUSES) or any(
                self._closed.implies(module, module.body.contexts[s.context].subject, name, False)
                for s in own
                if self._leaves(module, s, _REFUSES) and self._is_beside(module, s, around)
            )
            self._known[key] = known
        return known

    def _is_looked_up(  # noqa: PLR0917 - where, and what is asked there
        self, module: Module, function: int, name: str, around: set[int], end: int, leaving: Container[str]
    ) -> bool:
        """`kinds[name]`, or `kind = kinds.get(name)` and `if kind is None: raise …`, of a mapping that is written out."""
        found: set[str] = set()
        for statement, asked, base, raises in self._lookups_in(module, function):
            if asked != name or statement.end > end or not self._is_written_out(module, base, statement.context):
                continue
            if raises and statement.context in around:
                return True
            if statement.kind == "assign" and isinstance(statement.target, Name):
                found.add(statement.target.id)
        for statement in module.own_statements(function) if found else ():
            if statement.end <= end and self._leaves(module, statement, leaving) and self._is_beside(module, statement, around):
                tested = tested_for_nothing(module.body, module.body.contexts[statement.context].subject)
                if isinstance(tested, Name) and tested.id in found:
                    return True
        return False

    def _lookups_in(self, module: Module, function: int) -> list[tuple[Statement, str, Expr, bool]]:
        known = self._lookups.get((module.path, function))
        if known is None:
            own = module.own_statements(function)
            known = [(s, *each) for s in own if s.value is not None for each in _looked_up(module.body, s.value)]
            self._lookups[module.path, function] = known
        return known

    def _is_written_out(self, module: Module, base: Expr, context: int) -> bool:
        if not isinstance(base, Name | Attribute):
            return False
        sources = self._project.values.sources.of(module, base, context)
        return bool(sources) and all(isinstance(s.expr, Mapping) and s.expr.keys for s in sources)

    def _leaves(self, module: Module, statement: Statement, leaving: Container[str]) -> bool:
        if statement.kind in leaving:
            return True
        return statement.kind == "expression" and last_name(module.body, statement.value) in self._leaving

    def _is_beside(self, module: Module, statement: Statement, around: set[int]) -> bool:
        place = module.body.contexts[statement.context]
        return place.kind == "if" and statement.context not in around and place.parent in around


def _named(site: CallSite, definition: Def, text: str) -> list[str]:
    """The parameters that are given what is called so."""
    given = arguments_by_parameter(site.call, definition)
    return [name for name, value in given.items() if _is_spelled(site, value, text)]


def _is_spelled(site: CallSite, value: Expr, text: str) -> bool:
    return isinstance(value, Name | Attribute) and spell(site.module.body, value) == text


def _looked_up(body: Body, value: Expr) -> Iterator[tuple[str, Expr, bool]]:
    for part in parts_of(body, value):
        if isinstance(part, Subscript) and isinstance(part.index[0], Name):
            yield part.index[0].id, part.base, True
        elif isinstance(part, CallRef):
            call = body.calls[part.index]
            asked = call.arguments[0].value if len(call.arguments) == 1 else None
            if isinstance(call.callee, Attribute) and call.callee.attr == "get" and isinstance(asked, Name):
                yield asked.id, call.callee.base, False


def _is_kept(own: Sequence[Statement], expr: Expr) -> bool:
    """An object keeps it (`self.kind = kind`): what comes behind in the function that makes the object is before all reads."""
    targets = (s.target for s in own if s.at <= expr.at < s.end and s.kind in ("assign", "annotate"))
    return any(isinstance(t, Attribute) and isinstance(t.base, Name) and t.base.id in _OWN for t in targets)
