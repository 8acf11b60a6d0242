"""Columns by which a change that came in between is seen: versions that the mapper, or code, compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Comparison, String
from archlint.project.model import Def, Type
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project


class RowVersions:
    """`names`: of columns, and of class attributes, that say that there is one."""

    def __init__(self, project: Project, names: tuple[str, ...]) -> None:
        self._project = project
        self._names = names

    def has(self, type_: Type, *, counted: str = "") -> bool:
        """The class has one (`counted`: a column that code counts up, so that only what else the class says of versions
        counts)."""
        for ancestor in self._project.types.inference.members.ancestors(type_):
            klass = self._project.symbols.classes.get(ancestor.name)
            if klass is None:
                continue
            body = klass.module.body
            for statement in (s for s in body.statements if s.context == klass.klass.context):
                if not counted and last_name(body, statement.target) in self._names:
                    return True
                told = (part.value for part in parts_of(body, statement.value) if isinstance(part, String))
                if any(value in self._names and value != counted for value in told):
                    return True
        return False

    def is_counted_by_hand(self, definition: Def, target: Attribute, type_: Type) -> bool:
        """`document.version += 1`, where the function compares no version, nor the mapper (`version_id_col`): two changes come
        to the same one."""
        if target.attr not in self._names or self.has(type_, counted=target.attr):
            return False
        body = definition.module.body
        calls = [call for call in body.calls if definition.function.at <= call.at < definition.function.end]
        said = (name for call in calls for name in (last_name(body, call.callee), *(a.name or "" for a in call.arguments)))
        if any(not {*words_of(name)}.isdisjoint(words_of(target.attr)) for name in said):
            return False  # `ensure_version(page, expected)`
        tests = [place.subject for place in body.contexts if place.function == definition.index and place.subject is not None]
        given = [argument.value for call in calls for argument in call.arguments]
        asked = (part for expr in (*tests, *given) for part in parts_of(body, expr))
        compared = (inner for part in asked if isinstance(part, Comparison) for inner in parts_of(body, part))
        return not any(isinstance(inner, Attribute) and inner.attr == target.attr for inner in compared)
