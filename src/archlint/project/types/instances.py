"""Whether a class has many instances in the life of the program: made in functions, rows, or views made for each request."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Confidence
from archlint.facts.syntax import CallRef
from archlint.project.model import Def, Type

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project

_STATIC = frozenset({"static-method", "class-method"})
_BY_VALUE = frozenset({"__hash__", "__eq__"})
_STORED = "db-model"
_FROZEN = "frozen"


class Held(Struct, frozen=True):
    are_many: bool
    confidence: Confidence = Confidence.LOW


class Instances:
    def __init__(self, project: Project) -> None:
        self._project = project

    def of_method(self, definition: Def) -> Held | None:
        """What is known of the objects that a method is called on; None for what is no method of an object, and where
        equal objects count as one."""
        function, module = definition.function, definition.module
        if function.klass < 0 or not _STATIC.isdisjoint(self._project.types.inference.returns.marks(definition)):
            return None
        klass = self._project.symbols.classes.get(f"{module.name}.{module.outline.classes[function.klass].qualname}")
        if klass is None:
            return None
        types, members = self._project.types, self._project.types.inference.members
        myself = members.myself(klass)
        if types.is_a(myself, "enum.Enum", "builtins.type") or self._is_by_value(klass):
            return None
        if types.role(myself) == _STORED or klass.name in self._views:
            return Held(True, Confidence.HIGH)
        return Held(True, Confidence.MEDIUM) if self._is_made_often(myself) else Held(False)

    def _is_by_value(self, klass: ClassDef) -> bool:
        """Equal objects are one key: a frozen record, or what says itself what it is equal to."""
        members, body = self._project.types.inference.members, klass.module.body
        calls = [body.calls[d.index] for d in klass.klass.decorators if isinstance(d, CallRef)]
        if any(argument.name == _FROZEN for call in calls for argument in call.arguments):
            return True
        return any(members.has_own(base, name) for base in members.ancestors(members.myself(klass)) for name in _BY_VALUE)

    def _is_made_often(self, myself: Type) -> bool:
        """A function of production code makes one, and is not one that makes the only one."""
        names = {myself.name, *self._project.types.inference.members.subclasses.get(myself.name, ())}
        return any(
            site.module.is_production and site.caller is not None and not self._makes_one(site.caller)
            for name in sorted(names)
            for site in self._project.calls.to(name)
        )

    def _makes_one(self, caller: Def) -> bool:
        """Its own results are kept, and it is given nothing."""
        operations = self._project.types.inference.returns.decorations(caller)
        return not caller.function.parameters and any(operation.kept is not None for operation in operations)

    @cached_property
    def _views(self) -> frozenset[str]:
        """The classes whose methods answer requests."""
        found = (d for d in self._project.endpoints.by_definition if d.function.klass >= 0)
        return frozenset(d.owner for d in found)
