"""Lists that are shown by a method of a serializer: `OrderSchema(many=True).dump(orders)`, `OrderOut.model_validate(order)` of
each order in a loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, Body, Call, CallRef, Constant, Context, Expr, Name
from archlint.project.model import CallSite, argument_of
from archlint.project.names.symbols import ClassDef

if TYPE_CHECKING:
    from archlint.facts.serializing import Serializing
    from archlint.project.program import Project
    from archlint.project.relations.serializers import Serializers
    from archlint.project.source.modules import Module


class DumpedList(Struct, frozen=True):
    """`shape` shows each item of `given`, in the place `context`; `is_whole`: all of its fields."""

    site: CallSite
    shape: ClassDef
    given: Expr
    context: int
    is_whole: bool


class DumpedLists:
    def __init__(self, project: Project, serializers: Serializers) -> None:
        self._project = project
        self._serializers = serializers

    def all(self) -> Iterator[DumpedList]:
        """By place."""
        names = {name for about in self._abouts() for name in about.dumps}
        modules = {module.path: module for name in sorted(names) for module, _ in self._project.calls.written(name)}
        for path in sorted(modules):
            body = modules[path].body
            for site in self._project.calls.in_module(modules[path]) if modules[path].is_production else ():
                if type(site.call.callee) is Attribute and site.call.callee.attr in names:
                    yield from self._of(site, site.call.callee, _list_of(body, site.call))

    def _abouts(self) -> Iterator[Serializing]:
        knowledge = self._project.knowledge
        for library in knowledge.libraries:
            infos = (info for name in library.types for _, info in knowledge.infos(name))
            yield from (info.serializing for info in infos if info.serializing is not None)

    def _of(self, site: CallSite, callee: Attribute, listed: Context | None) -> Iterator[DumpedList]:
        """`listed`: the loop whose item is shown."""
        module, context = site.module, site.call.context
        for found in self._project.types.all(module, callee.base, context):
            klass = self._project.symbols.classes.get(found.name)
            about = self._serializers.about(klass) if klass is not None else None
            given = argument_of(site.call, about.dumps.get(callee.attr)) if about is not None else None
            if klass is None or about is None or given is None or found.is_class is not about.annotated:
                continue
            makers = list(self._makers(module, callee.base, context)) if not about.annotated else []
            many = argument_of(site.call, about.many) or next((m for c in makers if (m := argument_of(c, about.many))), None)
            is_whole = not any(argument_of(call, notation) is not None for call in makers for notation in about.narrowed)
            if isinstance(many, Constant) and many.value is True:
                yield DumpedList(site, klass, given, context, is_whole)
            elif listed is not None and listed.subject is not None:
                yield DumpedList(site, klass, listed.subject, listed.parent, is_whole)
            return

    def _makers(self, module: Module, expr: Expr, context: int) -> Iterator[Call]:
        """The calls that make the instance."""
        if isinstance(expr, CallRef):
            yield module.body.calls[expr.index]
            return
        for source in self._project.values.sources.of(module, expr, context):
            if isinstance(source.expr, CallRef):
                yield source.module.body.calls[source.expr.index]


def _list_of(body: Body, call: Call) -> Context | None:
    """The loop around the call whose item is its first argument."""
    given = call.arguments[0].value if call.arguments else None
    row = call.context
    while isinstance(given, Name) and row >= 0 and body.contexts[row].kind not in ("function", "class", "module"):
        place = body.contexts[row]
        if place.kind in ("for", "comprehension") and isinstance(place.target, Name) and place.target.id == given.id:
            return place
        row = place.parent
    return None
