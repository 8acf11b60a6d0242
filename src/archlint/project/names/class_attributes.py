"""What a class or the nearest of its bases in the project has under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Statement
from archlint.project.model import Def, Type
from archlint.project.names.symbols import ClassDef

if TYPE_CHECKING:
    from archlint.project.names.scopes import Binding
    from archlint.project.program import Project


def bound_in(project: Project, owner: Type, name: str) -> tuple[ClassDef, Binding] | None:
    """The class that gives the name, and its last binding; None where only a library's class may."""
    for ancestor in project.types.inference.members.ancestors(owner):
        klass = project.symbols.classes.get(ancestor.name)
        if klass is not None:
            for binding in project.symbols.scopes(klass.module).bindings(klass.klass.context, name)[-1:]:
                return klass, binding
    return None


def value_in(project: Project, owner: Type, name: str) -> tuple[ClassDef, Statement] | None:
    """The statement that sets the attribute; None where a method has the name."""
    found = bound_in(project, owner, name)
    if found is None or found[1].kind != "statement":
        return None
    return found[0], found[0].module.body.statements[found[1].index]


def method_in(project: Project, owner: Type, name: str) -> Def | None:
    """The method of that name; None where something else has it."""
    found = bound_in(project, owner, name)
    if found is None or found[1].kind != "function":
        return None
    return Def(found[0].module, found[0].module.name, found[1].index)
