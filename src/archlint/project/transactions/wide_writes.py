"""Writes through a mapper that nothing narrows down: `delete(Model)`, `Model.objects.all().delete()`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Call, CallRef, Expr, Mapping, Name, String
from archlint.project.listings.loaded_rows import chain_of, only_value
from archlint.project.model import Def
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

Verb = Literal["delete", "update"]
_VERBS: dict[str, Verb] = {"delete": "delete", "update": "update", "adelete": "delete", "aupdate": "update"}
_STORED, _TABLE = "db-model", "db-table"


class WideWrite(Struct, frozen=True):
    """`rows`: the last name of the class, or of a table's variable; `is_for_one`: the function sets the same column
    of one row as well, as of a flag that only one of them has."""

    module: Module
    caller: Def | None
    site: Site
    verb: Verb
    rows: str
    is_for_one: bool = False


class WideWrites:
    """`plain`: names in the way from a class to its rows that leave none of them out."""

    def __init__(self, project: Project, plain: Iterable[str]) -> None:
        self._project = project
        self._plain = frozenset(plain)

    def all(self) -> Iterator[WideWrite]:
        """Each of production code whose class is known, and of whose chain every step is."""
        for point in self._project.effects.points("db.write"):
            if point.is_direct and point.module.is_production and point.kind in ("call", "evaluation"):
                found = self._of(point)
                if found is not None:
                    yield found

    def _of(self, point: EffectPoint) -> WideWrite | None:
        module, call = point.module, point.call
        expr: Expr | None = point.point.expr
        if call is not None:
            expr = CallRef(call.call.at, call.call.length, call.index)
            arguments = call.call.arguments
            if arguments and arguments[0].name is None and _verb(module, expr) is None:
                expr = arguments[0].value  # what is executed
        if isinstance(expr, Name):
            expr = only_value(module, expr, point.context)
        verb = _verb(module, expr) if expr is not None else None
        if expr is None or verb is None:
            return None
        steps = list(_steps(module, expr))
        name, changing = verb
        between = {name for name, call in steps if call is not changing}
        if not between <= self._plain or _is_asked_for(steps, changing) or self._is_about_one(module, changing, point.context):
            return None
        rows = self._rows(module, steps, point.context)
        if rows is None:
            return None
        caller = point.call.caller if point.call is not None else point.point.caller
        return WideWrite(module, caller, point.site, _VERBS[name], rows, _is_for_one(module, caller, _columns(changing, steps)))

    def _is_about_one(self, module: Module, changing: Call, context: int) -> bool:
        """`Model.update(member, {…})`: the class's method, given the object that it changes."""
        return any(
            not type_.is_class and self._project.types.role(type_) == _STORED
            for argument in changing.arguments[:1]
            if argument.name is None and isinstance(changing.callee, Attribute)
            for type_ in self._project.types.all(module, argument.value, context)
        )

    def _rows(self, module: Module, steps: list[tuple[str, Call | None]], context: int) -> str | None:
        """The one class that the chain is about: what it begins with, or what a call of it is given."""
        given = [a.value for _, call in steps if call is not None for a in call.arguments if a.name is None]
        given += [root for root in (_root(call.callee) for _, call in steps if call is not None) if root is not None]
        found = {
            expr.id if isinstance(expr, Name) else expr.attr
            for expr in given
            if isinstance(expr, Name | Attribute)
            for type_ in self._project.types.all(module, expr, context)
            if self._project.types.role(type_) == (_STORED if type_.is_class else _TABLE)
        }
        return found.pop() if len(found) == 1 else None


def _is_asked_for(steps: list[tuple[str, Call | None]], changing: Call) -> bool:
    """`Model.objects(name=name).delete()`, `Model.objects.delete(**conditions)`"""
    before = [call for _, call in steps[[call for _, call in steps].index(changing) + 1 :] if call is not None]
    named = [argument.name for call in before for argument in call.arguments]
    return any(named) or any(argument.name == "**" for argument in changing.arguments)


def _columns(changing: Call, steps: list[tuple[str, Call | None]]) -> frozenset[str]:
    """`update({"active": False})`, `update(active=False)`, `update(Model).values(active=False)`"""
    given = [a for name, call in steps if call is not None and (call is changing or name == "values") for a in call.arguments]
    keys = (key for a in given if isinstance(a.value, Mapping) for key in a.value.keys)
    named = {key.value if isinstance(key, String) else key.attr for key in keys if isinstance(key, String | Attribute)}
    return frozenset(named | {a.name for a in given if a.name is not None})


def _is_for_one(module: Module, caller: Def | None, columns: frozenset[str]) -> bool:
    """`Preset.query.update({"active": False})`, `preset.active = True`"""
    own = module.own_statements(caller.index) if caller is not None and columns else ()
    return any(s.kind == "assign" and isinstance(s.target, Attribute) and s.target.attr in columns for s in own)


def _verb(module: Module, expr: Expr) -> tuple[str, Call] | None:
    return next(((name, call) for name, call in _steps(module, expr) if call is not None and name in _VERBS), None)


def _steps(module: Module, expr: Expr) -> Iterator[tuple[str, Call | None]]:
    """`a.b.c(…)` from its end: the name of each call with the call, that of each attribute in between."""
    is_callee = False
    for part in chain_of(module, expr):
        if isinstance(part, CallRef):
            call = module.body.calls[part.index]
            yield last_name(module.body, call.callee), call
        elif isinstance(part, Attribute) and not is_callee and not _is_root(part):
            yield part.attr, None
        is_callee = isinstance(part, CallRef)


def _is_root(expr: Attribute) -> bool:
    """`models.Order`, `self.session`"""
    return isinstance(expr.base, Name) and (expr.base.id == "self" or expr.attr[:1].isupper())


def _root(expr: Expr) -> Expr | None:
    """What a chain begins with, as far as it may be a class."""
    while isinstance(expr, Attribute) and not expr.attr[:1].isupper():
        expr = expr.base
    return expr if isinstance(expr, Name | Attribute) else None
