"""ARC008: an entity that is kept, and that nothing tells from another with the same values."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, Expr, Name, String
from archlint.project.names.symbols import ClassDef
from archlint.project.parts import parts_of
from archlint.project.types.frozen import Frozen
from archlint.project.words import words_of

_WORD = re.compile(r"\w+")
_FEW = 2
"""Fields: what has fewer is a name for a value."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`packages`: names of packages and modules that hold entities; `bases`: ends of names of classes that entities inherit
    from; `others`: ends of names of classes that are none; `identities`: last words of fields that tell one from another;
    `keepers`: what the names of classes hold that keep entities, an expression, and `keeping` the first words of their
    methods that do; `plain_bases`: dotted names of bases that say nothing of identity.  The rest: see `Frozen`."""

    packages: tuple[str, ...]
    bases: tuple[str, ...]
    others: tuple[str, ...]
    identities: tuple[str, ...]
    keepers: str
    keeping: tuple[str, ...]
    plain_bases: tuple[str, ...]
    record_decorators: tuple[str, ...]
    frozen_decorators: tuple[str, ...]
    record_bases: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each entity without an identity that a repository keeps, or that has a base of entities, a proof for each
    with one."""
    frozen = Frozen(
        project, frozenset(params.record_decorators), frozenset(params.frozen_decorators), frozenset(params.record_bases)
    )
    entities = [klass for klass in project.symbols.classes.values() if _is_entity(project, klass, frozen, params)]
    kept = _kept(project, re.compile(params.keepers), frozenset(params.keeping)) if entities else {}
    own_fields: dict[str, frozenset[str]] = {}

    def fields_of(klass: ClassDef) -> frozenset[str]:
        """What its objects have, by the class, its methods and those above it: many are below the same few."""
        found: set[str] = set()
        for name in frozen.ancestors(klass):
            each = project.symbols.classes.get(name)
            if each is not None:
                if name not in own_fields:
                    own_fields[name] = _own_fields(each)
                found |= own_fields[name]
        return frozenset(found)

    for klass in sorted(entities, key=lambda each: each.name):
        site, fields = _site(klass), fields_of(klass)
        if any(not set(params.identities).isdisjoint(words_of(field)[-1:]) for field in fields):
            yield Proof(site, f"`{klass.klass.name}` has an identity")
        elif len(fields) >= _FEW and (keeper := kept.get(klass.klass.name)) is not None:
            step = Step(keeper, "is kept here")
            yield Hit(site, {"entity": klass.klass.name}, "default", Confidence.MEDIUM, related=(step,))
        elif len(fields) >= _FEW and _is_below(klass, frozen, params):
            yield Hit(site, {"entity": klass.klass.name}, "default", Confidence.LOW)


def _site(klass: ClassDef) -> Site:
    return Site(klass.module.path, klass.klass.name_at, klass.klass.name_at + len(klass.klass.name))


def _is_entity(project: Project, klass: ClassDef, frozen: Frozen, params: Params) -> bool:
    """A class of production code in such a package, or with such a base, that nothing inherits from, with nothing above it
    that is not known, and that can be changed."""
    name = klass.klass.name
    if not klass.module.is_production or "." in klass.klass.qualname or name.endswith(params.others) or name.startswith("_"):
        return False
    parts = klass.module.name.split(".")
    above = frozen.ancestors(klass)[1:]
    if not _is_below(klass, frozen, params) and set(params.packages).isdisjoint(parts):
        return False
    if any(each not in project.symbols.classes and each not in (*params.plain_bases, *params.record_bases) for each in above):
        return False
    members = project.types.inference.members
    if any(each.endswith(params.others) and not each.endswith(params.bases) for each in above):
        return False
    if len(klass.klass.bases) > len(members.bases(klass)) or members.subclasses.get(klass.name):
        return False
    return not frozen.is_frozen(klass)


def _is_below(klass: ClassDef, frozen: Frozen, params: Params) -> bool:
    return any(each.rpartition(".")[2].endswith(params.bases) for each in frozen.ancestors(klass)[1:])


def _own_fields(klass: ClassDef) -> frozenset[str]:
    """What the class itself and its methods give its objects."""
    module, functions = klass.module, klass.module.outline.functions
    rows = [row for row, function in enumerate(functions) if function.klass == klass.index]
    found = {functions[row].name for row in rows if functions[row].decorators}
    around = module.body.contexts[klass.klass.context].function
    for row in {around, *rows}:
        for statement in module.own_statements(row):
            target = statement.target
            if statement.kind not in ("assign", "annotate"):
                continue
            if isinstance(target, Name) and statement.context == klass.klass.context:
                found.add(target.id)
            elif isinstance(target, Attribute) and row in rows:
                found.add(target.attr)
    return frozenset(found)


def _kept(project: Project, keepers: re.Pattern[str], keeping: frozenset[str]) -> dict[str, Site]:
    """Name of a class → the method of a repository that says it keeps one."""
    found: dict[str, Site] = {}
    for module in project.modules.production:
        for function in module.outline.functions:
            if function.klass < 0 or not keepers.search(module.outline.classes[function.klass].name):
                continue
            if keeping.isdisjoint(words_of(function.name)[:1]):
                continue
            site = Site(module.path, function.name_at, function.name_at + len(function.name))
            for part in (part for each in function.parameters for part in parts_of(module.body, each.annotation)):
                for word in _names(part):
                    found.setdefault(word, site)
    return found


def _names(part: Expr) -> list[str]:
    """What a part of an annotation names, also a quoted one."""
    if isinstance(part, String):
        return _WORD.findall(part.value)
    return [part.id] if isinstance(part, Name) else [part.attr] if isinstance(part, Attribute) else []
