"""Endpoints whose framework makes a list of what they return, item by item, in the shape of a class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Mapping, Name, String, Subscript
from archlint.project.model import CallSite, Def
from archlint.project.names.symbols import ClassDef
from archlint.project.parts import parts_of
from archlint.project.routes.endpoints import Endpoint
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.relations.serializers import Serializers
    from archlint.project.source.modules import Module

_LISTS = frozenset({"list", "List", "Sequence", "Iterable", "Page", "CursorPage", "LimitOffsetPage"})


class AnsweredList(Struct, frozen=True):
    """What `definition` returns is shown as a list of `shape`; `key`: what it returns under that name."""

    definition: Def
    shape: ClassDef
    label: str
    key: str = ""

    @property
    def module(self) -> Module:
        return self.definition.module


class AnsweredShapes:
    def __init__(self, project: Project, serializers: Serializers) -> None:
        self._project = project
        self._serializers = serializers
        self._calls: dict[str, dict[Site, CallSite]] = {}

    def lists(self) -> Iterator[AnsweredList]:
        """By the places of the routes."""
        for definition, endpoints in self._project.endpoints.by_definition.items():
            for endpoint in endpoints if definition.module.is_production else ():
                call = self._declaration(endpoint)
                found = self._shapes(definition, call) if call is not None else []
                yield from (AnsweredList(definition, shape, endpoint.label, key) for shape, key in found)
                if found:
                    break

    def _declaration(self, endpoint: Endpoint) -> CallSite | None:
        """The call that declares the route, if its framework makes the answer of what is returned."""
        module = endpoint.route.module
        known = self._calls.get(module.path)
        if known is None:
            sites = self._project.calls.known(module)
            known = self._calls[module.path] = {site.site: site for site in sites}
        call = known.get(endpoint.route.site)
        route = call.operation.route if call is not None and call.operation is not None else None
        return call if route is not None and route.shape is not None else None

    def _shapes(self, definition: Def, call: CallSite) -> list[tuple[ClassDef, str]]:
        """(class, key) of the lists that are answered."""
        route = call.operation.route if call.operation is not None else None
        if route is None or any(call.argument(notation) is not None for notation in route.narrowed):
            return []
        given, module, context = call.argument(route.shape), call.module, call.call.context
        if isinstance(given, Constant):
            return []
        if given is None:
            given, module, context = definition.function.returns, definition.module, definition.function.outer
        whole = self._listed(module, given, context) if given is not None else None
        if whole is not None:
            return [(whole, "")]
        return list(self._of_page(module, given, context)) if isinstance(given, Name | Attribute) else []

    def _of_page(self, module: Module, expr: Expr, context: int) -> Iterator[tuple[ClassDef, str]]:
        """The lists among the fields of the class `OrderPage`, with the names of the fields."""
        for found in self._project.types.all(module, expr, context):
            klass = self._project.symbols.classes.get(found.name) if found.is_class else None
            about = self._serializers.about(klass) if klass is not None else None
            for s in klass.module.body.statements if klass is not None and about is not None and about.annotated else ():
                if klass is None or s.kind != "annotate" or s.context != klass.klass.context or s.annotation is None:
                    continue
                shape = self._listed(klass.module, s.annotation, s.context) if isinstance(s.target, Name) else None
                if shape is not None and isinstance(s.target, Name):
                    yield shape, s.target.id

    def _listed(self, module: Module, expr: Expr, context: int) -> ClassDef | None:
        """The class of `list[Order]`."""
        if not isinstance(expr, Subscript) or last_name(module.body, expr.base) not in _LISTS:
            return None
        for part in (part for index in expr.index for part in parts_of(module.body, index)):
            if isinstance(part, Name | Attribute):
                for found in self._project.types.all(module, part, context):
                    klass = self._project.symbols.classes.get(found.name) if found.is_class else None
                    about = self._serializers.about(klass) if klass is not None else None
                    if about is not None and about.annotated:
                        return klass
        return None


def keyed(module: Module, value: Expr, key: str) -> Expr | None:
    """What is returned under a name: of `{"items": rows}`, of `OrderPage(items=rows)`."""
    if isinstance(value, Mapping):
        pairs = zip(value.keys, value.values, strict=True)
        return next((given for name, given in pairs if isinstance(name, String) and name.value == key), None)
    if isinstance(value, CallRef):
        return next((a.value for a in module.body.calls[value.index].arguments if a.name == key), None)
    return None
