"""Circuit breakers, and which requests of the program are made through one."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Expr
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import Def, Type
from archlint.project.spelling import spell
from archlint.project.types.entities import FunctionRef
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_BREAKER = "breaker"
_NAMED_SO = re.compile(r"breaker|circuit", re.IGNORECASE)
_STATES = frozenset({"open", "opened", "closed", "tripped", "broken"})
_NO_SERVICES = frozenset({"cloud-sdk", "broker-client"})
_OUTBOUND = ("http", "rpc")
_STEPS = 3
"""Callers above a request that are looked at."""


class Breakers:
    """Questions about one project. A breaker is a library's, or a class, decorator or manager of its own named so."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._inference = project.types.inference
        self._guarded: dict[Def, bool] = {}

    @cached_property
    def requests(self) -> tuple[EffectPoint, ...]:
        """The requests that production code makes of other machines itself, by a client of which that is sure; the
        clients of cloud services break by themselves and are left out."""
        points = (point for effect in _OUTBOUND for point in self._project.effects.points(effect))
        return tuple(p for p in points if p.is_direct and p.module.is_production and self._is_asking(p))

    def has_own(self, folder: str) -> bool:
        """The service has a class of its own that is named so, and makes one, or a function that says whether a circuit is
        open: which requests go through it is not seen."""
        return folder in self._own

    @cached_property
    def _own(self) -> frozenset[str]:
        found: set[str] = set()
        for klass in self._project.symbols.classes.values():
            name = klass.klass.qualname
            if klass.module.is_production and _BREAKER in name.lower() and self._project.calls.written(name.rpartition(".")[2]):
                service = self._project.services.of(klass.module)
                found.add(service.folder if service is not None else "")
        for module in self._project.modules.production:
            for function in module.outline.functions:
                if function.klass < 0 and _tells_of_circuit(function.name) and self._project.calls.written(function.name):
                    service = self._project.services.of(module)
                    found.add(service.folder if service is not None else "")
        return frozenset(found)

    def guards(self, point: EffectPoint) -> bool:
        """The request, or all that leads to it, is made through a breaker."""
        if self._is_managed(point.module, point.context):
            return True
        return point.caller is not None and self._is_guarded(point.caller, _STEPS)

    def _is_asking(self, point: EffectPoint) -> bool:
        kinds = self._project.knowledge.package_kinds(point.witness.target)
        return point.confidence.name != "LOW" and _NO_SERVICES.isdisjoint(kinds)

    def _is_guarded(self, definition: Def, steps: int) -> bool:
        if definition not in self._guarded:
            self._guarded[definition] = False  # recursion ends here
            self._guarded[definition] = self._finds_guard(definition, steps)
        return self._guarded[definition]

    def _finds_guard(self, definition: Def, steps: int) -> bool:
        if definition in self._handed or any(self._is_breaker(definition, d) for d in definition.function.decorators):
            return True
        below = (t.definition for site in self._project.calls.of(definition) for t in site.targets)
        if any(self._keeps_circuit(each) for each in (definition, *below) if each is not None):
            return True
        sites = self._project.calls.callers(definition) if steps else ()
        return bool(sites) and all(
            self._is_managed(site.module, site.call.context)
            or (site.caller is not None and self._is_guarded(site.caller, steps - 1))
            for site in sites
        )

    def _keeps_circuit(self, definition: Def) -> bool:
        """`endpoint.circuit_state = "open"`, `self._circuit.allows()`: it notes down itself what failed, or asks what does."""
        body, function = definition.module.body, definition.function
        targets = (s.target for s in definition.module.statements["assign"] if function.at <= s.at < function.end)
        asked = (c.callee for c in body.calls if function.at <= c.at < function.end)
        named = (spell(body, each) for each in (*targets, *asked) if type(each) is Attribute)
        return any(_NAMED_SO.search(name) for name in named)

    def _is_breaker(self, definition: Def, decorator: Expr) -> bool:
        if _NAMED_SO.search(spell(definition.module.body, decorator)):
            return True
        for entity in self._inference.returns.decorator_entities(definition, decorator):
            operation = None if isinstance(entity, FunctionRef) else self._inference.operation(entity)
            if operation is not None and operation.register == _BREAKER:
                return True
            if isinstance(entity, Type) and self._project.knowledge.role(entity.name) == _BREAKER:
                return True
        return False

    def _is_managed(self, module: Module, context: int) -> bool:
        """A `with` around the place is a breaker's."""
        contexts = module.body.contexts
        while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
            place = contexts[context]
            if place.kind == "with" and place.subject is not None and _NAMED_SO.search(spell(module.body, place.subject)):
                return True
            context = place.parent
        return False

    @cached_property
    def _handed(self) -> frozenset[Def]:
        """Functions that are handed to a breaker, which calls them."""
        found: set[Def] = set()
        for module in self._project.modules.production:
            for point in self._project.effects.edges(module):
                if point.kind != "once" or point.call is None:
                    continue
                receiver = point.call.receiver
                named = _NAMED_SO.search(spell(module.body, point.call.call.callee))
                if named or (receiver is not None and self._project.knowledge.role(receiver.name) == _BREAKER):
                    found.update(target.definition for target in point.targets if target.definition is not None)
        return frozenset(found)


def _tells_of_circuit(function: str) -> bool:
    """`is_circuit_open`, `breaker_tripped`: what asks before a request whether one may be made."""
    words = {*words_of(function)}
    return not words.isdisjoint(("circuit", _BREAKER)) and not words.isdisjoint(_STATES)
