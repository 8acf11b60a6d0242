"""What reading an attribute of a stored object comes to: a relation to one or to many, a property, or a mere column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archlint.facts.knowledge import Loading
from archlint.project.model import Def, Type
from archlint.project.names.class_attributes import bound_in
from archlint.project.relations.lazy_relations import LazyRelations

if TYPE_CHECKING:
    from archlint.project.program import Project

_STORED = "db-model"
_NAMES_ALL = '"{name}"'
"""In a cure: a text, which begins at what the list is of."""


@dataclass(frozen=True, slots=True)
class StoredAttribute:
    """`loading`: it is a relation, to an object (or objects) of `type`; `is_many`: to any number of them.  `definition`: it is
    a property or a method."""

    owner: Type
    name: str
    type: Type | None = None
    loading: Loading | None = None
    is_many: bool = False
    definition: Def | None = None

    def cure(self, *, is_further: bool = False) -> str:
        """What loads it with its owner; `is_further`: with what leads to its owner, where the library names all of the way."""
        owner = self.owner.name.rpartition(".")[2]
        if self.loading is None:
            return ""
        name = f"…__{self.name}" if is_further and _NAMES_ALL in self.loading.cure else self.name
        return self.loading.cure.format(name=name, owner=owner)


class StoredAttributes:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._inference = project.types.inference
        self._lazy = LazyRelations(project)
        self._known: dict[tuple[str, str], StoredAttribute | None] = {}

    def of(self, owner: Type, name: str) -> StoredAttribute | None:
        """None where it is nothing that asks for more than the row."""
        key = owner.name, name
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._find(owner, name)
        return self._known[key]

    def may_lead_on(self, owner: Type, name: str) -> bool:
        """What the stored class has under the name may be another stored object, or it is no class of the project: neither a
        column nor a name that the class does not have."""
        if owner.name not in self._project.symbols.classes or self._project.types.role(owner) != _STORED:
            return True
        types = [t for t in self._inference.attribute(Type(owner.name), name) or () if isinstance(t, Type)]
        return next(self._stored(types), None) is not None

    def many_of(self, owner: Type) -> Iterator[StoredAttribute]:
        """The relations to many that the class and its bases declare themselves."""
        seen: set[str] = set()
        for ancestor in self._inference.members.ancestors(owner):
            klass = self._project.symbols.classes.get(ancestor.name)
            names = self._project.symbols.scopes(klass.module).names(klass.klass.context) if klass is not None else ()
            for name in names:
                found = self.of(owner, name) if name not in seen else None
                seen.add(name)
                if found is not None and found.is_many:
                    yield found

    def _find(self, owner: Type, name: str) -> StoredAttribute | None:
        bound = bound_in(self._project, owner, name)
        if bound is not None and bound[1].kind == "function":
            klass, binding = bound
            return StoredAttribute(owner, name, definition=Def(klass.module, klass.module.name, binding.index))
        types = [t for t in self._inference.attribute(Type(owner.name), name) or () if isinstance(t, Type) and not t.is_class]
        for found in types:
            info = next((i for _, i in self._project.knowledge.infos(found.name) if i.loading is not None), None)
            if info is not None:  # the attribute's own value asks, when its items are asked for
                inner = next(iter(found.arguments), None)
                return StoredAttribute(owner, name, inner, info.loading, is_many=True)
        loading = self._lazy.declared(owner, name)
        stored = next(((t, many) for t, many in self._stored(types)), None)
        if loading is not None:
            return StoredAttribute(owner, name, stored[0] if stored else None, loading, bool(stored and stored[1]))
        return None

    def _stored(self, types: list[Type]) -> Iterator[tuple[Type, bool]]:
        """(stored class, one of several); several where a list of them is among the types."""
        for found in types:
            for each in found.arguments:
                if self._project.types.role(each) == _STORED:
                    yield each, True
        for found in types:
            if self._project.types.role(found) == _STORED:
                yield found, False
