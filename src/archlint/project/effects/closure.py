"""The fixed point: which function comes to which effect, and by which shortest way.

Since an effect that is reached at all is reached on a shortest path, one search from the library calls backwards over
the points is the fixed point; recursion needs no care.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from archlint.facts.findings import Confidence
from archlint.project.effects.points import Point
from archlint.project.model import Def, Target

Direct = Mapping[str, tuple[Confidence, Target]]
"""Effect → how sure, and which library callable has it."""


class Way(Struct, frozen=True, gc=False):
    """How a function, or a point, comes to an effect: through which point and target; `distance` calls further down.

    inner: the way below, where it is the point's own (what it hands over decides the effect) and not the function's."""

    distance: int
    confidence: Confidence
    point: Point
    target: Target
    inner: Way | None = None

    @property
    def rank(self) -> tuple[int, int, str]:
        """The smaller the better: surest, then shortest, then first by name."""
        return (-self.confidence, self.distance, self.target.name)


def crosses(effect: str, point: Point, target: Target | None = None) -> bool:
    """The effect of what a point runs (of one of its targets) is one of the code around it.

    What holds a thread is told of the innermost coroutine function: who awaits that one cannot mend it."""
    if effect != "blocking":
        return point.kind != "deferred"
    definition = target.definition if target is not None else None
    return point.kind not in ("deferred", "threaded") and (definition is None or not definition.function.is_async)


class Closure:
    """The fixed point over `points`, an effect at a time: what nobody asks about costs nothing."""

    def __init__(
        self, points: Iterable[Point], direct: Callable[[Point], Direct], handed: Mapping[int, Mapping[str, Way]]
    ) -> None:
        """`direct`: what the library callables of a point do; `handed`: point (its identity) → what it has others do."""
        self._sources: dict[str, list[tuple[int, Point, Way]]] = defaultdict(list)
        self._callers: dict[Def, list[tuple[int, Point, Target]]] = defaultdict(list)
        self._ways: dict[str, dict[Def, Way]] = {}
        for number, point in enumerate(points):
            if point.kind == "deferred":
                continue
            for target in point.targets:
                if target.definition is not None:
                    self._callers[target.definition].append((number, point, target))
            for effect, (confidence, target) in direct(point).items():
                if crosses(effect, point):
                    self._sources[effect].append((number, point, Way(0, confidence, point, target)))
            for effect, way in handed.get(id(point), {}).items():
                self._sources[effect].append((number, point, way))

    @property
    def effects(self) -> tuple[str, ...]:
        """The effects that take place anywhere, sorted."""
        return tuple(sorted(self._sources))

    def ways(self, effect: str) -> Mapping[Def, Way]:
        """Each function that comes to the effect, with its best way."""
        known = self._ways.get(effect)
        if known is None:
            known = self._ways[effect] = self._shortest(effect) if effect in self._sources else {}
        return known

    def points(self, effect: str) -> list[Point]:
        """The points that come to the effect, in the order in which all points were given."""
        found = {number: point for number, point, _ in self._sources.get(effect, ())}
        for definition in self.ways(effect):
            for number, point, target in self._callers.get(definition, ()):
                if crosses(effect, point, target):
                    found[number] = point
        return [found[number] for number in sorted(found)]

    def _shortest(self, effect: str) -> dict[Def, Way]:
        found: dict[Def, Way] = {}
        serial = itertools.count()
        sources = [(point.caller, way) for _, point, way in self._sources[effect] if point.caller is not None]

        def climb(callee: Def, below: Way, level: Confidence) -> Iterator[tuple[Def, Way]]:
            for _, point, target in self._callers.get(callee, ()):
                confidence = min(target.confidence, below.confidence)
                if (
                    confidence >= level
                    and point.caller is not None
                    and point.caller not in found
                    and crosses(effect, point, target)
                ):
                    yield point.caller, Way(below.distance + 1, confidence, point, target)

        for level in (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW):
            queue = [_entry(d, way, next(serial)) for d, way in sources if way.confidence >= level and d not in found]
            for callee, below in list(found.items()):
                queue += [_entry(d, way, next(serial)) for d, way in climb(callee, below, level)]
            heapq.heapify(queue)
            while queue:
                *_, definition, way = heapq.heappop(queue)
                if definition not in found:
                    found[definition] = way
                    for caller, above in climb(definition, way, level):
                        heapq.heappush(queue, _entry(caller, above, next(serial)))
        return found


def _entry(definition: Def, way: Way, serial: int) -> tuple[int, str, str, int, int, Def, Way]:
    """In the order in which ways are preferred; the serial number decides before what cannot be compared."""
    return way.distance, way.target.name, way.point.path, way.point.at, serial, definition, way
