"""Lists of stored objects that are answered through a serializer: which class shows their items, what was loaded with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Mapping, Name, Slice, String, Subscript
from archlint.project.listings.answered_shapes import AnsweredShapes, keyed
from archlint.project.listings.view_rows import names_meant
from archlint.project.model import CallSite, Def, Type, argument_of
from archlint.project.names.class_attributes import bound_in, value_in
from archlint.project.names.origins import Origin, Origins
from archlint.project.names.symbols import ClassDef
from archlint.project.parts import parts_of
from archlint.project.relations.dumped_lists import DumpedLists
from archlint.project.relations.loaded import Loaded, LoadedRelations
from archlint.project.relations.serializers import Serializers
from archlint.project.routes.endpoints import VERBS
from archlint.project.routes.list_actions import is_for_list
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.types.provided import provided_by

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.routes.route_records import Route
    from archlint.project.source.modules import Module

_PLAIN = frozenset({"builtins.dict", "builtins.tuple"})
_LIST = "list"
_MANY = "many"
_FEW = 10
_NONE = "none"


@dataclass(frozen=True, slots=True)
class SerializedList:
    """`serializer` shows each item of what `site` lists; `model`: the stored class of the items.  `is_sure`: they are known
    to be rows, and one class alone may show them.  `parent`: the class of the object whose own list they are.  `is_asked`: a
    route gives the list, as far as is known."""

    serializer: ClassDef
    model: Type | None
    label: str
    site: Site
    loaded: Loaded = field(repr=False)
    is_sure: bool = True
    parent: Type | None = None
    is_asked: bool = True


class SerializedLists:
    """`ahead`: last names of calls that load relations with their owners."""

    def __init__(self, project: Project, serializers: Serializers, ahead: tuple[str, ...]) -> None:
        self._project = project
        self._origins = Origins(project)
        self._serializers = serializers
        self._loaded = LoadedRelations(project, ahead)
        self._members = project.types.inference.members

    @cached_property
    def all(self) -> tuple[SerializedList, ...]:
        """Those of views whose library answers the list, by route, then those that are made by a call, by place; then those
        that a framework makes of what a function returns."""
        made = (*self._of_views(), *self._of_calls()) if self._serializers.classes else ()
        return (*made, *self._of_dumps(), *self._of_answers())

    def loaded_anywhere(self, relation: str) -> bool:
        """Some query of the program loads it ahead, or may do so."""
        anywhere = self._loaded.anywhere
        return anywhere.holds(relation) or not anywhere.is_known

    # views

    def _of_views(self) -> Iterator[SerializedList]:
        seen: set[ClassDef] = set()
        for route in self._project.routes.routes:
            view = route.handler.target if route.handler is not None else None
            if not isinstance(view, ClassDef) or view in seen or not view.module.is_production:
                continue
            if self._answers_otherwise(route):
                continue
            seen.add(view)
            if _LIST in provided_by(self._project, view) or self._inherits_list(view):
                path = min(route.paths, key=lambda path: (len(path), path), default="")
                yield from self._of_view(view, f"GET /{path.lstrip('/')}")

    def _answers_otherwise(self, route: Route) -> bool:
        """`Orders.as_view({"get": "preview"})`, there or under a name: of the view's methods the route names others."""
        module = self._project.modules.by_path[route.site.path]
        calls = [call for call in module.body.calls if route.site.at <= call.at < route.site.end]
        made = [
            origin.module.body.calls[origin.expr.index]
            for call in calls
            for argument in call.arguments
            for origin in self._origins.of(module, argument.value, call.context)
            if isinstance(origin, Origin) and isinstance(origin.expr, CallRef)
        ]
        given = [a.value for call in (*calls, *made) for a in call.arguments if isinstance(a.value, Mapping)]
        named = [(key, value) for each in given for key, value in zip(each.keys, each.values, strict=True)]
        if not named or not all(isinstance(key, String) and key.value.upper() in VERBS for key, _ in named):
            return False
        return all(isinstance(value, String) and value.value != _LIST for _, value in named)

    def _inherits_list(self, view: ClassDef) -> bool:
        """A base of the project's own answers the list, by a serializer that each view sets."""
        bound = bound_in(self._project, Type(view.name), _LIST)
        if bound is None or bound[0] is view or bound[1].kind != "function":
            return False
        made = self._project.calls.of(Def(bound[0].module, bound[0].module.name, bound[1].index))
        asking = [site for site in made if site.operation is not None and site.operation.register == "makes-serializer"]
        return any(_is_many(argument.value) for site in asking for argument in site.call.arguments if argument.name == _MANY)

    def _of_view(self, view: ClassDef, label: str) -> Iterator[SerializedList]:
        shown = tuple(dict.fromkeys(self.shown_by(view)))
        rows = self._meant(view, "rows")
        loaded = self._loaded.of_view(Type(view.name), rows) if shown and rows else None
        site = Site(view.module.path, view.klass.name_at, view.klass.name_at + len(view.klass.name))
        for serializer in shown if loaded is not None else ():
            assert loaded is not None  # noqa: S101 - asked above
            model = self._serializers.model(serializer)
            is_sure = len(shown) == 1 and self._may_be(model, view, rows)
            yield SerializedList(serializer, model, label, site, loaded, is_sure)

    def _may_be(self, model: Type | None, view: ClassDef, rows: frozenset[str]) -> bool:
        """The rows of the view are, as far as is known, of the class that is shown, of one over it or below it; and no
        plain dictionaries of their columns."""
        given = [*self._values(view, rows)]
        found = {item.name: item for value in given for item in self._rows_of(*value)}
        if model is None or not found:
            return model is not None and not any(self._is_plain(*value) for value in given)
        over = {ancestor.name for ancestor in self._members.ancestors(model)}
        return any(name in over or model.name in {a.name for a in self._members.ancestors(t)} for name, t in found.items())

    def _is_plain(self, module: Module, expr: Expr, context: int) -> bool:
        """`orders.values("number")`"""
        items = (item for found in self._project.types.all(module, expr, context) for item in found.arguments)
        return any(item.name in _PLAIN for item in items)

    def _values(self, view: ClassDef, rows: frozenset[str]) -> Iterator[tuple[Module, Expr, int]]:
        """The expressions that give the query of a view."""
        for name in sorted(rows):
            bound = bound_in(self._project, Type(view.name), name)
            if bound is None:
                continue
            module, index = bound[0].module, bound[1].index
            if bound[1].kind == "function":
                given = self._project.symbols.scopes(module).returns.get(index, [])
            else:
                given = [module.body.statements[index]] if bound[1].kind == "statement" else []
            yield from ((module, s.value, s.context) for s in given if s.value is not None)

    def shown_by(self, view: ClassDef) -> Iterator[ClassDef]:
        """The serializers of the lists of a view."""
        names = self._meant(view, "serializer")
        for name in sorted(names):
            own = list(self._set_by(view, f"{_LIST}_{name}"))
            if own:  # `list_serializer_class`, beside those of other actions
                yield from own
                return
        bound = [found for name in sorted(names) if (found := bound_in(self._project, Type(view.name), name)) is not None]
        for klass, binding in sorted(bound, key=lambda found: found[1].kind != "function"):
            if binding.kind == "function":
                returned = list(self._returned(view, Def(klass.module, klass.module.name, binding.index)))
                yield from returned
                if returned:
                    return
            elif binding.kind == "statement":
                value = klass.module.body.statements[binding.index].value
                yield from self._classes(klass.module, value, klass.klass.context) if value is not None else ()

    def _returned(self, view: ClassDef, definition: Def) -> Iterator[ClassDef]:
        """What is returned where the list is asked for."""
        module = definition.module
        returns = self._project.symbols.scopes(module).returns.get(definition.index, [])
        by_action = next((found for s in returns if s.value and (found := self._by_action(view, module, s.value))), None)
        if by_action is not None:
            yield from self._classes(*by_action)
            return
        told = [(s, is_for_list(module, s.context, definition.function.context)) for s in returns]
        named = [s for s, is_for in told if is_for is True]
        for statement in named or [s for s, is_for in told if is_for is None]:
            if statement.value is not None:
                yield from self._classes(module, statement.value, statement.context, view)

    def _by_action(self, view: ClassDef, module: Module, value: Expr) -> tuple[Module, Expr, int] | None:
        """`self.serializers[self.action]`, `self.serializers.get(self.action)`, where that names one for the list."""
        holder = value.base if isinstance(value, Subscript) else None
        if isinstance(value, CallRef):
            callee = module.body.calls[value.index].callee
            holder = callee.base if isinstance(callee, Attribute) and callee.attr == "get" else None
        bound = value_in(self._project, Type(view.name), holder.attr) if isinstance(holder, Attribute) else None
        if bound is None or not isinstance(bound[1].value, Mapping):
            return None
        pairs = zip(bound[1].value.keys, bound[1].value.values, strict=True)
        given = next((each for key, each in pairs if isinstance(key, String) and key.value == _LIST), None)
        return (bound[0].module, given, bound[0].klass.context) if given is not None else None

    def _classes(self, module: Module, expr: Expr, context: int, view: ClassDef | None = None) -> Iterator[ClassDef]:
        names = self._meant(view, "serializer") if view is not None else frozenset[str]()
        if view is not None and last_name(module.body, expr) in names:  # `super().get_serializer_class()`
            for name in sorted(names):
                yield from self._set_by(view, name)
            return
        if view is not None and isinstance(expr, Attribute) and isinstance(expr.base, Name) and expr.base.id == "self":
            bound = bound_in(self._project, Type(view.name), expr.attr)
            if bound is not None and bound[1].kind == "statement":  # `self.list_serializer_class`, of whatever kind
                yield from self._set_by(view, expr.attr)
                return
        for found in self._project.types.all(module, expr, context):
            klass = self._project.symbols.classes.get(found.name) if found.is_class else None
            if klass is not None and self._serializers.about(klass) is not None:
                yield klass

    def _set_by(self, view: ClassDef, name: str) -> Iterator[ClassDef]:
        """The serializers that the view, or the nearest base that has one, gives an attribute in its body."""
        bound = bound_in(self._project, Type(view.name), name)
        if bound is not None and bound[1].kind == "statement":
            value = bound[0].module.body.statements[bound[1].index].value
            yield from self._classes(bound[0].module, value, bound[0].klass.context) if value is not None else ()

    def _meant(self, view: ClassDef, meaning: str) -> frozenset[str]:
        return names_meant(self._project, Type(view.name), meaning)

    # answers

    def _of_answers(self) -> Iterator[SerializedList]:
        for answer in AnsweredShapes(self._project, self._serializers).lists():
            for statement in self._project.symbols.scopes(answer.module).returns.get(answer.definition.index, []):
                value, context = statement.value, statement.context
                value = keyed(answer.module, value, answer.key) if value is not None and answer.key else value
                model = next(self._rows_of(answer.module, value, context), None) if value is not None else None
                if value is not None and model is not None:
                    loaded = self._loaded.by(answer.module, value, context)
                    is_sure = not self._is_few(answer.module, value, context)
                    site = Site(answer.module.path, value.at, value.end)
                    parent = next(self._owners(answer.module, value, context), None)
                    yield SerializedList(answer.shape, model, answer.label, site, loaded, is_sure, parent)

    # calls

    def _of_calls(self) -> Iterator[SerializedList]:
        makers = {klass.name.rpartition(".")[2] for klass in self._serializers.classes}
        modules = {module.path: module for name in makers for module, _ in self._project.calls.written(name)}
        calls = (site for module in modules.values() for site in self._project.calls.in_module(module))
        sites = [site for site in calls if last_name(site.module.body, site.call.callee) in makers]
        sites += self._project.calls.registered("makes-serializer")
        for site in sorted((s for s in sites if s.module.is_production), key=lambda s: (s.path, s.call.at)):
            for klass in self._made(site):
                about = self._serializers.about(klass)
                many = argument_of(site.call, about.many) if about is not None else None
                given = argument_of(site.call, about.given) if about is not None else None
                if given is not None and many is not None and _is_many(many) and not _is_none(site.module, given):
                    yield self._of_call(site, klass, given, site.call.context)

    def _of_dumps(self) -> Iterator[SerializedList]:
        for dumped in DumpedLists(self._project, self._serializers).all():
            found = self._of_call(dumped.site, dumped.shape, dumped.given, dumped.context)
            yield found if dumped.is_whole else replace(found, is_sure=False)

    def _made(self, site: CallSite) -> Iterator[ClassDef]:
        """The serializer that a call makes, or asks its view for."""
        operation = site.operation
        if operation is not None and operation.register == "makes-serializer":
            view = self._view_around(site)
            own = list(self._named_for(site.caller, view)) if view is not None and site.caller is not None else []
            yield from own or (self.shown_by(view) if view is not None else ())
            return
        for found in self._project.types.all(site.module, site.call.callee, site.call.context):
            klass = self._project.symbols.classes.get(found.name) if found.is_class else None
            if klass is not None and self._serializers.about(klass) is not None:
                yield klass

    def _named_for(self, definition: Def, view: ClassDef) -> Iterator[ClassDef]:
        """The serializers that a decorator names for this one method: `@action(serializer_class=ShortSerializer)`."""
        module, names = definition.module, self._meant(view, "serializer")
        for decorator in definition.function.decorators:
            call = module.body.calls[decorator.index] if isinstance(decorator, CallRef) else None
            for argument in call.arguments if call is not None else ():
                if call is not None and argument.name in names:
                    yield from self._classes(module, argument.value, call.context)

    def _view_around(self, site: CallSite) -> ClassDef | None:
        row = site.module.body.contexts[site.call.context].klass
        name = f"{site.module.name}.{site.module.outline.classes[row].qualname}" if row >= 0 else ""
        return self._project.symbols.classes.get(name)

    def _of_call(self, site: CallSite, klass: ClassDef, given: Expr, context: int) -> SerializedList:
        module = site.module
        view = self._view_around(site)
        rows = self._meant(view, "rows") if view is not None else frozenset[str]()
        loaded = self._loaded.by(module, given, context, Type(view.name) if view is not None else None, rows)
        model = next(self._rows_of(module, given, context), None)
        route = self._label(site)
        label = route or shorten(spell(module.body, given), 60)
        shown = model or self._serializers.model(klass)
        parent = next(self._owners(module, given, context), None)
        is_sure = model is not None and not self._is_few(module, given, context)
        return SerializedList(klass, shown, label, site.site, loaded, is_sure, parent, bool(route))

    def _is_few(self, module: Module, expr: Expr, context: int) -> bool:
        """`orders[:3]`, also under a name."""
        if isinstance(expr, Name):
            sources = self._project.values.sources.of(module, expr, context)
            return any(
                s.expr is not None and not isinstance(s.expr, Name) and self._is_few(s.module, s.expr, s.context)
                for s in sources
            )
        if not isinstance(expr, Subscript) or not isinstance(expr.index[0], Slice) or expr.index[0].upper is None:
            return False
        most = self._project.values.constant(module, expr.index[0].upper, context)
        return isinstance(most, int) and most < _FEW

    def _label(self, site: CallSite) -> str:
        """The route that the function of a call answers, if it answers one."""
        endpoints = self._project.endpoints.by_definition.get(site.caller, ()) if site.caller is not None else ()
        return next((each.label for each in endpoints if "GET" in each.methods), "")

    def _owners(self, module: Module, expr: Expr, context: int) -> Iterator[Type]:
        """The classes of the objects whose lists an expression begins with."""
        waiting = [(module, expr, context)]
        if isinstance(expr, Name):
            sources = self._project.values.sources.of(module, expr, context)
            waiting += [(s.module, s.expr, s.context) for s in sources if s.expr is not None]
        for place, value, around in waiting:
            for part in parts_of(place.body, value):
                if isinstance(part, Attribute):
                    found = self._project.types.all(place, part.base, around)
                    yield from (Type(t.name) for t in found if not t.is_class and self._project.types.role(t) == "db-model")

    def _rows_of(self, module: Module, expr: Expr, context: int) -> Iterator[Type]:
        """The stored class of the items of a list."""
        types = self._project.types
        for found in types.all(module, expr, context):
            for item in types.inference.items(found):
                if isinstance(item, Type) and types.role(item) == "db-model":
                    yield Type(item.name)


def _is_none(module: Module, given: Expr) -> bool:
    """`Order.objects.none()`"""
    return isinstance(given, CallRef) and last_name(module.body, given) == _NONE


def _is_many(value: Expr) -> bool:
    return isinstance(value, Constant) and value.value is True
