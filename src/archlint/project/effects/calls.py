"""Every call of the project, resolved to what it may run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Call, Collection, Name, Starred
from archlint.project.model import CallSite, Def, Target, Type
from archlint.project.parts import leaves_of
from archlint.project.spelling import last_name
from archlint.project.types.dispatch import Dispatch
from archlint.project.types.entities import Bound, Entity, FunctionRef

if TYPE_CHECKING:
    from archlint.facts.knowledge import Operation
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference

_DISPLAYS = frozenset({Collection, Starred})


class Calls:
    """`all` holds the calls of everything but test code, by module and place; test modules are read when asked for.

    A call is resolved when it has a target: a project function or class, or a library callable by name, whether or
    not something is known of it.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._inference: Inference = project.types.inference
        self.dispatch = Dispatch(self._inference)
        self._known: dict[str, tuple[CallSite, ...]] = {}
        self._by_module: dict[str, tuple[CallSite, ...]] = {}
        self._rows: dict[str, dict[int, int]] = {}
        """Path → which of its calls each is, by identity: a module keeps them as long as it lasts."""

    @cached_property
    def all(self) -> tuple[CallSite, ...]:
        return tuple(site for m in self._project.modules.all if not m.is_test for site in self.in_module(m))

    @property
    def total(self) -> int:
        return len(self.all)

    @cached_property
    def resolved(self) -> int:
        """How many of `all` have a target."""
        return sum(1 for site in self.all if site.targets)

    def in_module(self, module: Module) -> tuple[CallSite, ...]:
        """The calls of one module, in the order of `module.body.calls`."""
        known = self._by_module.get(module.path)
        if known is None:
            defs: dict[int, Def | None] = {-1: None}
            contexts = module.body.contexts
            made = []
            for index, call in enumerate(module.body.calls):
                function = contexts[call.context].function
                if function not in defs:
                    defs[function] = Def(module, module.name, function)
                made.append(self._site(module, index, call, defs[function]))
            known = self._by_module[module.path] = tuple(made)
        return known

    def site(self, module: Module, call: Call) -> CallSite:
        """That of a call of the module."""
        rows = self._rows.get(module.path)
        if rows is None:
            rows = self._rows[module.path] = {id(each): row for row, each in enumerate(module.body.calls)}
        return self.in_module(module)[rows[id(call)]]

    def runs_another(self, module: Module, call: Call, own: AbstractSet[Def]) -> bool:
        """It is known what the call runs, and it is none of these."""
        targets = self.site(module, call).targets
        return bool(targets) and all(target.definition not in own for target in targets)

    def known(self, module: Module) -> tuple[CallSite, ...]:
        """Those of a module that run a library operation of which something is known, in order: the few to look at where a
        question is about libraries."""
        found = self._known.get(module.path)
        if found is None:
            resolved = [s for s in self.in_module(module) if s.targets]
            found = tuple([s for s in resolved if s.targets[0].operation is not None or s.operation is not None])
            self._known[module.path] = found
        return found

    def registered(self, word: str) -> tuple[CallSite, ...]:
        """Those of `all` whose operation the knowledge registers under a word."""
        return self._registered.get(word, ())

    @cached_property
    def _registered(self) -> dict[str, tuple[CallSite, ...]]:
        found: dict[str, list[CallSite]] = defaultdict(list)
        for site, operation in self._operating():
            if operation.register:
                found[operation.register].append(site)
        return {word: tuple(sites) for word, sites in found.items()}

    @cached_property
    def connecting(self) -> tuple[CallSite, ...]:
        """Those of `all` that connect to a server by themselves, or make what does."""
        return tuple(site for site, operation in self._operating() if operation.connects)

    @cached_property
    def caching(self) -> tuple[CallSite, ...]:
        """Those of `all` that write to a cache or read from one."""
        return tuple(site for site, operation in self._operating() if operation.cache is not None)

    def _operating(self) -> Iterator[tuple[CallSite, Operation]]:
        """Those of `all` of which it is known what they do, and what that is."""
        for module in self._project.modules.all:
            for site in () if module.is_test else self.known(module):
                operation = site.operation
                if operation is not None:
                    yield site, operation

    def of(self, definition: Def) -> tuple[CallSite, ...]:
        """The calls that stand in a function (those of functions nested in it are theirs)."""
        return self._by_caller(definition.module).get(definition.index, ())

    def at_module_level(self, module: Module) -> tuple[CallSite, ...]:
        return self._by_caller(module).get(-1, ())

    def to(self, dotted: str) -> tuple[CallSite, ...]:
        """The calls in `all` of a project function or class, or of a library callable (a method by the type that
        declares it)."""
        return self._by_target.get(dotted) or self._by_target.get(self._project.knowledge.canonical(dotted), ())

    def callers(self, definition: Def) -> tuple[CallSite, ...]:
        """The calls in `all` that may run the function."""
        return self._by_target.get(definition.name, ())

    def written(self, name: str) -> Sequence[tuple[Module, Call]]:
        """The calls of production code that are written with that last name (`get` in `a.b.get(x)`), whatever they run: the
        few to start from where a question is about a name."""
        return list(zip(*self.rows_written(name), strict=True))

    def rows_written(self, name: str) -> tuple[Sequence[Module], Sequence[Call]]:
        """The same in two rows: modules, and the call in each."""
        return self._written.get(name, ((), ()))

    @cached_property
    def _written(self) -> dict[str, tuple[list[Module], list[Call]]]:
        """Name → modules, and the call in each: a pair for every call of the program would be kept for a few names."""
        found: dict[str, tuple[list[Module], list[Call]]] = defaultdict(lambda: ([], []))
        for module in self._project.modules.production:
            body = module.body
            for call in body.calls:
                callee = call.callee
                name = callee.attr if type(callee) is Attribute else last_name(body, callee)
                modules, calls = found[name]
                modules.append(module)
                calls.append(call)
        return found

    def given(self, name: str) -> Sequence[tuple[Module, int, Name | Attribute]]:
        """The calls of production code that are given what has that last name, alone or in a display (`run(store.keep)`,
        `run(jobs=[send])`), by module and row, with what is given. Told of names of functions only."""
        return self._given.get(name, ())

    @cached_property
    def _given(self) -> dict[str, list[tuple[Module, int, Name | Attribute]]]:
        modules = self._project.modules
        names = {function.name for module in modules.all for function in module.outline.functions}
        found: dict[str, list[tuple[Module, int, Name | Attribute]]] = defaultdict(list)
        for module in modules.production:
            for row, call in enumerate(module.body.calls):
                for argument in call.arguments:
                    value = argument.value
                    if type(value) is Name:
                        if value.id in names:
                            found[value.id].append((module, row, value))
                    elif type(value) is Attribute:
                        if value.attr in names:
                            found[value.attr].append((module, row, value))
                    elif type(value) in _DISPLAYS:
                        for leaf in leaves_of(value):
                            if isinstance(leaf, Name | Attribute):
                                name = leaf.id if isinstance(leaf, Name) else leaf.attr
                                if name in names:
                                    found[name].append((module, row, leaf))
        return found

    def targets(self, entity: Entity) -> tuple[Target, ...]:
        """What calling an entity runs."""
        return self.dispatch.targets(entity)

    def _by_caller(self, module: Module) -> dict[int, tuple[CallSite, ...]]:
        known = self._callers_by_module.get(module.path)
        if known is None:
            found: dict[int, list[CallSite]] = defaultdict(list)
            for site in self.in_module(module):
                found[-1 if site.caller is None else site.caller.index].append(site)
            known = self._callers_by_module[module.path] = {f: tuple(s) for f, s in found.items()}
        return known

    @cached_property
    def _callers_by_module(self) -> dict[str, dict[int, tuple[CallSite, ...]]]:
        return {}

    @cached_property
    def _by_target(self) -> dict[str, tuple[CallSite, ...]]:
        found: dict[str, list[CallSite]] = defaultdict(list)
        known: dict[int, tuple[str, ...]] = {}  # many calls share their targets, which live as long as they do
        for site in self.all:
            names = known.get(id(site.targets))
            if names is None:
                names = known[id(site.targets)] = _names(site.targets)
            for name in names:
                found[name].append(site)
        return {name: tuple(sites) for name, sites in found.items()}

    def _site(self, module: Module, index: int, call: Call, caller: Def | None) -> CallSite:
        entities, bases = self._inference.callee(module, call.callee, call.context)
        if len(entities) == 1:
            targets: Sequence[Target] = self.dispatch.called(entities[0])
        else:
            targets = [target for entity in entities for target in self.dispatch.called(entity)]
        if call.awaited and len(targets) > 1:
            targets = _awaitable(targets)
        return CallSite(module, module.path, index, call, caller, _distinct(targets), _receiver(entities, bases))


def _names(targets: tuple[Target, ...]) -> tuple[str, ...]:
    """Those by which `Calls.to` finds what runs them."""
    names = {target.name for target in targets}
    return tuple(sorted(names | {target.definition.name for target in targets if target.definition is not None}))


def _receiver(entities: tuple[Entity, ...], bases: tuple[Entity, ...]) -> Type | None:
    """What a method is called on: what it is bound to, else what stands before it."""
    for entity in entities:
        if (type(entity) is Bound or type(entity) is FunctionRef) and entity.receiver is not None:
            return entity.receiver
    for base in bases:
        if type(base) is Type:
            return base
    return None


def _awaitable(targets: Sequence[Target]) -> Sequence[Target]:
    """Of alternatives where some can be awaited, those that can: `await history.add(row)` runs no plain function."""
    waiting = [t for t in targets if t.definition is None or t.definition.function.is_async]
    return waiting if any(t.definition is not None for t in waiting) else targets


def _distinct(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Each target once, the surest first among equals by name."""
    if len(targets) < 2:
        return tuple(targets)
    best: dict[tuple[str, Def | None], Target] = {}
    for target in targets:
        key = (target.name, target.definition)
        if key not in best or best[key].confidence < target.confidence:
            best[key] = target
    return tuple(best.values())
