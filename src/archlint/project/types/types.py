"""The type of an expression, for rules: a thin front of `inference`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Expr
from archlint.project.model import Type
from archlint.project.types.entities import External, FunctionRef
from archlint.project.types.inference import Inference

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


class Types:
    """Answers are for an expression of `module`, standing in `module.body.contexts[context]`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.inference = Inference(project)
        self._roles: dict[tuple[str, tuple[Type, ...]], str] = {}

    def of(self, module: Module, expr: Expr, context: int) -> Type | None:
        """The type of what the expression is, the first of several; a class is a `Type` with `is_class`."""
        return next(iter(self.all(module, expr, context)), None)

    def all(self, module: Module, expr: Expr, context: int) -> tuple[Type, ...]:
        """All types that the expression may have."""
        return tuple(e for e in self.inference.entities(module, expr, context) if type(e) is Type)

    def name_of(self, module: Module, expr: Expr, context: int) -> str | None:
        """The dotted name of what the expression refers to: a library's or project's function, class or module."""
        for entity in self.inference.entities(module, expr, context):
            if isinstance(entity, External):
                return entity.name
            if isinstance(entity, FunctionRef):
                return entity.definition.name
            if isinstance(entity, Type) and entity.is_class:
                return entity.name
        return None

    def is_a(self, type_: Type, *names: str) -> bool:
        """The type is, or derives from, one of the dotted names."""
        knowledge = self._project.knowledge
        wanted = {knowledge.canonical(name) for name in names}
        for ancestor in self.inference.members.ancestors(type_):
            if ancestor.name in wanted or not wanted.isdisjoint(knowledge.lineage(ancestor.name)):
                return True
        return False

    def role(self, type_: Type) -> str:
        """The role that the knowledge gives the type or the nearest of its ancestors that has one."""
        key = type_.name, type_.arguments
        known = self._roles.get(key)
        if known is None:
            roles = (self._project.knowledge.role(ancestor.name) for ancestor in self.inference.members.ancestors(type_))
            known = self._roles[key] = next((role for role in roles if role), "")
        return known
