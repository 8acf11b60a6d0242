"""ARC009: an aggregate that is changed, or a part of it kept, past its root."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, Name
from archlint.project.model import Type
from archlint.project.names.symbols import ClassDef
from archlint.project.parts import parts_of
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name, spell
from archlint.project.words import singular, words_of

_GROWING = frozenset({"append", "extend", "insert", "remove", "clear", "pop", "add", "discard"})


Own = dict[tuple[str, str], list[str]]
_INSIDE = ("infrastructure", "domain")
"""Layers that put aggregates together, or hold their rules."""
_SHOWN = 4
"""Further changes that a finding shows."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`roots`: names of classes that roots of aggregates inherit from; `entities`: of those that other entities do;
    `growing`: methods of collections that change them; `not_parts`: fields of a root that are no part of it;
    `keepers`: ends of the names of classes that keep entities, behind the entity's own; `plain`: of those of what is counted
    up, asked or answered, which whoever makes it fills."""

    roots: tuple[str, ...]
    entities: tuple[str, ...]
    growing: tuple[str, ...]
    not_parts: tuple[str, ...]
    keepers: tuple[str, ...]
    plain: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each function outside the domain that changes a root's part, or what a class of the domain changes by
    itself, and for each repository of a part; a proof for each root that has parts."""
    roots = {name: klass for name, klass in project.symbols.classes.items() if _is_root(project, klass, params)}
    domain = {name: klass for name, klass in project.symbols.classes.items() if _is_domain(project, klass, params)}
    own, found = _own(domain), defaultdict[tuple[str, int, str], list[Hit]](list)
    fields = {field for _, field in own} | {field for root in roots.values() for field in _fields(root)}
    for change in _changes(project, domain | roots, frozenset(fields - {*params.not_parts}), params.growing):
        is_outside = project.layers.layer_of(change.module) not in _INSIDE
        if is_outside and change.module is not change.klass.module:
            method, is_sure = _changed_by(change.klass, change.field, own) if change.klass.name in domain else ("", False)
            if method or (change.klass.name in roots and change.is_of_part):
                key = (change.module.path, change.function, change.klass.name)
                found[key].append(_hit(change, method, is_sure=is_sure or not method))
    for hits in found.values():
        first = max(hits, key=lambda hit: (hit.confidence, -hit.site.at))
        others = tuple(Step(hit.site, f"`{hit.words['part']}` as well") for hit in hits if hit is not first)
        yield replace(first, related=(*first.related, *others[:_SHOWN]))
    yield from _kept(project, roots, params)


def _hit(change: Change, method: str, *, is_sure: bool) -> Hit:
    words = {"part": change.shown, "root": change.klass.klass.name, "method": method}
    confidence = Confidence.MEDIUM if is_sure else Confidence.LOW
    return Hit(change.site, words, "own" if method else change.kind, confidence, related=(_step(change.klass),))


def _is_root(project: Project, klass: ClassDef, params: Params) -> bool:
    return klass.module.is_production and any(name in params.roots for name in _above(project, klass))


def _above(project: Project, klass: ClassDef) -> list[str]:
    """The last names of the classes above it."""
    members = project.types.inference.members
    return [each.name.rpartition(".")[2] for each in members.ancestors(members.myself(klass))[1:]]


def _step(root: ClassDef) -> Step:
    klass = root.klass
    return Step(Site(root.module.path, klass.name_at, klass.name_at + len(klass.name)), f"`{klass.name}` is the root")


def _is_domain(project: Project, klass: ClassDef, params: Params) -> bool:
    """A class of the domain that is no table."""
    if (
        klass.klass.name.endswith(params.plain)
        or not klass.module.is_production
        or project.layers.layer_of(klass.module) != "domain"
    ):
        return False
    return project.types.role(Type(klass.name)) != "db-model"


class Change(NamedTuple):
    """`order.lines.append(line)`, `order.address.street = …`, `order.state = …`: what is changed of which class's object."""

    module: Module
    site: Site
    kind: str
    shown: str
    klass: ClassDef
    field: str
    is_of_part: bool
    function: int


def _changes(
    project: Project, classes: dict[str, ClassDef], fields: frozenset[str], growing: tuple[str, ...]
) -> Iterator[Change]:
    """What is done to one of the fields of one of the classes, anywhere."""
    for module, context, site, kind, changed in _written(project, growing) if fields else ():
        if changed.attr in fields:
            for klass in _class_of(project, module, changed, context, classes):
                function, is_of_part = module.body.contexts[context].function, kind != "own"
                yield Change(module, site, kind, spell(module.body, changed), klass, changed.attr, is_of_part, function)


def _written(project: Project, growing: tuple[str, ...]) -> Iterator[tuple[Module, int, Site, str, Attribute]]:
    """The places of production code that change what an attribute leads to, or set it."""
    for name in growing:
        for module, call in project.calls.written(name):
            base = call.callee.base if isinstance(call.callee, Attribute) else None
            if module.is_production and isinstance(base, Attribute):
                yield module, call.context, Site(module.path, call.at, call.end), "grown", base
    for module in project.modules.production:
        for statement in (*module.statements["assign"], *module.statements["augment"]):
            target = statement.target
            if isinstance(target, Attribute):
                site = Site(module.path, statement.at, statement.end)
                yield module, statement.context, site, "own", target
                if isinstance(target.base, Attribute):
                    yield module, statement.context, site, "set", target.base


def _class_of(
    project: Project, module: Module, expr: Attribute, context: int, classes: dict[str, ClassDef]
) -> Iterator[ClassDef]:
    """The class whose object has the attribute; the type must be told, not guessed from a name."""
    if isinstance(expr.base, Name) and expr.base.id in ("self", "cls"):
        return
    for found in project.types.all(module, expr.base, context)[:1]:
        if not found.is_class and found.name in classes and found.confidence > Confidence.LOW:
            yield classes[found.name]


def _changed_by(klass: ClassDef, field: str, own: Own) -> tuple[str, bool]:
    """The method by which the class changes that field itself (empty where it has none), and whether it is about the
    field by its name; of a field that nobody outside should know, any is."""
    names = own.get((klass.name, field), [])
    plain = {singular(word) for word in words_of(field)} - {*words_of(klass.klass.name)}
    about = [name for name in names if not plain.isdisjoint(map(singular, words_of(name)))]
    return next(iter((*about, *names)), ""), bool(about or field.startswith("_"))


def _own(domain: dict[str, ClassDef]) -> Own:
    """(class, field) → the public methods that set the field, or add to it, in the order of the code."""
    found: Own = defaultdict(list)
    for name, klass in domain.items():
        functions = klass.module.outline.functions
        mine = {
            row: function
            for row, function in enumerate(functions)
            if function.klass == klass.index
            and function.parameters
            and not (function.name.startswith("_") or function.decorators)
        }
        for row, target in sorted(_set_in(klass.module, frozenset(mine)), key=lambda each: each[1].at):
            if isinstance(target.base, Name) and target.base.id == mine[row].parameters[0].name:
                found[name, target.attr].append(mine[row].name)
    return found


def _set_in(module: Module, rows: frozenset[int]) -> Iterator[tuple[int, Attribute]]:
    """The attributes that functions set, or whose collections they change."""
    body = module.body
    for statement in (*module.statements["assign"], *module.statements["augment"]):
        row = body.contexts[statement.context].function
        if row in rows and isinstance(statement.target, Attribute):
            yield row, statement.target
    for call in body.calls:
        row, callee = body.contexts[call.context].function, call.callee
        if row in rows and isinstance(callee, Attribute) and callee.attr in _GROWING and isinstance(callee.base, Attribute):
            yield row, callee.base


def _kept(project: Project, roots: dict[str, ClassDef], params: Params) -> Iterator[Hit | Proof]:
    """Repositories of classes that a root holds in a field, and that are entities, but no roots."""
    classes = project.symbols.classes_by_last_name
    for root in sorted(roots.values(), key=lambda each: each.name):
        parts = [part for name in _field_types(root) for part in classes.get(name, ()) if part.name not in roots]
        parts = [part for part in parts if any(name in params.entities for name in _above(project, part))]
        if parts:
            yield Proof(_step(root).site, f"`{root.klass.name}` holds its parts")
        for part in dict.fromkeys(parts):
            for keeper in (each for end in params.keepers for each in classes.get(part.klass.name + end, ())):
                if keeper.module.is_production:
                    site = Site(keeper.module.path, keeper.klass.name_at, keeper.klass.name_at + len(keeper.klass.name))
                    words = {"part": part.klass.name, "root": root.klass.name}
                    yield Hit(site, words, "kept", Confidence.MEDIUM, related=(_step(root),))


def _field_types(root: ClassDef) -> Iterator[str]:
    """The names in the annotations of its fields and of what its `__init__` takes."""
    body, functions = root.module.body, root.module.outline.functions
    given = [s.annotation for s in body.statements if s.kind == "annotate" and s.context == root.klass.context]
    given += [p.annotation for f in functions if f.klass == root.index and f.name == "__init__" for p in f.parameters]
    for part in (part for each in given for part in parts_of(body, each)):
        yield last_name(body, part)


def _fields(root: ClassDef) -> Iterator[str]:
    """What its class says that it has, and what its methods set."""
    body = root.module.body
    for statement in body.statements:
        if statement.context == root.klass.context and isinstance(statement.target, Name):
            yield statement.target.id
    rows = frozenset(row for row, function in enumerate(root.module.outline.functions) if function.klass == root.index)
    yield from (target.attr for _, target in _set_in(root.module, rows))
