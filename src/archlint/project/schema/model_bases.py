"""What the classes of tables begin with: of two bases there may be two databases, and no key leads from one to the other."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from archlint.facts.schema import Table
from archlint.facts.syntax import Attribute, Expr, Name

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef, Definition
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 6
_BASES = frozenset({"class", "value", "external"})


class ModelBases:
    def __init__(self, project: Project) -> None:
        self._project = project
        self.of = cache(self._of)

    def are_apart(self, one: Table, other: Table) -> bool:
        """Both tables are of classes, and these have no base in common."""
        models = self._project.schemas.models
        first, second = (
            frozenset(base for name in models.classes_of(table.name) for base in self.of(name)) for table in (one, other)
        )
        return bool(first) and bool(second) and first.isdisjoint(second)

    def _of(self, name: str) -> frozenset[str]:
        """The dotted names of what a class begins with: a base that the project makes by a call, or as an abstract class of its
        own; else the library's."""
        klass = self._project.symbols.classes.get(name)
        return frozenset(self._begin(klass, _DEPTH)) if klass is not None else frozenset()

    def _begin(self, klass: ClassDef, depth: int) -> set[str]:
        found: set[str] = set()
        for base in klass.klass.bases if depth else ():
            for definition in self._named(klass.module, base):
                above = self._project.symbols.classes.get(definition.name) if definition.kind == "class" else None
                if above is None:
                    found.add(definition.name)
                elif self._is_root(above):
                    found.add(above.name)
                else:
                    found |= self._begin(above, depth - 1)
        return found

    def _is_root(self, klass: ClassDef) -> bool:
        """No table, and with no base of the project's."""
        named = [d for base in klass.klass.bases for d in self._named(klass.module, base)]
        is_stored = self._project.schemas.models.of_class(klass.name) is not None
        return not is_stored and bool(named) and all(d.kind == "external" for d in named)

    def _named(self, module: Module, base: Expr) -> tuple[Definition, ...]:
        """`Base` or `tables.Base`, and `db` of `db.Model`."""
        return tuple(each for each in self._resolved(module, base) if each.kind in _BASES)

    def _resolved(self, module: Module, expr: Expr) -> tuple[Definition, ...]:
        symbols = self._project.symbols
        if isinstance(expr, Name):
            return symbols.resolve_in(module, expr.id)
        if not isinstance(expr, Attribute):
            return ()
        found: list[Definition] = []
        for held in self._resolved(module, expr.base):
            found += symbols.member(held.module, held.name, expr.attr, module) if held.kind == "module" else (held,)
        return tuple(found)
