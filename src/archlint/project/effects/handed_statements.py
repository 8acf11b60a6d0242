"""Statements that a function of the project executes for its callers: `execute("UPDATE …")` writes where it stands, since
the function runs whatever text it is given, as a driver's own does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, CallRef, Collection, Expr, Name, Operation, Template
from archlint.project.effects.closure import Way
from archlint.project.effects.points import Point
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter

if TYPE_CHECKING:
    from archlint.project.effects.statement_kind import StatementKind
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_WRAPPERS = 3
"""How many project functions a statement may be handed through on its way to the query."""
_DEPTH = 8
_OF_TEXTS = frozenset({"strip", "lstrip", "rstrip", "replace", "format", "removesuffix"})
"""Methods that give a text which begins as their own does."""

Handed = Mapping[int, Mapping[str, Way]]
"""Point (its identity) → effect → the way to the library call that executes the statement which the point hands over."""
PointsOf = Callable[[CallSite], Sequence[Point]]


class Untold(Struct, frozen=True):
    """A library call that executes a statement of which nothing is known where it stands."""

    way: Way
    statement: Expr


class HandedStatements:
    def __init__(self, project: Project, kinds: StatementKind) -> None:
        self._project = project
        self._kinds = kinds

    def ways(self, untold: list[Untold], points_of: PointsOf) -> Handed:
        """`points_of`: the points of a call; where a caller has none, nothing is asked of it."""
        found: dict[int, dict[str, Way]] = {}
        waiting = [(own, each.way, 1) for each in untold if (own := self._own(each.way.point, each.statement)) is not None]
        seen = {own for own, *_ in waiting}
        for (definition, name), inner, wrappers in waiting:  # which grows on the way
            for point, given in self._given(definition, name, points_of):
                target = next(t for t in point.targets if t.definition == definition)
                way = Way(0, min(target.confidence, inner.confidence), point, target, inner)
                told = self._kinds.effects(point.module, given, point.context)
                for effect in told or ():
                    known = found.setdefault(id(point), {})
                    if effect not in known or way.rank < known[effect].rank:
                        known[effect] = way
                own = self._own(point, given) if told is None and wrappers < _WRAPPERS else None
                if own is not None and own not in seen:
                    seen.add(own)
                    waiting.append((own, way, wrappers + 1))
        return found

    def _own(self, point: Point, statement: Expr) -> tuple[Def, str] | None:
        return own_parameter(self._project, point.module, statement, point.context)

    def _given(self, definition: Def, name: str, points_of: PointsOf) -> Iterator[tuple[Point, Expr]]:
        """The calls of the function, each with what it gives for the parameter."""
        for site in self._project.calls.callers(definition):
            given = arguments_by_parameter(site.call, definition).get(name)
            for point in points_of(site) if given is not None else ():
                if given is not None and any(target.definition == definition for target in point.targets):
                    yield point, given


def own_parameter(project: Project, module: Module, expr: Expr, context: int) -> tuple[Def, str] | None:
    """The parameter of a function around the place with which a text begins, also inside a call that makes it SQL, or that
    rewrites it (another paramstyle, other names)."""
    path: tuple[int, ...] = ()
    for _ in range(_DEPTH):
        if isinstance(expr, Operation | Template):
            parts = expr.operands if isinstance(expr, Operation) else expr.parts
            if not parts:
                return None
            expr = parts[0]
        elif isinstance(expr, CallRef):
            given = _rewritten(project, module, expr, path)
            if given is None:
                return None
            expr, path = given, ()
        elif isinstance(expr, Name):
            _, bindings = project.symbols.scopes(module).lookup(context, expr.id, expr.at)
            for binding in bindings:
                if binding.kind == "parameter":
                    return Def(module, module.name, binding.function), expr.id
            made = [module.body.statements[b.index] for b in bindings if b.kind == "statement"]
            if len(bindings) != 1 or not made or made[0].kind != "assign" or not isinstance(made[0].value, CallRef):
                return None
            expr, path = made[0].value, bindings[0].path
        else:
            return None
    return None


def _rewritten(project: Project, module: Module, call: CallRef, path: tuple[int, ...]) -> Expr | None:
    """What a call makes a text of: the statement that a library's is given, the text whose method it is, the argument for
    the parameter that a function of the project gives back."""
    site = project.calls.in_module(module)[call.index]
    callee = site.call.callee
    if site.operation is not None and site.operation.sql is not None:
        return site.argument(site.operation.sql)
    if isinstance(callee, Attribute) and callee.attr in _OF_TEXTS:
        return callee.base
    for target in site.targets if len(site.targets) == 1 else ():
        definition = target.definition
        kept = _given_back(definition, path) if definition is not None else ""
        if definition is not None and kept:
            return arguments_by_parameter(site.call, definition).get(kept)
    return None


def _given_back(definition: Def, path: tuple[int, ...]) -> str:
    """The parameter that a function gives back as it is, at a place of what it gives; empty if none."""
    module, names = definition.module, {p.name for p in definition.function.parameters}
    for statement in module.statements["return"]:
        value = statement.value if module.body.contexts[statement.context].function == definition.index else None
        if path and isinstance(value, Collection) and len(path) == 1 and 0 <= path[0] < len(value.items):
            value = value.items[path[0]]
        elif path:
            continue
        if type(value) is Name and value.id in names:
            return value.id
    return ""
