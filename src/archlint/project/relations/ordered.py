"""Stored classes that say in which order their rows come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Collection, Name

if TYPE_CHECKING:
    from archlint.project.model import Type
    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project

_SETTINGS, _ORDER = "Meta", "ordering"


def is_ordered(project: Project, model: Type) -> bool:
    """`class Meta: ordering = ["position"]` in the class, or in one that it derives from."""
    ancestors = project.types.inference.members.ancestors(model)
    known = (project.symbols.classes.get(ancestor.name) for ancestor in ancestors)
    return any(_says_order(each) for each in known if each is not None)


def _says_order(found: ClassDef) -> bool:
    module, klass = found.module, found.klass
    inside = {c.context for c in module.outline.classes if c.name == _SETTINGS and klass.at < c.at < klass.end}
    return bool(inside) and any(
        statement.context in inside
        and isinstance(statement.target, Name)
        and statement.target.id == _ORDER
        and not (isinstance(statement.value, Collection) and not statement.value.items)
        for statement in module.statements_between(klass.at, klass.end)
    )
