"""Queries that a serializer's methods ask for each item of a list that is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence, Step
from archlint.facts.syntax import Attribute, CallRef, Comprehension, Expr, Name, String
from archlint.project.control.conditions import Conditions, Path
from archlint.project.effects.effects import EffectPoint
from archlint.project.effects.given_answers import may_be_given
from archlint.project.loops.batches import expression_of
from archlint.project.parts import parts_of
from archlint.project.relations.serialized_lists import SerializedList, SerializedLists
from archlint.project.relations.serialized_reads import MethodRun, SerializedReads
from archlint.project.relations.serializers import Serializers

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project

_ASKS = "db.read"
_ONE = "retrieve"


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
        return any(may_be_given(definition) for definition in self.through)

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
            lazy = [s for s in sources if not isinstance(s.expr, Comprehension)]  # a list of them asks no more
            expr = lazy[0].expr if len(lazy) == 1 and lazy[0].module is point.module else None
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
