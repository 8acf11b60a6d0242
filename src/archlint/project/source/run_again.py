"""Functions that run again and again: a request or a task comes to them, what the program hands to what runs it later, or a
loop that goes on and waits between two turns, by calls of which some are known by their names alone."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Name
from archlint.project.control.waiting_turns import turns_and_waits
from archlint.project.model import Def, Type
from archlint.project.source.callers import callers_above
from archlint.project.source.uncalled import stood_in_for
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.facts.syntax import Call
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_STEPS = 5
_SERVICER = "Servicer"
_ANSWERING = frozenset({"view", "serializer"})
_GENERATED = "_grpc"
"""A service of `orders_pb2_grpc.OrdersServicer`: its server calls the methods."""


class RunAgain:
    """`led_to` goes by calls whose targets are known; this one besides by a call of a method that nobody else in the program
    has (`self.orders.close_expired()`, where nothing is known of `self.orders`), by a method of a class above, and by the
    other name that a module gives a function."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[Def, bool] = {}

    def holds(self, definition: Def) -> bool:
        known = self._known.get(definition)
        if known is None:
            known = self._known[definition] = self._find(definition)
        return known

    def _find(self, definition: Def) -> bool:
        if self._project.led_to.runs(definition) or self._project.called_back.holds(definition):
            return True
        return any(map(self._is_begun, callers_above(definition, self._calling, _STEPS)))

    def _is_begun(self, definition: Def) -> bool:
        project = self._project
        if project.led_to.is_begun(definition) or project.called_back.is_handed_on(definition):
            return True
        if self._is_hook(definition) or self._is_driven(definition):
            return True
        klass = project.symbols.classes.get(definition.owner) if definition.function.klass >= 0 else None
        if klass is None:
            return False
        bases = (base for base in klass.klass.bases if isinstance(base, Attribute))
        return any(
            base.attr.endswith(_SERVICER) and last_name(klass.module.body, base.base).endswith(_GENERATED) for base in bases
        )

    def turns(self, module: Module, context: int) -> bool:
        """The place stands in such a loop itself."""
        return turns_and_waits(self._project, module, context)

    def _is_driven(self, definition: Def) -> bool:
        sites = (site for site in self._project.calls.callers(definition) if site.module.is_production)
        return any(self.turns(site.module, site.call.context) for site in sites)

    def _is_hook(self, definition: Def) -> bool:
        """A method of a view or a serializer that nothing in the program calls: its library does, on the way to an answer."""
        project, function = self._project, definition.function
        if function.klass < 0 or project.types.role(Type(definition.owner)) not in _ANSWERING:
            return False
        return not function.name.startswith("_") and next(self._calling(definition), None) is None

    def _calling(self, definition: Def) -> Iterator[Def]:
        project = self._project
        yield from project.effects.calling(definition)
        name, own = definition.function.name, {definition, *stood_in_for(project, definition)}
        for other in (name, *self._renamed.get((definition.module.path, name), ())):
            for module, call in project.calls.written(other):
                site = project.calls.site(module, call)
                if site.caller is None or not module.is_production:
                    continue
                known = {target.definition for target in site.targets} - {None}
                if not own.isdisjoint(known) or (not known and self._may_mean(definition, other, module, call)):
                    yield site.caller

    def _may_mean(self, definition: Def, name: str, module: Module, call: Call) -> bool:
        """A call of which nothing is known can only mean this function."""
        if definition.function.klass >= 0:
            return isinstance(call.callee, Attribute) and self._defined.get(name) == 1
        taken = any(given.name == name for given in module.outline.imports)
        return isinstance(call.callee, Name) and taken and self._defined.get(name, 1) == 1

    @cached_property
    def _defined(self) -> dict[str, int]:
        """Name → how many functions of production code have it."""
        found: dict[str, int] = defaultdict(int)
        for module in self._project.modules.production:
            for function in module.outline.functions:
                found[function.name] += 1
        return dict(found)

    @cached_property
    def _renamed(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """(file, name of a plain function in it) → the other names that the file gives it: `all_plans = plans`."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for module in self._project.modules.production:
            functions = {f.name for f in module.outline.functions if f.klass < 0}
            for statement in module.statements["assign"]:
                target, value = statement.target, statement.value
                if (
                    isinstance(target, Name)
                    and isinstance(value, Name)
                    and value.id in functions
                    and module.body.contexts[statement.context].kind == "module"
                ):
                    found[module.path, value.id] = (*found.get((module.path, value.id), ()), target.id)
        return found
