"""What each function does to the world, closed over the call graph, each effect with one shortest witness.

Effects flow from a callee to its caller along every point but the deferred ones; `blocking` does not leave a thread.
A function's witness of an effect is the surest, then the shortest, then the first by name.  Since an effect that is
reached at all is reached on a shortest path, one search from the library calls backwards is the fixed point.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence, Site, Step
from archlint.facts.knowledge import Operation
from archlint.project.model import CallSite, Def, Target, Witness
from archlint.project.notation import parse_notation
from archlint.project.points import Point, PointKind, Points
from archlint.project.statement_kind import StatementKind

if TYPE_CHECKING:
    from archlint.project.modules import Module
    from archlint.project.program import Project

_LOOPS = frozenset({"for", "while", "comprehension"})
_MOST_STEPS = 30


@dataclass(frozen=True, slots=True)
class EffectPoint:
    """An effect at a place: `witness` leads from there to the library call that has it."""

    point: Point
    effect: str
    witness: Witness

    @property
    def module(self) -> Module:
        return self.point.module

    @property
    def site(self) -> Site:
        return self.point.site

    @property
    def context(self) -> int:
        return self.point.context

    @property
    def kind(self) -> PointKind:
        return self.point.kind

    @property
    def caller(self) -> Def | None:
        return self.point.caller

    @property
    def call(self) -> CallSite | None:
        return self.point.call

    @property
    def confidence(self) -> Confidence:
        return self.witness.confidence


@dataclass(frozen=True, slots=True)
class _Best:
    """How a function comes to an effect: through which of its points, and how far the library call is."""

    distance: int
    confidence: Confidence
    point: Point
    target: Target


class Effects:
    """Effects of functions (`of`), calls (`at`) and places (`points`). Test code is left out."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._points = Points(project)
        self._statements = StatementKind(project.types.inference)

    def of(self, definition: Def) -> dict[str, Witness]:
        """Effect → witness of everything that calling the function does; its effects by name."""
        found = self._closed.get(definition, {})
        return {effect: self._witness(effect, best) for effect, best in sorted(found.items())}

    def has(self, definition: Def, effect: str) -> bool:
        return effect in self._closed.get(definition, ())

    def at(self, call: CallSite) -> dict[str, Witness]:
        """Effect → witness of one call: the library operation's own, or those of what it runs."""
        found: dict[str, Witness] = {}
        for point in self._points.of(call.module):
            if point.call is not None and point.call.index == call.index and point.kind != "deferred":
                for effect, witness in self._at(point).items():
                    found.setdefault(effect, witness)
        return dict(sorted(found.items()))

    def points(self, effect: str | None = None) -> tuple[EffectPoint, ...]:
        """Every place of the project (or those with one effect) at which an effect takes place, directly or below."""
        if effect is not None:
            return self._points_by_effect.get(effect, ())
        return tuple(p for name in sorted(self._points_by_effect) for p in self._points_by_effect[name])

    def points_in(self, module: Module, definition: Def | None = None) -> tuple[EffectPoint, ...]:
        """The effectful points of a module, or of one function of it, by place."""
        return tuple(
            EffectPoint(point, effect, witness)
            for point in self._points.of(module)
            if definition is None or point.caller == definition
            for effect, witness in self._at(point).items()
        )

    def edges(self, module: Module) -> tuple[Point, ...]:
        """All points of a module, with or without effect."""
        return self._points.of(module)

    def loops(self, module: Module, context: int) -> tuple[int, ...]:
        """The loops and comprehensions around a place within its function, innermost first (context indices)."""
        contexts = module.body.contexts
        found: list[int] = []
        while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
            if contexts[context].kind in _LOOPS:
                found.append(context)
            context = contexts[context].parent
        return tuple(found)

    # one point's own effects

    def direct(self, point: Point) -> dict[str, tuple[Confidence, Target]]:
        """The effects that the library callables of a point have themselves, with how sure they are."""
        found: dict[str, tuple[Confidence, Target]] = {}
        for target in point.targets:
            if target.operation is None or (point.call is not None and self._makes_lazy(target.operation)):
                continue
            for effect, confidence in self._operation_effects(point, target, target.operation):
                if effect not in found or found[effect][0] < confidence:
                    found[effect] = (confidence, target)
        return found

    def _makes_lazy(self, operation: Operation) -> bool:
        if operation.returns is None or not operation.effect:
            return False
        notation = parse_notation(operation.returns)
        if notation.kind != "name":
            return False
        return any(info.lazy is not None for _, info in self._project.knowledge.infos(notation.name))

    def _operation_effects(
        self, point: Point, target: Target, operation: Operation
    ) -> Iterator[tuple[str, Confidence]]:
        for effect in operation.effect:
            yield effect, target.confidence
        if operation.by_statement is not None and point.call is not None and point.kind == "call":
            statement = point.call.argument(operation.by_statement)
            told = self._statements.effects(point.module, statement, point.context)
            if told is None:  # some statement is executed; that it reads is the better guess
                yield "db.read", min(target.confidence, Confidence.MEDIUM)
            else:
                for effect in told:
                    yield effect, target.confidence

    # the closure

    @cached_property
    def _production(self) -> tuple[Module, ...]:
        return tuple(module for module in self._project.modules.all if not module.is_test)

    @cached_property
    def _closed(self) -> dict[Def, dict[str, _Best]]:
        direct: dict[str, list[tuple[Def, _Best]]] = defaultdict(list)
        callers: dict[Def, list[tuple[Point, Target]]] = defaultdict(list)
        for module in self._production:
            for point in self._points.of(module):
                if point.caller is None or point.kind == "deferred":
                    continue
                for target in point.targets:
                    if target.definition is not None:
                        callers[target.definition].append((point, target))
                for effect, (confidence, target) in self.direct(point).items():
                    if effect != "blocking" or point.kind != "threaded":
                        direct[effect].append((point.caller, _Best(0, confidence, point, target)))
        closed: dict[Def, dict[str, _Best]] = defaultdict(dict)
        for effect in sorted(direct):
            for definition, best in _shortest(effect, direct[effect], callers).items():
                closed[definition][effect] = best
        return dict(closed)

    def _at(self, point: Point) -> dict[str, Witness]:
        """The effects of a point with their witnesses; the surest, then the shortest of its targets."""
        if point.kind == "deferred":
            return {}
        best = {
            effect: _Best(0, confidence, point, target) for effect, (confidence, target) in self.direct(point).items()
        }
        for target in point.targets:
            if target.definition is None:
                continue
            for effect, below in self._closed.get(target.definition, {}).items():
                if effect == "blocking" and point.kind == "threaded":
                    continue
                confidence = min(target.confidence, below.confidence)
                candidate = _Best(below.distance + 1, confidence, point, target)
                known = best.get(effect)
                if known is None or _rank(candidate) < _rank(known):
                    best[effect] = candidate
        return {effect: self._witness(effect, found) for effect, found in sorted(best.items())}

    def _witness(self, effect: str, best: _Best) -> Witness:
        steps: list[Step] = []
        confidence = best.confidence
        while True:
            definition = best.target.definition
            below = self._closed.get(definition, {}).get(effect) if definition is not None and best.distance else None
            verb = "reads" if best.point.kind == "property" else "runs" if definition is None else "calls"
            if best.point.kind == "evaluation":
                verb = "evaluates"
            steps.append(Step(best.point.site, f"{verb} {best.target.name}"))
            if below is None or len(steps) >= _MOST_STEPS:
                return Witness(effect, tuple(steps), confidence, best.target.name)
            best = below

    @cached_property
    def _points_by_effect(self) -> dict[str, tuple[EffectPoint, ...]]:
        found: dict[str, list[EffectPoint]] = defaultdict(list)
        for module in self._production:
            for point in self.points_in(module):
                found[point.effect].append(point)
        return {effect: tuple(points) for effect, points in found.items()}


def _rank(best: _Best) -> tuple[int, int, str]:
    return (-best.confidence, best.distance, best.target.name)


def _shortest(
    effect: str, direct: list[tuple[Def, _Best]], callers: dict[Def, list[tuple[Point, Target]]]
) -> dict[Def, _Best]:
    """Each function that comes to the effect, with its best way: surest first, then shortest, then by name."""
    found: dict[Def, _Best] = {}
    serial = itertools.count()

    def climb(callee: Def, below: _Best, level: Confidence) -> Iterator[tuple[Def, _Best]]:
        for point, target in callers.get(callee, ()):
            confidence = min(target.confidence, below.confidence)
            crosses = effect != "blocking" or point.kind != "threaded"
            if confidence >= level and crosses and point.caller is not None and point.caller not in found:
                yield point.caller, _Best(below.distance + 1, confidence, point, target)

    for level in (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW):
        queue = [_entry(d, best, next(serial)) for d, best in direct if best.confidence >= level and d not in found]
        for callee, below in list(found.items()):
            queue += [_entry(d, best, next(serial)) for d, best in climb(callee, below, level)]
        heapq.heapify(queue)
        while queue:
            *_, definition, best = heapq.heappop(queue)
            if definition not in found:
                found[definition] = best
                for caller, above in climb(definition, best, level):
                    heapq.heappush(queue, _entry(caller, above, next(serial)))
    return found


def _entry(definition: Def, best: _Best, serial: int) -> tuple[int, str, str, int, int, Def, _Best]:
    """In the order in which ways are preferred; the serial number decides before what cannot be compared."""
    return best.distance, best.target.name, best.point.path, best.point.at, serial, definition, best
