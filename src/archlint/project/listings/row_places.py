"""Where an expression stands on the way from an answer back to its query, and what a value there is: who asks, a
day that is reckoned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archlint.facts.findings import Site, Step
from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.model import Type
from archlint.project.names.arguments import receiver_of
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import parts_of
from archlint.project.relations.row_types import is_of_asker, names_asker
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 80
_FEW = 4
_OWN = frozenset({"self", "cls"})
_ABOVE = "super"
_SPANS = frozenset({"timedelta", "relativedelta", "Duration"})


@dataclass(frozen=True)
class Place:
    """Where an expression stands: `given` is what the call on the way gave to the function's parameters, `path` leads into
    a tuple, `owner` is the type of the object whose method it is."""

    module: Module = field(repr=False)
    context: int
    given: Mapping[str, tuple[Place, Expr]] = field(default_factory=dict, repr=False)
    path: tuple[int, ...] = ()
    steps: tuple[Step, ...] = ()
    depth: int = _DEPTH
    owner: Type | None = None

    def at(self, context: int, path: tuple[int, ...] = ()) -> Place:
        return replace(self, context=context, path=path, depth=self.depth - 1)


def owner_of(place: Place, site: CallSite) -> Type | None:
    """What the method is called on; `self` is what the caller's own method was called on."""
    base = receiver_of(site)
    is_own = isinstance(base, Name) and base.id in _OWN
    return place.owner if is_own and place.owner is not None else site.receiver


def stored_by(project: Project, owner: Type | None) -> Type | None:
    """The stored class that a class of access to data is about: the one in `Repository[Order]`."""
    if owner is None:
        return None
    found = [a for base in project.types.inference.members.ancestors(owner) for a in base.arguments]
    return next((each for each in found if project.types.role(each) == "db-model"), None)


def run_at(site: CallSite) -> Site:
    """Where a call of a method is made, from the method's name on: a chain of calls begins lines above."""
    callee = site.call.callee
    begin = callee.end - len(callee.attr) if isinstance(callee, Attribute) else site.call.at
    return Site(site.path, begin, site.call.end)


def viewed_by(project: Project, place: Place, expr: Expr) -> Type | None:
    """`self.queryset`, `super().get_queryset()` in a view: the stored class that the view is about."""
    first = expr
    while isinstance(first, CallRef | Attribute):
        first = place.module.body.calls[first.index].callee if isinstance(first, CallRef) else first.base
    if place.owner is None or not isinstance(first, Name) or first.id not in _OWN | {_ABOVE}:
        return None
    rows = project.types.inference.library.view_rows.of(place.owner)
    return next((row for row in rows if isinstance(row, Type) and project.types.role(row) == "db-model"), None)


def told_by(project: Project, place: Place, expr: Expr) -> Type | None:
    """`select(self.model)` in a base class: the stored class that the class of the object has under the name, or hands to
    its base when it is made (`super().__init__(Order, session)`)."""
    if place.owner is None:
        return None
    parts = parts_of(place.module.body, expr)
    names = {
        part.attr for part in parts if isinstance(part, Attribute) and isinstance(part.base, Name) and part.base.id in _OWN
    }
    members = project.types.inference.members
    said = (each for name in sorted(names) for each in members.find(place.owner, name) or () if isinstance(each, Type))
    named = next((Type(each.name) for each in said if each.is_class and project.types.role(each) == "db-model"), None)
    handed = list(_handed_up(project, place.owner)) if names else []
    is_wider = named is None or (len(handed) == 1 and named.name in {each.name for each in members.ancestors(handed[0])})
    return handed[0] if len(handed) == 1 and is_wider else named


def _handed_up(project: Project, owner: Type) -> Iterator[Type]:
    """The stored classes that the owner's class gives to the `__init__` of its base."""
    for ancestor in project.types.inference.members.ancestors(owner):
        klass = project.symbols.classes.get(ancestor.name)
        made = project.symbols.functions.get(f"{ancestor.name}.__init__")
        if klass is None or made is None:
            continue
        for site in project.calls.of(made):
            if last_name(made.module.body, site.call.callee) == "__init__":
                for argument in site.call.arguments:
                    found = project.types.all(made.module, argument.value, site.call.context)
                    yield from (Type(t.name) for t in found if t.is_class and project.types.role(t) == "db-model")
        return


def narrowed_by(project: Project, model: Type, owner: Type | None) -> Type:
    """`Order.all()` of a base class asks for orders: the class that the method was called on, if it is stored itself."""
    if owner is None or owner.name == model.name or project.types.role(owner) != "db-model":
        return model
    above = (each.name for each in project.types.inference.members.ancestors(owner))
    return Type(owner.name) if model.name in above else model


def is_asker(origins: Origins, place: Place, value: Expr, depth: int = _FEW) -> bool:
    """The value is who asks, or something of him, also through parameters and calls."""
    if depth <= 0:
        return False
    if isinstance(value, CallRef):
        call = place.module.body.calls[value.index]
        if names_asker(last_name(place.module.body, call.callee)):
            return True
        return any(is_asker(origins, place, argument.value, depth - 1) for argument in call.arguments)
    if is_of_asker(value):
        return True
    if not isinstance(value, Name):
        return False
    return any(is_asker(origins, where, expr, depth - 1) for where, expr in _behind(origins, place, value))


def is_reckoned(origins: Origins, place: Place, value: Expr, depth: int = _FEW) -> bool:
    """The value is a fixed time before or after another: `now() - timedelta(days=30)`, also under a name of its own."""
    body = place.module.body
    if depth <= 0:
        return False
    for part in parts_of(body, value):
        if isinstance(part, CallRef) and last_name(body, part) in _SPANS:
            given = [argument.value for argument in body.calls[part.index].arguments]
            return bool(given) and not any(isinstance(inner, Name) for each in given for inner in parts_of(body, each))
    if not isinstance(value, Name):
        return False
    behind = _behind(origins, place, value)
    return bool(behind) and all(is_reckoned(origins, where, expr, depth - 1) for where, expr in behind)


def _behind(origins: Origins, place: Place, name: Name) -> list[tuple[Place, Expr]]:
    """What a name is given, each with its place: by the call that led here, or else in its own module."""
    if name.id in place.given:
        return [place.given[name.id]]
    found = origins.of(place.module, name, place.context)
    return [(place.at(o.context), o.expr) for o in found if isinstance(o, Origin) and o.module is place.module]
