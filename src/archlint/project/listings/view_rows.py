"""The query of a view's list, as the view keeps it: in a method, or an attribute, whose name its library gives a meaning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.model import Def, Type
from archlint.project.names.class_attributes import value_in
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

NONE: frozenset[str] = frozenset()
_SELF = frozenset({"self", "cls"})


class ViewRows:
    """Answers for the view that was named last by `of`; without one there is nothing."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._view: Type | None = None
        self._names = NONE

    @contextmanager
    def of(self, view: Type | None, names: frozenset[str]) -> Iterator[None]:
        before = self._view, self._names
        self._view, self._names = view, names if view is not None else NONE
        try:
            yield
        finally:
            self._view, self._names = before

    def keeps(self, expr: Attribute) -> bool:
        """`self.queryset`"""
        return expr.attr in self._names and isinstance(expr.base, Name) and expr.base.id in _SELF

    def gives(self, module: Module, callee: Expr) -> bool:
        """`self.get_queryset` or `super().get_queryset`"""
        return isinstance(callee, Attribute) and (
            self.keeps(callee) or (callee.attr in self._names and _is_super(module, callee))
        )

    def behind(self, module: Module, callee: Expr, context: int) -> str | None:
        """The class behind whose place in the order of look-up `super()` looks."""
        if not isinstance(callee, Attribute) or not _is_super(module, callee):
            return None
        found = self._project.types.inference.written_class(module, context)
        return next((e.name for e in found if isinstance(e, Type)), None)

    def method(self, after: str | None = None) -> Def | None:
        """The project's method that gives the query."""
        for name in sorted(self._names) if self._view is not None else ():
            assert self._view is not None  # noqa: S101 - asked above
            for entity in self._project.types.inference.members.find(self._view, name, after) or ():
                if isinstance(entity, FunctionRef):
                    return entity.definition
        return None

    def own_method(self, module: Module, callee: Expr, context: int) -> Def | None:
        """`self.get_list_rows` in a class of the view's: the method that the view itself has under the name."""
        if self._view is None or not isinstance(callee, Attribute):
            return None
        if not isinstance(callee.base, Name) or callee.base.id not in _SELF:
            return None
        members = self._project.types.inference.members
        written = {e.name for e in self._project.types.inference.written_class(module, context) if isinstance(e, Type)}
        if written.isdisjoint(ancestor.name for ancestor in members.ancestors(self._view)):
            return None
        found = members.find(self._view, callee.attr) or ()
        return next((entity.definition for entity in found if isinstance(entity, FunctionRef)), None)

    def attribute(self) -> tuple[ClassDef, Expr] | None:
        """The class attribute that holds it."""
        for name in sorted(self._names) if self._view is not None else ():
            assert self._view is not None  # noqa: S101 - asked above
            found = value_in(self._project, self._view, name)
            if found is not None and found[1].value is not None:
                return found[0], found[1].value
        return None


def _is_super(module: Module, callee: Attribute) -> bool:
    base = callee.base
    return isinstance(base, CallRef) and last_name(module.body, module.body.calls[base.index].callee) == "super"


def names_meant(project: Project, view: Type, meaning: str) -> frozenset[str]:
    """The names under which a view keeps what its libraries ask it for: `rows` the query of its list."""
    return frozenset(
        name
        for ancestor in project.types.inference.members.ancestors(view)
        for _, info in project.knowledge.infos(ancestor.name)
        for name, meant in info.subclass_attribute.items()
        if meant == meaning
    )
