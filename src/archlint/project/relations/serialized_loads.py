"""Relations that are loaded for each item of a list while a serializer shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence, Site, Step
from archlint.facts.syntax import Attribute, Expr, Name
from archlint.project.listings.many_rows import kind_of
from archlint.project.model import Type
from archlint.project.names.symbols import ClassDef
from archlint.project.parts import root_name
from archlint.project.relations.lazy_relations import LazyRelations
from archlint.project.relations.serialized_lists import SerializedList, SerializedLists
from archlint.project.relations.serialized_reads import MethodRun, RelationRead, SerializedReads
from archlint.project.relations.serializers import Field, Serializers
from archlint.project.relations.stored_attributes import StoredAttribute, StoredAttributes
from archlint.project.spelling import shorten, spell

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


@dataclass(frozen=True, slots=True)
class SerializedLoad:
    """What stands at `site` loads the relation for each item of `listed`; unless `is_ahead`: it was loaded with the list."""

    site: Site
    read: str
    serializer: ClassDef
    relation: StoredAttribute
    listed: SerializedList
    confidence: Confidence
    is_ahead: bool
    cure: str
    steps: tuple[Step, ...] = field(default=(), repr=False)


class SerializedLoads:
    """`ahead`: last names of calls that load relations with their owners; `few`: last words in names of stored classes of which
    there is a handful."""

    def __init__(self, project: Project, ahead: tuple[str, ...], few: tuple[str, ...]) -> None:
        self._project = project
        self._few = frozenset(few)
        self._serializers = Serializers(project)
        self._lists = SerializedLists(project, self._serializers, ahead)
        self._reads = SerializedReads(project, self._serializers)
        self._lazy = LazyRelations(project)
        self._stored = StoredAttributes(project)
        self._attributes: dict[str, dict[int, list[tuple[Attribute, int]]]] = {}

    def all(self) -> list[SerializedLoad]:
        """By place; for one place the surest."""
        best: dict[Site, SerializedLoad] = {}
        for listed in self._lists.all:
            seen: set[tuple[str, str]] = set()
            for load in self._of(listed):
                relation = load.relation.owner.name, load.relation.name
                if relation in seen:
                    continue  # it is there once it was read
                seen.add(relation)
                before = best.get(load.site)
                if before is None or _rank(load) > _rank(before):
                    best[load.site] = load
        return [best[site] for site in sorted(best)]

    def _of(self, listed: SerializedList) -> Iterator[SerializedLoad]:
        for read in self._reads.of(listed):
            if isinstance(read, MethodRun):
                yield from self._in_method(listed, read)
            else:
                shown = f"{read.serializer.klass.name}.{read.field.name}"
                yield self._load(listed, read, read.site, shown, read.relation)

    def _in_method(self, listed: SerializedList, run: MethodRun) -> Iterator[SerializedLoad]:
        module, function = run.definition.module, run.definition.function
        if len(function.parameters) <= run.position:
            return
        item, seen = function.parameters[run.position].name, set[str]()
        for expr, context in self._read_in(module).get(run.definition.index, ()):
            text = spell(module.body, expr)
            relation = (
                self._relation(module, expr, context, run.owner) if root_name(expr) == item and text not in seen else None
            )
            if relation is not None and any(name in listed.loaded.set_ahead for name in _way(expr.base)):
                continue  # of the object whose list it is
            if relation is not None and not (run.parent and relation.type and relation.type.name == run.parent.name):
                seen.add(text)
                yield self._load(listed, run, Site(module.path, expr.at, expr.end), shorten(text, 60), relation)

    def _relation(self, module: Module, expr: Attribute, context: int, owner: Type | None) -> StoredAttribute | None:
        """`owner`: what the list is of, where the method does not tell."""
        lazy = self._lazy.read_by(module, expr, context)
        if lazy is not None:
            return self._stored.of(Type(lazy.owner), lazy.name)
        is_own = owner is not None and isinstance(expr.base, Name) and self._lazy.declared(owner, expr.attr) is not None
        return self._stored.of(owner, expr.attr) if owner is not None and is_own else None

    def _read_in(self, module: Module) -> dict[int, list[tuple[Attribute, int]]]:
        """Function → the attributes read in it that have the name of a relation."""
        known = self._attributes.get(module.path)
        if known is None:
            known = self._attributes[module.path] = defaultdict(list)
            for expr, context in self._lazy.named_in(module):
                known[module.body.contexts[context].function].append((expr, context))
        return known

    def _load(
        self, listed: SerializedList, by: RelationRead | MethodRun, site: Site, read: str, relation: StoredAttribute
    ) -> SerializedLoad:
        name, field = relation.name, by.field
        shows = (Step(field.site, f"shows `{field.name}`"),) if field is not None and field.site != site else ()
        way = (Step(listed.site, f"lists `{listed.label}`"), *shows, Step(site, f"loads `{name}`"))
        is_ahead, confidence = listed.loaded.holds(name), self._confidence(listed, relation, field)
        cure = relation.cure(is_further=self._is_further(listed.model, relation.owner))
        return SerializedLoad(site, read, by.serializer, relation, listed, confidence, is_ahead, cure, way)

    def _is_further(self, model: Type | None, owner: Type) -> bool:
        """The relation is none of what the list is of."""
        members = self._project.types.inference.members
        return model is not None and all(each.name != owner.name for each in (model, *members.ancestors(model)))

    def _confidence(self, listed: SerializedList, relation: StoredAttribute, field: Field | None) -> Confidence:
        """Low where it may be loaded where the list comes from, the field may be left out, it may be another list, no route is
        known to give it (five of eleven were wrong), or the list is of one such object, is one row, or each has one of a few,
        which the session keeps."""
        may_be = not listed.loaded.is_known and self._lists.loaded_anywhere(relation.name)
        is_optional = (field is not None and field.is_optional) or self._raises(relation)
        is_shared = relation.loading is not None and relation.loading.shared
        is_one = listed.loaded.leads_to_one(relation.name, shared=is_shared)
        target = relation.type if is_shared and not relation.is_many else None
        is_one = is_one or (target is not None and not kind_of(target.name).isdisjoint(self._few))
        is_plain = listed.is_sure and listed.is_asked and not listed.loaded.is_one_row
        return Confidence.LOW if may_be or is_optional or is_one or not is_plain else Confidence.MEDIUM

    def _raises(self, relation: StoredAttribute) -> bool:
        """The program has sessions with which reading raises."""
        return relation.loading is not None and any(name in self._receivers for name in relation.loading.not_with)

    @cached_property
    def _receivers(self) -> frozenset[str]:
        return frozenset(site.receiver.name for site in self._project.calls.all if site.receiver is not None)


def _way(expr: Expr) -> Iterator[str]:
    """`item.order.customer`: `order`, the first relation on the way."""
    if isinstance(expr, Attribute):
        yield from _way(expr.base) if isinstance(expr.base, Attribute) else (expr.attr,)


def _rank(load: SerializedLoad) -> tuple[bool, Confidence]:
    return not load.is_ahead, load.confidence
