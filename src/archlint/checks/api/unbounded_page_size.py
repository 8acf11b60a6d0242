"""API009: a list of which the client says how many rows it wants, as many as it likes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, Name, Statement
from archlint.project.listings.page_sizes import PageSizes, SizeWords
from archlint.project.model import Type
from archlint.project.names.symbols import ClassDef
from archlint.project.routes.endpoints import Endpoint
from archlint.project.spelling import last_name, spell

_ASKED = frozenset({"asked-page-size", "asked-page-size-always"})
_ALWAYS = "asked-page-size-always"
_BOUND = "page-size-bound"
_NONE = "None"


class Params(SizeWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """See `SizeWords`."""


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each size that comes to a query's limit unbounded, and for each class of pages that bounds none; a proof
    for each that is bounded."""
    sizes = PageSizes(project, params)
    taken = ((d, each[0], sizes.of(d, each[0].path)) for d, each in project.endpoints.by_definition.items())
    read = ((d, endpoint, sizes.read_by(d)) for d, endpoint in project.endpoints.beside.items())
    for definition, endpoint, found in chain(taken, read):
        if not definition.module.is_production:
            continue
        for size in found:
            steps = sizes.reached(definition, size.name) if not size.bounded else None
            if steps is not None:
                yield _hit(endpoint, size.name, size.site, steps)
            elif size.bounded:
                yield Proof(size.site, f"`{size.name}` of `{endpoint.label}` is bounded")
    yield from _of_classes(project)


def _hit(endpoint: Endpoint, name: str, site: Site, steps: tuple[Step, ...]) -> Hit:
    words = {"endpoint": endpoint.label, "size": name}
    return Hit(site, words, "default", Confidence.HIGH, path=(Step(site, f"takes `{name}` as it comes"), *steps))


def _of_classes(project: Project) -> Iterator[Hit | Proof]:
    """Classes of pages, by what their library asks of a subclass."""
    asked = {
        name
        for library in project.knowledge.libraries
        for name, info in library.types.items()
        if not _ASKED.isdisjoint(info.subclass_attribute.values())
    }
    for name, klass in sorted(project.symbols.classes.items()):
        if not klass.klass.bases or not klass.module.is_production:
            continue
        if asked.isdisjoint(each.name for each in project.types.inference.members.ancestors(Type(name))):
            continue
        meanings = _meanings(project, name)
        given = {meanings[key]: value for key, value in _members(project, name).items() if key in meanings}
        asks = _ALWAYS in meanings.values() or given.get("asked-page-size", _NONE) != _NONE
        site = Site(klass.module.path, klass.klass.name_at, klass.klass.name_at + len(klass.klass.name))
        if asks and given.get(_BOUND, _NONE) == _NONE:
            yield Hit(site, {"view": klass.klass.name}, "class", Confidence.HIGH)
        elif asks:
            yield Proof(site, f"`{klass.klass.name}` bounds the size of a page")


def _meanings(project: Project, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for ancestor in project.types.inference.members.ancestors(Type(name)):
        for _, info in project.knowledge.infos(ancestor.name):
            found.update(info.subclass_attribute)
    return found


def _members(project: Project, name: str) -> dict[str, str]:
    """What the class and its bases in the project give to names, as text, the class's own last; methods too."""
    found: dict[str, str] = {}
    for ancestor in reversed(project.types.inference.members.ancestors(Type(name))):
        klass = project.symbols.classes.get(ancestor.name)
        if klass is None:
            continue
        for statement in klass.module.body.statements:
            if statement.context == klass.klass.context and isinstance(statement.target, Name) and statement.value is not None:
                found[statement.target.id] = spell(klass.module.body, statement.value)
            elif _is_own(klass, statement):
                found[last_name(klass.module.body, statement.target)] = spell(klass.module.body, statement.value)
        found |= {f.name: f.name for f in klass.module.outline.functions if f.klass == klass.index}
    return found


def _is_own(klass: ClassDef, statement: Statement) -> bool:
    """`self.max_limit = …` in one of its methods."""
    target = statement.target
    if not isinstance(target, Attribute) or not klass.klass.at <= statement.at < klass.klass.end:
        return False
    return isinstance(target.base, Name) and target.base.id == "self"
