"""How surely a row that is changed was read in the function that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence, Site
from archlint.facts.syntax import Attribute, CallRef, Expr, Name, Statement
from archlint.project.model import Def
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.names.sources import Source
from archlint.project.parts import parts_of
from archlint.project.relations.row_sources import row_sources
from archlint.project.spelling import last_name
from archlint.project.transactions.computed_updates import made_before
from archlint.project.transactions.memory_changes import root_of
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_STORED = "db-model"
_MOST_CALLERS = 5


class ReadRows:
    """`making`: first words of functions that make a row."""

    def __init__(self, project: Project, making: tuple[str, ...]) -> None:
        self._project = project
        self._making = making

    def confidence(self, definition: Def, row: Name, context: int) -> Confidence | None:
        """None for what the function has made itself; high where it is read here."""
        made = row_sources(self._project, definition.module, row, context, row.at)
        if not made or all(source.is_parameter for source in made):
            return Confidence.MEDIUM
        reads, found = {p.site for p in self._project.effects.points_of(definition, "db.read")}, set[bool]()
        for source in made:
            calls = _calls_in(source)
            if self._makes(source.module, source.context, calls) or self._is_of_made(source, calls):
                continue
            asked = [(source.module, part) for part in calls]
            asked += [(each.module, part) for each in self._answered(source) for part in _calls_in(each)]
            found.add(any(_call_site(module, part) in reads for module, part in asked))
        if found == {True}:
            return Confidence.HIGH
        return (Confidence.MEDIUM if True in found else Confidence.LOW) if found else None

    def is_asked_for_here(self, definition: Def, statement: Statement, target: Attribute) -> bool:
        """The row is what a call gives that asks the database itself, with no answer in between."""
        root = root_of(target.base)
        made = row_sources(self._project, definition.module, root, statement.context, statement.at) if root is not None else ()
        reads = {p.site for p in self._project.effects.points_of(definition, "db.read")}
        return bool(made) and all(any(_call_site(each.module, part) in reads for part in _calls_in(each)) for each in made)

    def is_read_above(self, definition: Def, row: Expr) -> bool:
        """A parameter, for which each caller gives a row that it has read itself, with no other answer in between."""
        callers = [s for s in self._project.calls.callers(definition) if s.module.is_production and not s.is_open]
        if not isinstance(row, Name) or parameter(definition.function, row.id) is None or not callers:
            return False
        for site in callers[:_MOST_CALLERS]:
            given = arguments_by_parameter(site.call, definition).get(row.id)
            if site.caller is None or not isinstance(given, Name):
                return False
            made = row_sources(self._project, site.module, given, site.call.context, site.call.at)
            reads = {p.site for p in self._project.effects.points_of(site.caller, "db.read")}
            asked = [_call_site(each.module, part) for each in made for part in _calls_in(each)]
            answers = [_call_site(b.module, part) for s in made for b in self._answered(s) for part in _calls_in(b)]
            if reads.isdisjoint((*asked, *answers)):
                return False
        return True

    def _answered(self, source: Source) -> tuple[Source, ...]:
        """Of `answer`, of `answer.scalar_one_or_none()` and `answer.scalars().first()`: what was asked."""
        expr = source.expr
        while isinstance(expr, CallRef | Attribute):
            expr = source.module.body.calls[expr.index].callee if isinstance(expr, CallRef) else expr.base
        if not isinstance(expr, Name) or expr is source.expr:
            return ()
        found = self._project.values.sources.of(source.module, expr, source.context)
        return tuple(each for each in found if not each.is_parameter)

    def _makes(self, module: Module, context: int, calls: list[CallRef]) -> bool:
        """A call of a class of the project's, or of what makes a row by its name."""
        if any(word in self._making for part in calls for word in words_of(last_name(module.body, part))[:1]):
            return True
        if not calls or all(self._project.calls.in_module(module)[part.index].receiver is not None for part in calls):
            return False
        callee = self._project.types.name_of(module, module.body.calls[calls[0].index].callee, context)
        return callee in self._project.symbols.classes

    def _is_of_made(self, source: Source, calls: list[CallRef]) -> bool:
        """`get(user=user)`, of a row that was made right before: nobody else knows it."""
        module = source.module
        for given in (a.value for part in calls for a in module.body.calls[part.index].arguments if isinstance(a.value, Name)):
            made = made_before(module, given, given.at) if self._is_stored(module, given, source.context) else None
            if made is not None and isinstance(made.value, CallRef) and self._makes(module, made.context, [made.value]):
                return True
        return False

    def _is_stored(self, module: Module, expr: Expr, context: int) -> bool:
        types = self._project.types
        return any(not t.is_class and types.role(t) == _STORED for t in types.all(module, expr, context))


def _calls_in(source: Source) -> list[CallRef]:
    return [part for part in parts_of(source.module.body, source.expr) if isinstance(part, CallRef)] if source.expr else []


def _call_site(module: Module, part: CallRef) -> Site:
    call = module.body.calls[part.index]
    return Site(module.path, call.at, call.end)
