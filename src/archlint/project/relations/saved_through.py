"""Through which methods a serializer saves: those of the views, and of the other serializers, that name it; and the functions
that make one."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from archlint.facts.syntax import Attribute, Collection, Comparison, Name, String
from archlint.project.control.sequence import chain
from archlint.project.model import Def, Type
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef
from archlint.project.types.provided import provided_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archlint.facts.syntax import Call, Expr
    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_THROUGH = {
    "create": ("create", "perform_create", "post"),
    "update": ("update", "partial_update", "perform_update", "put", "patch"),
}
"""A serializer's method → the methods whose run leads to it, the surest first."""
_VIEW = "view"
_ASKED = "action"
"""What of a view says which of its methods is asked for."""
_MAKES, _SAVES = "get_serializer", "save"

_Actions: TypeAlias = frozenset[str] | None
"""The methods for which a class names another; None for all."""


class SavedThrough:
    def __init__(self, project: Project) -> None:
        self._project = project

    def savers(self, definition: Def) -> list[tuple[str, tuple[Def, ...]]] | None:
        """The classes that name the method's class and may lead to it, each with its methods (own or inherited, the project's)
        that do: none where the framework's own ways do. None where no class names it; a view that only reads leads nowhere."""
        names = _THROUGH.get(definition.function.name)
        if names is None or definition.function.klass < 0:
            return None
        naming = self._naming.get(definition.owner, {})
        classes = sorted((klass, actions) for klass, actions in naming.items() if klass != definition.owner)
        if not classes:
            return None
        found = ((klass, self._leading(klass, names, actions)) for klass, actions in classes)
        return [(klass, methods) for klass, methods in found if methods is not None]

    def made(self, definition: Def) -> list[tuple[Module, Call]]:
        """Where functions make an object of the method's class, which they save then: `OrderSerializer(data=data)`."""
        if definition.function.name not in _THROUGH or definition.function.klass < 0:
            return []
        found = self._project.calls.written(definition.owner.rpartition(".")[2])
        return [
            (module, call)
            for module, call in found
            if module.is_production and module.body.contexts[call.context].function >= 0
        ]

    def _leading(self, klass: str, names: tuple[str, ...], actions: _Actions) -> tuple[Def, ...] | None:
        """The methods of a class that lead to one that is called by one of the names; None where neither they nor its library's
        do."""
        leading = self._of(klass, names if actions is None else [name for name in names if name in actions])
        if leading or (actions is not None and not actions.isdisjoint(names)):
            return leading
        below = self._project.types.inference.members.subclasses.get(klass, ())
        views = [view for each in (klass, *below) if (view := self._project.symbols.classes.get(each)) is not None]
        if self._project.types.role(Type(klass)) != _VIEW:
            return leading
        if actions is None and any(names[0] in provided_by(self._project, view) for view in views):
            return leading
        saving = self._of(klass, actions) if actions is not None else self._methods(views)
        return tuple(filter(self._saves, saving)) or None

    def _of(self, klass: str, names: Iterable[str]) -> tuple[Def, ...]:
        members = self._project.types.inference.members
        found = (entity for name in names for entity in members.find(Type(klass), name) or ())
        return tuple(entity.definition for entity in found if isinstance(entity, FunctionRef))

    def _methods(self, views: Iterable[ClassDef]) -> Iterator[Def]:
        ancestors = self._project.types.inference.members.ancestors
        names = dict.fromkeys(each.name for view in views for each in ancestors(Type(view.name)))
        for klass in (self._project.symbols.classes.get(name) for name in names):
            for row, function in enumerate(klass.module.outline.functions if klass is not None else ()):
                if klass is not None and function.klass == klass.index:
                    yield Def(klass.module, klass.module.name, row)

    @staticmethod
    def _saves(method: Def) -> bool:
        """`serializer = self.get_serializer(…); serializer.save()`"""
        called = {last_name(method.module.body, call.callee) for call in method.module.own_calls(method.index)}
        return {_MAKES, _SAVES} <= called

    @cached_property
    def _naming(self) -> dict[str, dict[str, _Actions]]:
        """A class → the classes in whose bodies it is written, or that return it from a method."""
        found: dict[str, dict[str, _Actions]] = defaultdict(dict)
        for module in self._project.modules.production:
            contexts, outline = module.body.contexts, module.outline
            for statement in (*module.statements["assign"], *module.statements["annotate"], *module.statements["return"]):
                place = contexts[statement.context]
                is_returned = statement.kind == "return"
                row = outline.functions[place.function].klass if is_returned and place.function >= 0 else place.klass
                if row < 0 or (not is_returned and place.kind != "class"):
                    continue
                owner = f"{module.name}.{outline.classes[row].qualname}"
                for part in parts_of(module.body, statement.value):
                    for name in self._classes(module, part, statement.context):
                        actions = self._asked(module, statement.context)
                        known = found[name].get(owner, frozenset())
                        found[name][owner] = None if known is None or actions is None else known | actions
        return dict(found)

    def _classes(self, module: Module, part: Expr, context: int) -> Sequence[str]:
        """Those that an expression names: of several of one name the one that it means."""
        name = part.id if isinstance(part, Name) else part.attr if isinstance(part, Attribute) else ""
        called = [klass.name for klass in self._project.symbols.classes_by_last_name.get(name, ())]
        if len(called) < 2:
            return called
        entities = self._project.types.inference.entities(module, part, context)
        return [each.name for each in entities if isinstance(each, Type) and each.name in called] or called

    @staticmethod
    def _asked(module: Module, context: int) -> _Actions:
        """`if self.action == "pay":`, `if self.action in ("pay", "refund"):` around a place, whatever else is asked."""
        for row in chain(module, context):
            place = module.body.contexts[row]
            test = place.subject if place.kind == "if" else None
            if not isinstance(test, Comparison) or test.ops not in (("==",), ("in",)) or len(test.operands) != 2:
                continue
            asked, given = test.operands
            texts = given.items if isinstance(given, Collection) else (given,)
            if isinstance(asked, Attribute) and asked.attr == _ASKED and all(isinstance(text, String) for text in texts):
                return frozenset(text.value for text in texts if isinstance(text, String))
        return None
