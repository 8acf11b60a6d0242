"""What each function does to the world, closed over the call graph, each effect with one shortest witness.

Effects flow from a callee to its caller along every point but the deferred ones; `blocking` does not leave a thread, nor
the coroutine function in which it is.
A function's witness of an effect is the surest, then the shortest, then the first by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Confidence, Site, Step
from archlint.project.effects.closure import Closure, Direct, Way, crosses
from archlint.project.effects.direct_effects import DirectEffects
from archlint.project.effects.handed_statements import Handed, HandedStatements
from archlint.project.effects.points import Point, Points
from archlint.project.model import CallSite, Def, Witness
from archlint.project.names.parameters_run import PointKind
from archlint.project.spelling import shorten, spell

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_LOOPS = frozenset({"for", "while", "comprehension"})
_LATER: frozenset[PointKind] = frozenset({"deferred"})
_NONE: Direct = {}
_MOST_STEPS = 30
"""A longer way is told without the stations before its end."""


class EffectPoint(Struct, frozen=True, gc=False):
    """An effect at a place: `witness` leads from there to the library call that has it."""

    point: Point
    effect: str
    way: Way
    _effects: Effects

    @property
    def witness(self) -> Witness:
        return self._effects.witness(self.effect, self.way)

    @property
    def is_direct(self) -> bool:
        """The library call, or the evaluation, stands at the very place, or what is executed does."""
        return self.way.distance == 0

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
        return self.way.confidence

    @property
    def is_handed(self) -> bool:
        """A function of the project executes the statement that the place hands to it."""
        return self.way.inner is not None

    @property
    def shown(self) -> str:
        """What stands at the place, as short text: what is called, or the expression that is evaluated."""
        body, expr = self.point.module.body, self.point.expr
        if self.point.call is not None and self.point.kind != "evaluation":
            expr = self.point.call.call.callee
        return shorten(spell(body, expr), 60) if expr is not None else "this"


class Effects:
    """Effects of functions (`of`), calls (`at`) and places (`points`). Test code is left out."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._points = Points(project)
        self._direct = DirectEffects(project)
        self._of_calls: dict[str, dict[int, list[Point]]] = {}
        self._of_callers: dict[str, dict[int, list[Point]]] = {}
        self._by_effect: dict[str, tuple[EffectPoint, ...]] = {}

    def of(self, definition: Def) -> dict[str, Witness]:
        """Effect → witness of everything that calling the function does; its effects by name."""
        ways = ((effect, self._closure.ways(effect).get(definition)) for effect in self.names)
        return {effect: self.witness(effect, way) for effect, way in ways if way is not None}

    def has(self, definition: Def, effect: str) -> bool:
        return definition in self._closure.ways(effect)

    def at(self, call: CallSite) -> dict[str, Witness]:
        """Effect → witness of one call: the library operation's own, or those of what it runs."""
        found: dict[str, Way] = {}
        for point in self._points_of_calls(call.module).get(call.index, ()):
            for effect, way in self._ways(point).items():
                found.setdefault(effect, way)
        return {effect: self.witness(effect, way) for effect, way in sorted(found.items())}

    def does(self, call: CallSite, *effects: str) -> bool:
        """The call has one of the effects."""
        points = self._points_of_calls(call.module).get(call.index, ())
        return any(self._way(point, effect) is not None for point in points for effect in effects)

    def points(self, effect: str | None = None) -> tuple[EffectPoint, ...]:
        """Every place of the project (or those with one effect) at which an effect takes place, directly or below."""
        if effect is None:
            return tuple(point for name in self.names for point in self.points(name))
        known = self._by_effect.get(effect)
        if known is None:
            known = self._by_effect[effect] = tuple(
                EffectPoint(point, effect, way, self)
                for point in self._closure.points(effect)
                if (way := self._way(point, effect)) is not None
            )
        return known

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The effects that take place anywhere, sorted."""
        return self._closure.effects

    def points_of(self, definition: Def, effect: str) -> tuple[EffectPoint, ...]:
        """The points of one function with one effect, by place."""
        points = self.edges_of(definition)
        ways = ((point, self._way(point, effect)) for point in points)
        return tuple(EffectPoint(point, effect, way, self) for point, way in ways if way is not None)

    def points_to(self, caller: Def, callee: Def) -> tuple[Point, ...]:
        """The places of one function that run the other, or hand it over, with or without effect."""
        points = self.edges_of(caller)
        return tuple(point for point in points if any(target.definition == callee for target in point.targets))

    def points_in(
        self, module: Module, definition: Def | None = None, effects: AbstractSet[str] | None = None
    ) -> tuple[EffectPoint, ...]:
        """The effectful points of a module, or of one function of it, by place; those with other effects are left out where
        some are named, and these effects are not looked for in the whole program then."""
        return tuple(
            EffectPoint(point, effect, way, self)
            for point in (
                self._points.of(module) if definition is None else self._points_by_caller(module).get(definition.index, ())
            )
            for effect, way in self._ways(point, effects).items()
        )

    def edges(self, module: Module) -> tuple[Point, ...]:
        """All points of a module, with or without effect."""
        return self._points.of(module)

    def edges_of(self, definition: Def) -> Sequence[Point]:
        """All points of one function."""
        return self._points_by_caller(definition.module).get(definition.index, ())

    def loops(self, module: Module, context: int) -> tuple[int, ...]:
        """The loops and comprehensions around a place within its function, innermost first (context indices)."""
        contexts = module.body.contexts
        found: list[int] = []
        while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
            if contexts[context].kind in _LOOPS:
                found.append(context)
            context = contexts[context].parent
        return tuple(found)

    def direct(self, point: Point) -> Direct:
        """The effects that the library callables of a point have themselves, with how sure they are."""
        return self._direct.of(point)

    def witness(self, effect: str, way: Way) -> Witness:
        """The steps of a way down to the library call, in words."""
        steps: list[Step] = []
        target = way.target.name
        for each in self.ways_down(effect, way):
            verb = "reads" if each.point.kind == "property" else "runs" if each.target.definition is None else "calls"
            if each.point.kind == "evaluation":
                verb = "evaluates"
            target = each.target.name
            steps.append(Step(each.point.site, f"{verb} {target}"))
        shown = steps if len(steps) <= _MOST_STEPS else [*steps[: _MOST_STEPS - 1], steps[-1]]
        return Witness(effect, tuple(shown), way.confidence, target)

    def ways_down(self, effect: str, way: Way) -> Iterator[Way]:
        """The way itself and those below it, down to the library call."""
        below: Way | None = way
        while below is not None:
            yield below
            definition = below.target.definition
            known = self._closure.ways(effect).get(definition) if definition is not None and below.distance else None
            below = below.inner or known

    # one point

    def _way(self, point: Point, effect: str) -> Way | None:
        """How a point comes to an effect: the best of its targets."""
        if not crosses(effect, point):
            return None
        direct = self._direct.of(point).get(effect)
        best = Way(0, direct[0], point, direct[1]) if direct is not None else self._handed.get(id(point), {}).get(effect)
        for target in point.targets:
            below = self._closure.ways(effect).get(target.definition) if target.definition is not None else None
            if below is not None and crosses(effect, point, target):
                way = Way(below.distance + 1, min(target.confidence, below.confidence), point, target)
                if best is None or way.rank < best.rank:
                    best = way
        return best

    def _ways(self, point: Point, wanted: AbstractSet[str] | None = None) -> dict[str, Way]:
        inner = any(target.definition is not None for target in point.targets)
        effects = self.names if inner else sorted(self._direct.of(point))
        if wanted is not None:
            effects = [effect for effect in effects if effect in wanted]
        return {effect: way for effect in effects if (way := self._way(point, effect)) is not None}

    # the whole

    @cached_property
    def _modules(self) -> tuple[Module, ...]:
        return tuple(module for module in self._project.modules.all if not module.is_test)

    @cached_property
    def _closure(self) -> Closure:
        points = [point for module in self._modules for point in self._points.of(module)]
        return Closure(points, self._direct.of, self._handed)

    @cached_property
    def _handed(self) -> Handed:
        for module in self._modules:
            for point in self._points.of(module):
                self._direct.of(point)
        return HandedStatements(self._project, self._direct.statements).ways(self._direct.untold, self._call_points)

    def _call_points(self, site: CallSite) -> list[Point]:
        return [point for point in self._points_of_calls(site.module).get(site.index, ()) if point.kind == "call"]

    @cached_property
    def callers(self) -> Mapping[Def, AbstractSet[tuple[str, int]]]:
        """Function → the places that run it or hand it over: path, and row of the function there (-1: the module's body)."""
        return self._callers(frozenset())

    @cached_property
    def _callers_at_once(self) -> Mapping[Def, AbstractSet[tuple[str, int]]]:
        return self._callers(_LATER)

    def _callers(self, left_out: AbstractSet[PointKind]) -> Mapping[Def, AbstractSet[tuple[str, int]]]:
        found: dict[Def, set[tuple[str, int]]] = defaultdict(set)
        for module in self._modules:
            places: dict[int, tuple[str, int]] = {}
            for point in self._points.of(module):
                row = point.caller.index if point.caller is not None else -1
                for target in point.targets if point.kind not in left_out else ():
                    if target.definition is not None:
                        found[target.definition].add(places.setdefault(row, (module.path, row)))
        return found

    def calling(self, definition: Def, *, at_once: bool = False) -> list[Def]:
        """The functions of production code among `callers`, in order; `at_once`: without those that hand it over to be run
        later or elsewhere."""
        by_path = self._project.modules.by_path
        callers = self._callers_at_once if at_once else self.callers
        places = ((by_path[path], row) for path, row in sorted(callers.get(definition, ())))
        return [Def(module, module.name, row) for module, row in places if row >= 0 and module.is_production]

    def _points_by_caller(self, module: Module) -> dict[int, list[Point]]:
        known = self._of_callers.get(module.path)
        if known is None:
            known = self._of_callers[module.path] = defaultdict(list)
            for point in self._points.of(module):
                known[point.caller.index if point.caller is not None else -1].append(point)
        return known

    def _points_of_calls(self, module: Module) -> dict[int, list[Point]]:
        known = self._of_calls.get(module.path)
        if known is None:
            known = self._of_calls[module.path] = defaultdict(list)
            for point in self._points.of(module):
                if point.call is not None:
                    known[point.call.index].append(point)
        return known
