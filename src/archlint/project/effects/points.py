"""Where something may happen in a module: calls, callables handed over, evaluations of lazy values, properties read.

A point is an edge of the call graph with its place.  Its kind says how the callee runs:

    call         where it stands
    per item     for each item of something (`map`, a callable of `gather`)
    once         handed over and run once (dependencies, managers, wrapping decorators)
    threaded     run now, in another thread
    deferred     run later or elsewhere: effects do not cross
    evaluation   a lazy value is iterated, counted, tested
    property     an attribute that is computed
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.findings import Confidence, Site
from archlint.facts.knowledge import Operation as LibraryOperation
from archlint.facts.syntax import (
    Attribute,
    Await,
    Call,
    CallRef,
    Comparison,
    Comprehension,
    Expr,
    Lambda,
    Name,
    Operation,
    Slice,
    Starred,
    Subscript,
)
from archlint.project.effects.started_coroutines import StartedCoroutines
from archlint.project.model import CallSite, Def, Target, Type, argument_of
from archlint.project.names.parameters_run import ParametersRun, PointKind, arguments_named
from archlint.project.names.put_off import PutOff
from archlint.project.relations.eager import EagerLoads
from archlint.project.types.entities import Bound, Entity, External, FunctionRef
from archlint.project.types.lazy_ways import ways_reached
from archlint.project.walk import attributes_named, walk_module

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_METHODS = {
    "len": "__len__",
    "bool": "__bool__",
    "contains": "__contains__",
    "index": "__getitem__",
    "slice": "__getitem__",
    "await": "__await__",
    "async": "__aiter__",
}
"""Way of evaluating → the method that does it; all others iterate."""


_MANAGED, _ASYNC_MANAGED = ("__enter__", "__exit__"), ("__aenter__", "__aexit__")
_PLACE = attrgetter("at", "length")

_EVALUATING = frozenset({Subscript, Await, Comparison, Starred})
"""Expressions that may run something beside calls and properties."""
_OVER_ALL = frozenset({"iterate", "list"})
_MEMBERSHIP = frozenset({"in", "not in"})
_LIST = "builtins.list"


_ASKED = frozenset({Name, Attribute, CallRef})
"""Expressions that may be values of which a test asks whether they are empty."""


class Point(Struct, frozen=True, gc=False):
    """One place and what it may run. `call` is the call it stands for or belongs to; `expr` what is evaluated."""

    module: Module
    at: int
    length: int
    context: int
    caller: Def | None
    kind: PointKind
    targets: tuple[Target, ...]
    call: CallSite | None = None
    expr: Expr | None = None

    @property
    def path(self) -> str:
        return self.module.path

    @property
    def end(self) -> int:
        """Not kept, as that of an expression is not: each would be a number of its own."""
        return self.at + self.length

    @property
    def site(self) -> Site:
        return Site(self.module.path, self.at, self.at + self.length)


class Points:
    """Finds the points of modules; each module once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._inference = project.types.inference
        self._eager = EagerLoads(project)
        self._known: dict[str, tuple[Point, ...]] = {}
        self._evaluations: dict[tuple[Type, tuple[str, ...]], tuple[Target, ...]] = {}
        self._running = ParametersRun(project)
        self._put_off = PutOff(project)
        self._started = StartedCoroutines(project, self._running)

    def of(self, module: Module) -> tuple[Point, ...]:
        """All points of a module, by place."""
        known = self._known.get(module.path)
        if known is None:
            found = [*self._calls(module), *self._expressions(module), *self._contexts(module), *self._decorators(module)]
            found += self._named(module)
            holds = module.unreachable.holds
            known = self._known[module.path] = _by_place([p for p in found if not holds(p.context, p.at)])
        return known

    def _point(  # noqa: PLR0917 - the fields of the record that it makes
        self,
        module: Module,
        expr: Expr,
        context: int,
        kind: PointKind,
        targets: tuple[Target, ...],
        call: CallSite | None = None,
    ) -> Point:
        function = module.body.contexts[context].function
        caller = Def(module, module.name, function) if function >= 0 else None
        return Point(module, expr.at, expr.length, context, caller, kind, targets, call, expr)

    # calls

    def _calls(self, module: Module) -> Iterator[Point]:
        sites = self._project.calls.in_module(module)
        kinds: dict[int, PointKind] = {}
        moved = self._moved(module)
        for site in self._project.calls.known(module):
            operation = site.operation
            if operation is not None and _takes_callables(operation):
                handed = self._handed_over(module, site, operation, kinds)
                yield from (replace(p, kind="threaded") for p in handed) if _is_moved(sites, site.call, moved) else handed
        kinds.update(dict.fromkeys(self._started.among(sites), "deferred"))
        for site in sites:
            targets = site.targets
            if targets:
                call = site.call
                kind = "threaded" if _is_moved(sites, call, moved) else kinds.get(site.index, "call") if kinds else "call"
                own = [target.definition for target in targets if target.definition is not None]
                if own:
                    if call.arguments and any(map(self._running.of, own)):
                        yield from self._passed_on(module, site)
                    if len(own) == len(targets) and all(map(self._put_off.is_put_off, own)):
                        kind = "deferred"
                yield Point(module, call.at, call.length, call.context, site.caller, kind, targets, site, None)

    def _handed_over(
        self, module: Module, site: CallSite, operation: LibraryOperation, kinds: dict[int, PointKind]
    ) -> Iterator[Point]:
        listed: tuple[tuple[PointKind, tuple[str, ...]], ...] = (
            ("per item", operation.per_item),
            ("once", operation.once),
            ("threaded", operation.threaded),
            ("deferred", operation.deferred),
        )
        for named, notations in listed:
            # nobody waits for what is handed to a thread by a call whose result nobody takes
            is_left = bool(notations) and named == "threaded" and _stands_alone(module, site)
            kind: PointKind = "deferred" if is_left else named
            for notation in notations:
                for expr in arguments_named(site.call, notation):
                    elsewhere = kind in ("threaded", "deferred")
                    if elsewhere and isinstance(expr, CallRef) and not self._gives_callable(module, expr):
                        kinds[expr.index] = kind  # a coroutine that is handed over: its call only makes it
                        kinds.update(dict.fromkeys(self._started.within(module, expr), kind))
                        continue
                    targets = self._callable(module, expr, site.call.context)
                    if targets:
                        yield self._point(module, expr, site.call.context, kind, targets, site)
        if operation.evaluates:
            yield from self._evaluating(module, site)

    def _gives_callable(self, module: Module, expr: CallRef) -> bool:
        """The library's call is given a function and gives one (`partial(load, key)`), or the project's own makes one
        (`require("admin")`)."""
        site = self._project.calls.in_module(module)[expr.index]
        given = self._inference.entities(module, expr, site.call.context)
        if site.operation is None:
            makers = [target.definition for target in site.targets]
            is_plain = all(maker is not None and not maker.function.is_async for maker in makers)
            return bool(makers) and is_plain and any(isinstance(entity, FunctionRef) for entity in given)
        return any(isinstance(entity, FunctionRef | Bound | External) for entity in given)

    def _passed_on(self, module: Module, site: CallSite) -> Iterator[Point]:
        """Callables that a function of the project is given and runs itself: `retry(lambda: load(key))`."""
        for kind, expr in self._running.given(site):
            if isinstance(expr, Name | Attribute | Lambda | CallRef):
                targets = self._callable(module, expr, site.call.context)
                if targets and (not isinstance(expr, CallRef) or all(t.operation is None for t in targets)):
                    yield self._point(module, expr, site.call.context, kind, targets, site)

    def _callable(self, module: Module, expr: Expr, context: int) -> tuple[Target, ...]:
        """What a callable that is handed over runs."""
        found: list[Target] = []
        for entity in self._inference.entities(module, expr, context):
            found += self._project.calls.targets(entity)
        return tuple(dict.fromkeys(found))

    def _evaluating(self, module: Module, site: CallSite) -> Iterator[Point]:
        expr = argument_of(site.call, "0")
        if expr is not None and type(expr) is not Comprehension:
            by = next(iter(site.targets)).name.rpartition(".")[2]
            yield from self._evaluated(module, expr, site.call.context, (by, "list"), site)

    # lazy values and the protocols of the language

    def _evaluated(
        self, module: Module, expr: Expr, context: int, by: tuple[str, ...], call: CallSite | None = None
    ) -> Iterator[Point]:
        if self._ways.isdisjoint(by):
            return
        targets: list[Target] = []
        for entity in self._inference.entities(module, expr, context):
            if type(entity) is Type and not entity.is_class:
                key = entity, by
                known = self._evaluations.get(key)
                if known is None:
                    known = self._evaluations[key] = self._evaluation(entity, by)
                targets += known
        if targets:
            if self._eager.may_hold(module, expr, context):
                targets = [Target(t.name, t.definition, t.operation, Confidence.LOW) for t in targets]
            yield self._point(module, expr, context, "evaluation", tuple(dict.fromkeys(targets)), call)

    @cached_property
    def _ways(self) -> frozenset[str]:
        """The ways of evaluating that may run anything: going through a value always may, if the project says how."""
        return ways_reached(self._project) | _OVER_ALL

    def _evaluation(self, type_: Type, by: tuple[str, ...]) -> tuple[Target, ...]:
        if not _OVER_ALL.isdisjoint(by):
            own = self._project.calls.dispatch.method(type_, "__iter__")
            if own:
                return own
        for ancestor in self._inference.members.ancestors(type_):
            for owner, info, _ in self._inference.library.lineage(ancestor):
                if info.lazy is not None:
                    if not any(way in info.lazy.by for way in by):
                        return ()
                    operation = LibraryOperation(effect=(info.lazy.effect,), evaluates=True)
                    return (Target(f"{owner}.{_METHODS.get(by[0], '__iter__')}", None, operation, type_.confidence),)
        return ()

    def _contexts(self, module: Module) -> Iterator[Point]:
        for context in module.body.contexts:
            subject = context.subject
            if subject is None:
                continue
            if context.kind in ("for", "comprehension"):
                by = ("async", "iterate") if context.is_async else ("iterate",)
                yield from self._evaluated(module, subject, context.parent, by)
            elif context.kind == "with":
                yield from self._managed(module, subject, context.parent, _ASYNC_MANAGED if context.is_async else _MANAGED)

    def _managed(self, module: Module, subject: Expr, context: int, methods: Sequence[str]) -> Iterator[Point]:
        targets: list[Target] = []
        for entity in self._inference.entities(module, subject, context):
            if isinstance(entity, Type) and not entity.is_class:
                for name in methods:
                    targets += self._project.calls.dispatch.method(entity, name)
        if targets:
            yield self._point(module, subject, context, "once", tuple(dict.fromkeys(targets)))

    def _expressions(self, module: Module) -> Iterator[Point]:
        for attribute, context in attributes_named(module, self._property_names):
            yield from self._property(module, attribute, context)
        for expr, context in walk_module(module, _EVALUATING):
            if type(expr) is Subscript:
                is_slice = type(expr.index[0]) is Slice if len(expr.index) == 1 else any(type(i) is Slice for i in expr.index)
                way = "slice" if is_slice else "index"
                yield from self._evaluated(module, expr.base, context, (way,))
            elif type(expr) is Await:
                yield from self._evaluated(module, expr.value, context, ("await",))
            elif type(expr) is Starred:
                yield from self._evaluated(module, expr.value, context, ("iterate", "list"))
            elif type(expr) is Comparison:
                sides = zip(expr.ops, expr.operands[1:], strict=True)
                for side in (side for op, side in sides if op in _MEMBERSHIP and type(side) in _ASKED):
                    yield from self._evaluated(module, side, context, ("contains",))
        for statement in module.statements["augment"]:
            added, target = statement.value, statement.target
            if added is None or target is None or type(added) not in _ASKED:
                continue
            if self._is_list(module, target, statement.context):
                yield from self._evaluated(module, added, statement.context, ("iterate", "list"))
        for statement in module.statements["test"]:
            if statement.value is not None:
                yield from self._tested(module, statement.value, statement.context)

    def _is_list(self, module: Module, target: Expr, context: int) -> bool:
        """`found += rows` goes through what it adds to a list, where it makes an operation of another kind of value."""
        found = self._inference.entities(module, target, context)
        return any(isinstance(entity, Type) and entity.name == _LIST and not entity.is_class for entity in found)

    def _tested(self, module: Module, expr: Expr, context: int) -> Iterator[Point]:
        if type(expr) is Operation and expr.op in ("and", "or", "not"):
            for operand in expr.operands:
                yield from self._tested(module, operand, context)
        elif type(expr) in _ASKED:
            yield from self._evaluated(module, expr, context, ("bool",))

    # properties and decorators

    @cached_property
    def _property_names(self) -> frozenset[str]:
        """Names of the project's properties: only reads of these are looked at."""
        returns = self._inference.returns
        return frozenset(
            function.name
            for module in self._project.modules.all
            for row, function in enumerate(module.outline.functions)
            if function.klass >= 0
            and function.decorators
            and not module.is_test
            and "property" in returns.marks(Def(module, module.name, row))
        )

    def _property(self, module: Module, expr: Attribute, context: int) -> Iterator[Point]:
        inference = self._inference
        found: list[Target] = []
        for base in inference.entities(module, expr.base, context):
            if type(base) is Type and not base.is_class and base.name in self._project.symbols.classes:
                definition = inference.members.property_of(base, expr.attr)
                if definition is not None:
                    found.append(Target(definition.name, definition, None, base.confidence))
        if found:
            yield self._point(module, expr, context, "property", tuple(dict.fromkeys(found)))

    def _decorators(self, module: Module) -> Iterator[Point]:
        """A project decorator that wraps: calling the function runs the wrapper that it returns."""
        for row, function in enumerate(module.outline.functions):
            for decorator in function.decorators:
                definition = Def(module, module.name, row)
                targets: list[Target] = []
                for entity in self._inference.returns.decorator_entities(definition, decorator):
                    if type(entity) is FunctionRef:
                        targets += self._wrappers(entity, isinstance(decorator, CallRef))
                if targets:
                    yield Point(
                        module, decorator.at, decorator.length, function.context, definition, "once",
                        tuple(dict.fromkeys(targets)), None, decorator,
                    )  # fmt: skip

    def _moved(self, module: Module) -> frozenset[str]:
        """The names of what is moved to threads: `save_later = sync_to_async(save)`."""
        movers = {site.index for site in self._project.calls.known(module) if site.operation and site.operation.threaded}
        assigned = module.statements["assign"] if movers else ()
        return frozenset(
            s.target.id
            for s in assigned
            if isinstance(s.target, Name) and isinstance(s.value, CallRef) and s.value.index in movers
        )

    def _named(self, module: Module) -> Iterator[Point]:
        """Dependencies that a framework runs before a handler, and gives it by the names of its parameters."""
        if not self._project.named_dependencies.are:
            return
        for row, function in enumerate(module.outline.functions):
            definition = Def(module, module.name, row)
            for parameter, given in self._project.named_dependencies.of(definition):
                targets = self._callable(given.module, given.expr, given.context)
                if targets:
                    yield Point(
                        module, parameter.at, parameter.length, function.context, definition, "once", targets
                    )  # fmt: skip

    def _wrappers(self, decorator: FunctionRef, is_made: bool) -> list[Target]:
        made: tuple[Entity, ...] = (decorator,)
        for _ in range(2 if is_made else 1):
            made = tuple(r for e in made if isinstance(e, FunctionRef) for r in self._inference.returns.inner(e))
        return [
            Target(e.definition.name, e.definition, None, Confidence.HIGH)
            for e in made
            if isinstance(e, FunctionRef) and e.receiver is None
        ]


def _by_place(points: list[Point]) -> tuple[Point, ...]:
    """Those of one place by kind, then by what they run."""
    points.sort(key=_PLACE)
    if any(one.at == other.at and one.length == other.length for one, other in pairwise(points)):
        points.sort(key=lambda p: (p.at, p.end, p.kind, [t.name for t in p.targets]))
    return tuple(points)


def _is_moved(sites: Sequence[CallSite], call: Call, moved: AbstractSet[str]) -> bool:
    """What is called is what a call that moves functions to threads gives: `sync_to_async(f)(x)`, also under a name of the
    module's own."""
    if type(call.callee) is Name:
        return call.callee.id in moved
    if type(call.callee) is not CallRef:
        return False
    maker = sites[call.callee.index].operation
    return maker is not None and bool(maker.threaded)


def _stands_alone(module: Module, site: CallSite) -> bool:
    """`loop.run_in_executor(None, send)` as a statement, and not awaited."""
    return not site.call.awaited and any(
        isinstance(each.value, CallRef) and each.value.index == site.index for each in module.statements["expression"]
    )


def _takes_callables(operation: LibraryOperation) -> bool:
    return bool(operation.evaluates or operation.per_item or operation.once or operation.threaded or operation.deferred)
