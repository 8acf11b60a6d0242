"""Views whose library answers their lists itself: which rows, and whether a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from archlint.facts.findings import Site
from archlint.facts.syntax import Constant, Expr, Mapping, Name, String
from archlint.project.listings.rows_of_views import asks_above
from archlint.project.model import Def, Type
from archlint.project.names.symbols import ClassDef
from archlint.project.routes.apps import is_for_developers
from archlint.project.types.provided import provided_by

if TYPE_CHECKING:
    from archlint.facts.knowledge import TypeInfo
    from archlint.project.listings.answered_rows import AnsweredRows
    from archlint.project.program import Project
    from archlint.project.relations.row_types import Rows
    from archlint.project.routes.route_records import Route
    from archlint.project.source.modules import Module

Paged = Literal["yes", "no", "unknown"]
_DEFAULT = "list-pages"


@dataclass(frozen=True, slots=True)
class ListingView:
    """`route` answers with `rows`; `paged`: by the view's own attribute, or by the framework's setting. `is_whole`: the view
    says itself that it gives no pages, where the setting says that others do."""

    route: Route
    view: ClassDef
    rows: tuple[Rows, ...]
    paged: Paged
    is_whole: bool = False

    @property
    def site(self) -> Site:
        klass = self.view.klass
        return Site(self.view.module.path, klass.name_at, klass.name_at + len(klass.name))


class ListingViews:
    def __init__(self, project: Project, answered: AnsweredRows) -> None:
        self._project = project
        self._answered = answered
        self._members = project.types.inference.members

    @cached_property
    def all(self) -> tuple[ListingView, ...]:
        """The views by the places of their routes; one whose own method answers the list is no such view."""
        return tuple(
            ListingView(route, view, tuple(self._rows(view)), paged := self._paged(view), paged == "no" != self._by_default)
            for route in self._project.routes.routes
            if route.handler is not None and isinstance(view := route.handler.target, ClassDef) and self._lists(view)
        )

    @cached_property
    def created(self) -> frozenset[str]:
        """The stored classes of which views make new rows by what their library provides."""
        views = dict.fromkeys(
            route.handler.target
            for route in self._project.routes.routes
            if route.handler is not None and isinstance(route.handler.target, ClassDef)
        )
        made = (rows.model for view in views if self.provides(view, "create") for rows in self._rows(view))
        return frozenset(model.name for model in made if model is not None)

    def provides(self, view: ClassDef, what: str) -> bool:
        """The library does that for the view."""
        return what in provided_by(self._project, view)

    def _lists(self, view: ClassDef) -> bool:
        return self.provides(view, "list")

    def _infos(self, found: Type) -> Iterator[TypeInfo]:
        return (info for _, info in self._project.knowledge.infos(found.name))

    def _named(self, view: ClassDef, meaning: str) -> frozenset[str]:
        """The attributes of the view that have a meaning for its library."""
        return frozenset(
            name
            for ancestor in self._members.ancestors(Type(view.name))
            for info in self._infos(ancestor)
            for name, meant in info.subclass_attribute.items()
            if meant == meaning
        )

    def _classes(self, view: ClassDef) -> Iterator[ClassDef]:
        for ancestor in self._members.ancestors(Type(view.name)):
            klass = self._project.symbols.classes.get(ancestor.name)
            if klass is not None:
                yield klass

    def _attribute(self, view: ClassDef, meaning: str) -> tuple[ClassDef, Expr] | None:
        names = self._named(view, meaning)
        for klass in self._classes(view):
            for statement in reversed(klass.module.body.statements):
                target = statement.target
                if statement.context == klass.klass.context and isinstance(target, Name) and target.id in names:
                    return (klass, statement.value) if statement.value is not None else None
        return None

    def _rows(self, view: ClassDef) -> Iterator[Rows]:
        names = self._named(view, "rows")
        for klass in self._classes(view):
            for row, function in enumerate(klass.module.outline.functions):
                if function.klass == klass.index and function.name in names:
                    definition = Def(klass.module, klass.module.name, row)
                    found = self._answered.of_lists(definition)
                    yield from self._of_attribute(view, found) if asks_above(definition) else found
                    return
        given = self._attribute(view, "rows")
        if given is not None:
            yield from self._answered.of_expression(given[0].module, given[1], given[0].klass.context)

    def _of_attribute(self, view: ClassDef, found: tuple[Rows, ...]) -> Iterator[Rows]:
        """What a mixin gives that asks `super()`, which may stand before any view's rows, is of what this view's attribute
        holds."""
        given = self._attribute(view, "rows")
        own = self._answered.of_expression(given[0].module, given[1], given[0].klass.context) if given is not None else ()
        models = [rows.model for rows in own if rows.model is not None]
        yield from (replace(rows, model=models[0]) if models else rows for rows in found)

    def _paged(self, view: ClassDef) -> Paged:
        given = self._attribute(view, "pages")
        if given is not None:
            value = given[1]
            return "no" if isinstance(value, Constant) and value.value is None else "yes"
        for klass in self._classes(view):
            if any(f.klass == klass.index and "pag" in f.name for f in klass.module.outline.functions):
                return "unknown"  # it is told in a property
        return self._by_default

    @cached_property
    def _by_default(self) -> Paged:
        """What the settings of the framework say; unknown where there are none, as in a package for other projects."""
        paths = [
            name.split(".")
            for library in self._project.knowledge.libraries
            for name, meant in library.settings.items()
            if meant == _DEFAULT
        ]
        modules = [module for module in self._project.modules.all if not module.is_test]
        told = [each for module in modules if not is_for_developers(module) for each in _told_in(module, paths)]
        if not told:  # a developer's settings are all that the project shows of its own
            told = [each for module in modules if is_for_developers(module) for each in _told_in(module, paths)]
        return "yes" if "yes" in told else "unknown" if "unknown" in told else "no" if told or self._has_settings else "unknown"

    @cached_property
    def _has_settings(self) -> bool:
        """The project is run by its own settings."""
        return any(c.kind == "urls" for c in self._project.routes.roots.values())


def _told_in(module: Module, paths: list[list[str]]) -> Iterator[Paged]:
    for statement in module.body.statements:
        for name, key in paths:
            if isinstance(statement.target, Name) and statement.target.id == name and statement.value is not None:
                yield _told(statement.value, key)


def _told(value: Expr, key: str) -> Paged:
    if not isinstance(value, Mapping):
        return "unknown"
    for name, given in zip(value.keys, value.values, strict=True):
        if isinstance(name, String) and name.value == key:
            return "no" if isinstance(given, Constant) and given.value is None else "yes"
    return "unknown" if None in value.keys else "no"
