"""Queries that a serializer's methods ask for each item of a list that is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence, Step
from archlint.facts.syntax import Attribute, Body, CallRef, Expr, Name, String
from archlint.project.batches import expression_of
from archlint.project.conditions import Conditions, Path
from archlint.project.effects import EffectPoint
from archlint.project.parts import names_in, parts_of
from archlint.project.serialized_lists import SerializedList, SerializedLists
from archlint.project.serialized_reads import MethodRun, SerializedReads
from archlint.project.serializers import Serializers
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project

_ASKS = "db.read"
_ONE = "retrieve"
_CONTEXT = "context"
_ALWAYS = frozenset({"request", "view", "format", "user"})
"""What a context says of who asks."""
_LOADED = "prefetch"


@dataclass(frozen=True, slots=True)
class SerializedQuery:
    """`point` of a method that is run for each item of `listed`; `may_be_loaded`: the relation whose items it asks for is
    loaded ahead somewhere, and what the list was loaded with is not known."""

    run: MethodRun
    listed: SerializedList
    point: EffectPoint
    path: Path = field(repr=False)
    may_be_loaded: bool = False

    @property
    def through(self) -> tuple[Def, ...]:
        return (self.run.definition, *self.path.through)

    @property
    def item(self) -> str:
        """The name that the object has in the method."""
        parameters = self.run.definition.function.parameters
        return parameters[self.run.position].name if len(parameters) > self.run.position else ""

    @property
    def steps(self) -> tuple[Step, ...]:
        shown = (
            (Step(self.run.field.site, f"shows what `{self.run.definition.function.name}` gives"),) if self.run.field else ()
        )
        return (Step(self.listed.site, f"lists `{self.listed.label}`"), *shown, *self.path.steps)

    @property
    def may_be_given(self) -> bool:
        """It answers with what was handed to the serializer, or loaded ahead under a name of its own, where it was."""
        return any(_answers_from_context(definition) or _names_loaded(definition) for definition in self.through)

    @property
    def rank(self) -> tuple[bool, bool, Confidence]:
        """The greater, the surer."""
        return not self.may_be_loaded, self.listed.is_sure, self.path.confidence


class SerializedQueries:
    """`ahead`: last names of calls that load relations with their owners; `whole`: methods of a relation that such a load
    answers."""

    def __init__(self, project: Project, ahead: tuple[str, ...], whole: tuple[str, ...]) -> None:
        self._project = project
        self._whole = frozenset(whole)
        self._serializers = Serializers(project)
        self._lists = SerializedLists(project, self._serializers, ahead)
        self._reads = SerializedReads(project, self._serializers)
        self._conditions = Conditions(project)

    def all(self) -> list[SerializedQuery]:
        """By place; for one method the surest, of several the first that it asks."""
        best: dict[Def, SerializedQuery] = {}
        for listed in self._lists.all:
            for read in self._reads.of(listed):
                for query in self._of(listed, read) if isinstance(read, MethodRun) else ():
                    before = best.get(query.run.definition)
                    if before is None or query.rank > before.rank:
                        best[query.run.definition] = query
        return sorted(best.values(), key=lambda query: query.point.site)

    def _of(self, listed: SerializedList, run: MethodRun) -> Iterator[SerializedQuery]:
        if _is_for_one(run.definition):
            return
        for point, path in self._conditions.ways(run.definition, _ASKS):
            relations = set(self._relations(point, path))
            if path.kept or any(listed.loaded.holds(name) for name in relations):
                continue
            may_be = not listed.loaded.is_known and any(self._lists.loaded_anywhere(name) for name in relations)
            yield SerializedQuery(run, listed, point, path, may_be)

    def _relations(self, point: EffectPoint, path: Path) -> Iterator[str]:
        """The relations that the way goes over: at its beginning, in what is handed on there, at its end."""
        handed = point.call.call.arguments if point.call is not None else ()
        asked = [(point, expression_of(point)), *((point, a.value) for a in handed), (path.end, expression_of(path.end))]
        for place, expr in asked:
            relation = self._relation(place, expr)
            if relation is not None:
                yield relation

    def _relation(self, point: EffectPoint, expr: Expr | None) -> str | None:
        """The relation all of whose items are asked for, or counted: `item.lines.all()`."""
        body = point.module.body
        if isinstance(expr, Name):
            sources = self._project.values.sources.of(point.module, expr, point.context)
            expr = sources[0].expr if len(sources) == 1 and sources[0].module is point.module else None
        if not isinstance(expr, CallRef) or body.calls[expr.index].arguments:
            return None
        callee = body.calls[expr.index].callee
        if not isinstance(callee, Attribute) or callee.attr not in self._whole:
            return None
        return callee.base.attr if isinstance(callee.base, Attribute) else self._relation(point, callee.base)


def _is_for_one(definition: Def) -> bool:
    """It asks whether one object is shown, or a list: what it does then is not done for lists."""
    module, function = definition.module, definition.function
    tests = (s.value for s in module.body.statements if s.kind == "test" and function.at <= s.at < function.end)
    return any(
        isinstance(part, String) and part.value == _ONE
        for test in tests
        if test is not None
        for part in parts_of(module.body, test)
    )


def _answers_from_context(definition: Def) -> bool:
    """`known = self.context.get(…)` and later `return known`, or `if known is not None`."""
    module, function = definition.module, definition.function
    own = [s for s in module.body.statements if function.at <= s.at < function.end]
    handed = {
        s.target.id
        for s in own
        if s.kind == "assign" and isinstance(s.target, Name) and s.value is not None and _is_handed(module.body, s.value)
    }
    return any(s.kind in ("return", "test") and not handed.isdisjoint(names_in(module.body, s.value)) for s in own)


def _is_handed(body: Body, expr: Expr) -> bool:
    """It reads what the view put into the context itself."""
    parts = list(_read(body, expr))
    given = [a.value for p in parts if isinstance(p, CallRef) for a in body.calls[p.index].arguments]
    keys = {part.value for part in (*parts, *given) if isinstance(part, String)}
    return keys.isdisjoint(_ALWAYS) and any(isinstance(part, Attribute) and part.attr == _CONTEXT for part in parts)


def _names_loaded(definition: Def) -> bool:
    """`getattr(order, "prefetched_lines", None)`, `if order.prefetched_lines:`, `self._from_prefetched(order)`"""
    module, function = definition.module, definition.function
    body = module.body
    values = [s.value for s in body.statements if function.at <= s.at < function.end and s.value is not None]
    calls = [c for c in body.calls if function.at <= c.at < function.end]
    parts = [part for value in (*values, *(a.value for c in calls for a in c.arguments)) for part in _read(body, value)]
    named = [last_name(body, part) for part in parts if isinstance(part, Attribute | Name)]
    named += [part.value for part in parts if isinstance(part, String)] + [last_name(body, c.callee) for c in calls]
    return any(_LOADED in name for name in named)


def _read(body: Body, expr: Expr) -> Iterator[Expr]:
    """The parts of an expression, and what the calls in it are made on."""
    for part in parts_of(body, expr):
        yield part
        if isinstance(part, CallRef):
            yield from _read(body, body.calls[part.index].callee)
