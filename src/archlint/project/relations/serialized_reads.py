"""What a serializer reads of each object that it shows: relations, and methods that are run; nested ones included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import Name
from archlint.project.model import Def, Type
from archlint.project.names.class_attributes import method_in
from archlint.project.names.symbols import ClassDef
from archlint.project.relations.serialized_lists import SerializedList
from archlint.project.relations.serializers import Field, Serializers
from archlint.project.relations.stored_attributes import StoredAttribute, StoredAttributes
from archlint.project.spelling import last_name
from archlint.project.walk import attributes_named

if TYPE_CHECKING:
    from archlint.project.program import Project

_DEPTH = 4
_SHOWS = "to_representation"
_SELF, _FIELDS = "self", frozenset({"fields", "_readable_fields"})


@dataclass(frozen=True, slots=True)
class RelationRead:
    """`field` of `serializer` reads the relation."""

    serializer: ClassDef
    field: Field
    relation: StoredAttribute

    @property
    def site(self) -> Site:
        return self.field.site


@dataclass(frozen=True, slots=True)
class MethodRun:
    """`definition` is run for each object, which is its parameter `position`; for a field, or for the object as a whole."""

    serializer: ClassDef
    definition: Def
    position: int
    owner: Type | None
    parent: Type | None = None
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class _Shown:
    """`parent`: the class of the object whose list the objects shown are; `only`: the fields that are shown, if not all."""

    serializer: ClassDef
    model: Type | None
    parent: Type | None = None
    depth: int = _DEPTH
    only: frozenset[str] | None = None


class SerializedReads:
    def __init__(self, project: Project, serializers: Serializers) -> None:
        self._project = project
        self._serializers = serializers
        self._attributes = StoredAttributes(project)

    def of(self, listed: SerializedList) -> Iterator[RelationRead | MethodRun]:
        """Of each item of a list: in the order of the fields, what is nested behind what leads to it."""
        yield from self._of(_Shown(listed.serializer, listed.model, listed.parent))

    def _of(self, shown: _Shown) -> Iterator[RelationRead | MethodRun]:
        about = self._serializers.about(shown.serializer)
        for name, position in sorted(about.receives.items()) if about is not None else ():
            method = method_in(self._project, Type(shown.serializer.name), name)
            if method is not None:
                yield MethodRun(shown.serializer, method, position, shown.model, shown.parent)
        if self._shows_by_itself(shown.serializer):
            return
        for field in self._serializers.fields(shown.serializer, shown.model):
            if shown.only is None or field.name in shown.only:
                yield from self._field(shown, field)

    def _shows_by_itself(self, serializer: ClassDef) -> bool:
        """Its own method makes all that is shown: it asks neither the one above it nor the fields."""
        method = method_in(self._project, Type(serializer.name), _SHOWS)
        if method is None:
            return False
        module, function = method.module, method.function
        calls = (call for call in module.body.calls if function.at <= call.at < function.end)
        return not any(last_name(module.body, call.callee) == _SHOWS for call in calls) and not any(
            isinstance(expr.base, Name) and expr.base.id == _SELF and function.at <= expr.at < function.end
            for expr, _ in attributes_named(module, _FIELDS)
        )

    def _field(self, shown: _Shown, field: Field) -> Iterator[RelationRead | MethodRun]:
        if field.method is not None:
            position = 0 if field.path or field.is_function else 1
            yield MethodRun(shown.serializer, field.method, position, shown.model, shown.parent, field)
            return
        owner, parent = shown.model, shown.parent
        for row, name in enumerate(field.path):
            attribute = self._attributes.of(owner, name) if owner is not None else None
            if attribute is None:
                if owner is not None and not self._attributes.may_lead_on(owner, name):
                    return  # what is nested shows a document, or nothing at all
                owner = None
                break
            is_last = row == len(field.path) - 1
            if attribute.definition is not None:
                if is_last:
                    yield MethodRun(shown.serializer, attribute.definition, 0, owner, parent, field)
                return
            if is_last and not attribute.is_many and field.reads == "key":
                return  # it is in the row
            if is_last and attribute.is_many and field.reads == "value":
                return  # what the field makes of it is not known
            if parent is None or attribute.type is None or attribute.type.name != parent.name:
                yield RelationRead(shown.serializer, field, attribute)
            parent, owner = (owner if attribute.is_many else None), attribute.type
        if field.nested is not None and shown.depth > 0:
            model = owner or self._serializers.model(field.nested)
            yield from self._of(
                _Shown(field.nested, model, parent if field.path else shown.parent, shown.depth - 1, field.only)
            )
