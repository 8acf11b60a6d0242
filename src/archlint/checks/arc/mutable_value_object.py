"""ARC007: a value object that can be changed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, Function, Name, Statement
from archlint.project.names.symbols import ClassDef
from archlint.project.types.frozen import Frozen

_CHANGES = frozenset({"assign", "annotate", "augment", "delete"})


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`packages`: names of packages and modules that hold value objects; `bases`: ends of the names of classes that value
    objects inherit from; `others`: ends of names of classes, their own or those above them, that are no values;
    `plain_bases`: dotted names of bases that say nothing of whether an object can be changed; `makers`: methods that put an
    object together.  The rest: see `Frozen`."""

    packages: tuple[str, ...]
    bases: tuple[str, ...]
    others: tuple[str, ...]
    plain_bases: tuple[str, ...]
    makers: tuple[str, ...]
    record_decorators: tuple[str, ...]
    frozen_decorators: tuple[str, ...]
    record_bases: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each value object that can be changed (of those that are records by one base, the nearest to it), a proof
    for each that has values and cannot."""
    frozen = Frozen(
        project, frozenset(params.record_decorators), frozenset(params.frozen_decorators), frozenset(params.record_bases)
    )
    values = [klass for klass in project.symbols.classes.values() if _is_value(project, klass, frozen, params)]
    names = {klass.name for klass in values}
    for klass in sorted(values, key=lambda klass: klass.name):
        is_first = names.isdisjoint(frozen.ancestors(klass)[1:])
        yield from _judged(project, klass, frozen, params, is_first=is_first)


def _judged(project: Project, klass: ClassDef, frozen: Frozen, params: Params, *, is_first: bool) -> Iterator[Hit | Proof]:
    site = Site(klass.module.path, klass.klass.name_at, klass.klass.name_at + len(klass.klass.name))
    words, record = {"value": klass.klass.name}, frozen.record(klass)
    known = [project.symbols.classes.get(name) for name in frozen.ancestors(klass)]
    if frozen.is_frozen(klass) or any(_refuses(each) for each in known if each is not None):
        yield Proof(site, f"`{klass.klass.name}` cannot be changed")
    elif (record == "base" and is_first) or (record == "decorator" and _has_fields(klass)):
        yield Hit(site, words, record, Confidence.HIGH)
    elif not record:
        changed = list(_changed(klass))
        public = [s for function, s in changed if function.name in params.makers and not _attribute(s).startswith("_")]
        later = [s for function, s in changed if function.name not in params.makers]
        if later or public:
            first = (later or public)[0]
            words["attribute"] = _attribute(first)
            step = Step(Site(klass.module.path, first.at, first.end), f"`{_attribute(first)}` is set")
            yield Hit(site, words, "method" if later else "attribute", Confidence.HIGH, related=(step,))
        elif changed:
            yield Proof(site, f"`{klass.klass.name}` keeps its values to itself")


def _is_value(project: Project, klass: ClassDef, frozen: Frozen, params: Params) -> bool:
    """A class of production code in such a package, or with such a base, and with nothing else above it that is known."""
    if not klass.module.is_production or "." in klass.klass.qualname:
        return False
    above = frozen.ancestors(klass)
    foreign = [name for name in above if name not in project.symbols.classes]
    if any(name not in params.plain_bases and name not in params.record_bases for name in foreign):
        return False
    if len(klass.klass.bases) > len(project.types.inference.members.bases(klass)):
        return False  # something is not understood
    if any(name.endswith(params.others) for name in above):
        return False
    is_below = any(name.rpartition(".")[2].endswith(params.bases) for name in above[1:])
    return is_below or not set(params.packages).isdisjoint(klass.module.name.split("."))


def _has_fields(klass: ClassDef) -> bool:
    body = klass.module.body
    return any(s.kind == "annotate" and s.context == klass.klass.context for s in body.statements)


def _refuses(klass: ClassDef) -> bool:
    return any(f.klass == klass.index and f.name == "__setattr__" for f in klass.module.outline.functions)


def _changed(klass: ClassDef) -> Iterator[tuple[Function, Statement]]:
    """Where a method sets an attribute of its object."""
    body, functions = klass.module.body, klass.module.outline.functions
    for statement in body.statements:
        target = statement.target
        row = body.contexts[statement.context].function
        if statement.kind not in _CHANGES or not isinstance(target, Attribute) or row < 0:
            continue
        function = functions[row]
        own = function.parameters[0].name if function.parameters and function.klass == klass.index else ""
        if isinstance(target.base, Name) and target.base.id == own and own != "cls":
            yield function, statement


def _attribute(statement: Statement) -> str:
    return statement.target.attr if isinstance(statement.target, Attribute) else ""
