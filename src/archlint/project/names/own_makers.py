"""Methods of the project's own classes that make an object of all that they are told by name: `create(cls, **fields)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Name, String
from archlint.project.model import Def, Type
from archlint.project.parts import parts_of
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.spelling import last_name, spell
from archlint.project.types.entities import FunctionRef
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project


class OwnMakers:
    """`hashing`: words in the names of what hashes."""

    def __init__(self, project: Project, vocabulary: Vocabulary, hashing: frozenset[str]) -> None:
        self._project = project
        self._vocabulary = vocabulary
        self._hashing = hashing
        self._known: dict[Def, bool] = {}

    def made(self, site: CallSite) -> Iterator[Type]:
        """The class whose own method is called, where that hands on what it is told, and does nothing to a password."""
        callee = site.call.callee
        definitions = [t.definition for t in site.targets[:1] if t.definition is not None]
        if not definitions or not isinstance(callee, Attribute) or not self._hands_on(definitions[0]):
            return
        for type_ in self._project.types.all(site.module, callee.base, site.call.context):
            made = Type(type_.name, (), False, type_.confidence)
            if type_.is_class and not self._has_own_init(made):
                yield made

    def _has_own_init(self, type_: Type) -> bool:
        """Which may hash what it is given."""
        found = self._project.types.inference.members.find(type_, "__init__") or ()
        return any(isinstance(entity, FunctionRef) for entity in found)

    def _hands_on(self, definition: Def) -> bool:
        if definition not in self._known:
            self._known[definition] = _gives_all(definition) and not self._speaks_of_passwords(definition)
        return self._known[definition]

    def _speaks_of_passwords(self, definition: Def) -> bool:
        body = definition.module.body
        called = (last_name(body, call.callee) for call in definition.module.own_calls(definition.index))
        if any(not self._hashing.isdisjoint(words_of(name)) for name in called):
            return True
        return any(
            type(part) is String and self._vocabulary.names(part.value) is not None
            for statement in definition.module.own_statements(definition.index)
            for expr in (statement.target, statement.value)
            for part in parts_of(body, expr)
        )


def _gives_all(definition: Def) -> bool:
    """It gives them to the way in which its bases, or the class itself, make an object."""
    body = definition.module.body
    rest = next((p.name for p in definition.function.parameters if p.kind == "**"), None)
    return rest is not None and any(
        (last_name(body, call.callee) == "cls" or spell(body, call.callee).startswith("super()."))
        and any(a.name == "**" and isinstance(a.value, Name) and a.value.id == rest for a in call.arguments)
        for call in definition.module.own_calls(definition.index)
    )
