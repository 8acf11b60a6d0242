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
from archlint.project.relations.row_types import Rows
from archlint.project.routes.apps import is_for_developers
from archlint.project.types.provided import provided_by

if TYPE_CHECKING:
    from archlint.facts.knowledge import TypeInfo
    from archlint.project.listings.answered_rows import AnsweredRows
    from archlint.project.program import Project
    from archlint.project.routes.route_records import Route
    from archlint.project.source.modules import Module

Paged = Literal["yes", "no", "unknown"]
_DEFAULT = "list-pages"
_SHOW, _SHOWN = "show", "shown-"
"""What a view's library does that fills a web page, and what the meanings of its attributes begin with."""


@dataclass(frozen=True, slots=True)
class ListingView:
    """`route` answers with `rows`; `paged`: by the view's own attribute, or by the framework's setting. `is_whole`: the view
    says itself that it gives no pages, where the setting says that others do. `is_shown`: on a web page, of which no setting
    tells."""

    route: Route
    view: ClassDef
    rows: tuple[Rows, ...]
    paged: Paged
    is_whole: bool = False
    is_shown: bool = False

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
            self._listing(route, view)
            for route in self._project.routes.routes
            if route.handler is not None and isinstance(view := route.handler.target, ClassDef) and self._lists(view)
        )

    def _listing(self, route: Route, view: ClassDef) -> ListingView:
        is_shown = self.provides(view, _SHOW)
        paged = self._paged(view, is_shown=is_shown)
        is_whole = not is_shown and paged == "no" != self._by_default
        return ListingView(route, view, tuple(self._rows(view, _SHOWN if is_shown else "")), paged, is_whole, is_shown)

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
        return self.provides(view, "list") or self.provides(view, _SHOW)

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

    def _rows(self, view: ClassDef, kind: str = "") -> Iterator[Rows]:
        meaning = f"{kind}rows"
        names = self._named(view, meaning)
        for klass in self._classes(view):
            for row, function in enumerate(klass.module.outline.functions):
                if function.klass == klass.index and function.name in names:
                    definition = Def(klass.module, klass.module.name, row)
                    found = self._answered.of_lists(definition)
                    yield from self._of_attribute(view, found, meaning) if asks_above(definition) else found
                    return
        yield from self._of_given(view, meaning)

    def _of_given(self, view: ClassDef, meaning: str) -> tuple[Rows, ...]:
        """What the attribute holds: a query, or a stored class, all of whose rows are meant."""
        given = self._attribute(view, meaning)
        if given is None:
            return ()
        klass, value = given
        found = self._answered.of_expression(klass.module, value, klass.klass.context)
        types = self._project.types
        named = (t for t in types.all(klass.module, value, klass.klass.context) if t.is_class and types.role(t) == "db-model")
        return found or tuple(Rows(klass.module, value, klass.klass.context, Type(each.name)) for each in named)

    def _of_attribute(self, view: ClassDef, found: tuple[Rows, ...], meaning: str) -> Iterator[Rows]:
        """What a mixin gives that asks `super()`, which may stand before any view's rows, is of what this view's attribute
        holds."""
        models = [rows.model for rows in self._of_given(view, meaning) if rows.model is not None]
        yield from (replace(rows, model=models[0]) if models else rows for rows in found)

    def _paged(self, view: ClassDef, *, is_shown: bool) -> Paged:
        given = self._attribute(view, f"{_SHOWN}pages" if is_shown else "pages")
        if given is not None:
            value = given[1]
            return "no" if isinstance(value, Constant) and value.value is None else "yes"
        for klass in self._classes(view):
            if any(f.klass == klass.index and "pag" in f.name for f in klass.module.outline.functions):
                return "unknown"  # it is told in a property
        return "no" if is_shown else self._by_default

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
