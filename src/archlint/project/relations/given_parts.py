"""What a field of a serializer is given when it is made: the class that shows what it reads, or a function that gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.serializing import ShownField
from archlint.facts.syntax import Call, CallRef, Lambda, Name, String
from archlint.project.model import Def, Type, argument_of
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project


def shown_as(project: Project, type_: Type) -> ShownField | None:
    """How the class of a field shows what it reads; None where it is no such class."""
    ancestors = project.types.inference.members.ancestors(type_)
    infos = (info for ancestor in ancestors for _, info in project.knowledge.infos(ancestor.name))
    return next((info.shown for info in infos if info.shown is not None), None)


class GivenParts:
    def __init__(self, project: Project) -> None:
        self._project = project

    def classes(self, owner: ClassDef, call: Call, shown: ShownField) -> Iterator[ClassDef]:
        """`Nested(LineSchema)`, `Nested("LineSchema")`, `List(Nested(LineSchema))`, in the body of `owner`."""
        given, module = argument_of(call, shown.nested), owner.module
        if isinstance(given, String):
            last = given.value.rpartition(".")[2]
            named = [d.name for d in self._project.symbols.resolve_in(module, last) if d.kind == "class"]
        else:
            named = [t.name for t in self._project.types.all(module, given, call.context)] if given is not None else []
        yield from (klass for name in named if (klass := self._project.symbols.classes.get(name)) is not None)
        inner = module.body.calls[given.index] if isinstance(given, CallRef) else None
        for found in self._project.types.all(module, inner.callee, inner.context) if inner is not None else ():
            field = shown_as(self._project, found) if found.is_class else None
            if inner is not None and field is not None and field.nested is not None:
                yield from self.classes(owner, inner, field)

    def function(self, owner: ClassDef, call: Call, shown: ShownField) -> Def | None:
        """`Function(lambda order: order.total)`"""
        given, module = argument_of(call, shown.function), owner.module
        if isinstance(given, Lambda):
            return Def(module, module.name, given.function)
        found = self._project.types.inference.entities(module, given, call.context) if isinstance(given, Name) else ()
        return next((entity.definition for entity in found if isinstance(entity, FunctionRef)), None)
