"""API016: a body is written to the database as it was sent."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, CallRef, Expr, Name, Parameter
from archlint.project.asking import Asking, Phrases
from archlint.project.changed_rows import ways_to_change
from archlint.project.conditions import Path as ConditionPath
from archlint.project.credentials import words_of
from archlint.project.endpoints import WRITING, Endpoint
from archlint.project.model import Def
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.walk import walk_module

_REFUSALS = frozenset({400, 422})
"""The answers to what is not in order."""
_ATTRIBUTES = frozenset({Attribute})
_NEAR = 1


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`bodies`: attributes of a request that give what was sent, nobody having looked at it; `requests`: names of requests;
    `open_types`: annotations of a handler's parameter that let everything in; `validates`: words for what code that looks
    at it reads and calls; `not_asked`: words in paths and names of endpoints that take what a protocol or another program
    sends."""

    bodies: tuple[str, ...]
    requests: tuple[str, ...]
    open_types: tuple[str, ...]
    validates: tuple[str, ...]
    not_asked: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each endpoint that writes what a raw body holds and looks at none of it; a proof for each that looks."""
    conditions = ways_to_change(project)
    words = Phrases(params.validates)
    validating = Asking(project, words, refusals=_REFUSALS)
    for definition, endpoints in project.endpoints.by_definition.items():
        endpoint = next((each for each in endpoints if _may_write(each)), None)
        if endpoint is None or not definition.module.is_production or not project.effects.has(definition, "db.write"):
            continue
        bodies = _Bodies(definition, endpoint, params)
        if bodies.site is None:
            continue
        points = project.effects.points_of(definition, "db.write")
        ways = [path for point in points if (path := conditions.path(point)) is not None]
        if not ways:
            continue
        if validating.function_asks(definition) or _is_decorated(definition, words) or bodies.are_tested():
            yield Proof(bodies.site, f"`{endpoint.label}` looks at what was sent")
            continue
        if not set(params.not_asked).isdisjoint((*words_of(endpoint.path), *words_of(definition.function.name))):
            continue
        reached = [path for path in ways if bodies.reach(path)]
        if reached:
            path = min(reached, key=lambda each: (-each.confidence, len(each.steps), each.end.site))
            yield _hit(endpoint, bodies.site, path)


def _hit(endpoint: Endpoint, site: Site, path: ConditionPath) -> Hit:
    words = {"endpoint": endpoint.label, "call": path.end.shown}
    confidence = min(path.confidence, Confidence.HIGH if len(path.through) <= _NEAR else Confidence.MEDIUM)
    return Hit(site, words, "default", confidence, path=(Step(site, f"takes what `{endpoint.label}` is sent"), *path.steps))


def _is_decorated(definition: Def, validating: Phrases) -> bool:
    """`@validate_json(schema)`."""
    return any(validating.in_name(last_name(definition.module.body, each)) for each in definition.function.decorators)


def _may_write(endpoint: Endpoint) -> bool:
    return not endpoint.methods or not WRITING.isdisjoint(endpoint.methods)


class _Bodies:
    """What a function takes of a request as it was sent, and the names under which it goes on."""

    def __init__(self, definition: Def, endpoint: Endpoint, params: Params) -> None:
        self._definition = definition
        self._module, self._function = definition.module, definition.function
        self._params = params
        self._own = [each for each in self._module.body.statements if self._is_own(each.at)]
        parameter = self._parameter(endpoint)
        self.site = self._read() if parameter is None else Site(self._module.path, parameter.at, parameter.end)
        self.names = {parameter.name} if parameter is not None else set()

    def _is_own(self, at: int) -> bool:
        return self._function.at <= at < self._function.end

    def _parameter(self, endpoint: Endpoint) -> Parameter | None:
        """`order: dict` that is no part of the path."""
        for each in self._function.parameters:
            if each.annotation is None or f"{{{each.name}}}" in endpoint.path:
                continue
            spelled = spell(self._module.body, each.annotation).partition("[")[0].rpartition(".")[2]
            if spelled in self._params.open_types and not isinstance(each.default, CallRef):
                return each
        return None

    def _read(self) -> Site | None:
        """The first `request.json` or `request.get_json()`."""
        found = [expr for expr, _ in walk_module(self._module, _ATTRIBUTES) if self._is_own(expr.at) and self.is_raw(expr)]
        found += [call.callee for call in self._module.body.calls if self._is_own(call.at) and self.is_raw(call.callee)]
        first = min(found, key=lambda expr: expr.at, default=None)
        return Site(self._module.path, first.at, first.end) if first is not None else None

    def is_raw(self, expr: Expr) -> bool:
        """The expression itself is a body."""
        if not isinstance(expr, Attribute) or expr.attr not in self._params.bodies:
            return False
        return last_name(self._module.body, expr.base) in self._params.requests

    def are_tested(self) -> bool:
        """Something that came from the body stands in a test."""
        self._spread()
        tests = [each for each in self._own if each.kind in ("test", "assert")]
        return any(self._holds(each.value) for each in tests)

    def _spread(self) -> None:
        """The names that are given something of the body, in the order of the code."""
        for each in self._own:
            if each.kind in ("assign", "annotate", "for", "with") and each.value is not None and self._holds(each.value):
                self.names |= set(names_in(self._module.body, each.target))

    def _holds(self, expr: Expr | None) -> bool:
        parts = parts_of(self._module.body, expr)
        return any((isinstance(part, Name) and part.id in self.names) or self.is_raw(part) for part in parts)

    def reach(self, path: ConditionPath) -> bool:
        """The call at the beginning of the way to the write is given something of the body, or an attribute was.  What only
        says which rows are meant (`filter(pk__in=body)`) is none."""
        self._spread()
        site = path.steps[0].site
        calls = [each for each in self._module.body.calls if (each.at, each.end) == (site.at, site.end)]
        given = [argument.value for call in calls for argument in call.arguments]
        return any(self._holds(expr) for expr in given) or any(
            each.kind in ("assign", "augment") and isinstance(each.target, Attribute) and self._holds(each.value)
            for each in self._own
        )
