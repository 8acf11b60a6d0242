"""What an object is by what is asked of it: who is asked `query(User)`, of a mapped class `User`, is a session.

Untyped code says by use what other code says by annotations.  Asked only for what nothing else tells, by the name that the
object has in one function, or as an attribute of `self` in one class.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, Call, Expr, Name, String, Subscript
from archlint.project.model import Type
from archlint.project.types.entities import Entity, External

if TYPE_CHECKING:
    from archlint.facts.knowledge import Library
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference

_Asking = tuple[AbstractSet[int], AbstractSet[int]]

_PARTS = 3
"""Of a dotted name: `self.uow.session`."""
_OWN = "self."
_BUILT_IN = "builtins."


class UsedAs:
    """Dotted names of a function, or of a class, → what they are asked for tells that they are."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._known: dict[tuple[str, int, bool, str], tuple[Type, ...]] = {}
        self._calls: dict[tuple[str, int, bool], dict[str, list[Call]]] = {}
        self._asking: dict[str, _Asking] = {}
        self._known_types: dict[str, bool] = {}

    def types(self, module: Module, expr: Expr, context: int) -> tuple[Entity, ...]:
        """What `expr`, standing in the context, is by its use; empty where that does not tell.

        Only calls of the object itself are looked at: what they are given may depend on other names of the function, for which
        an answer that is only being made would be none."""
        functions, classes = self._asking_in(module)
        place = module.body.contexts[context]
        if place.function not in functions and place.klass not in classes:
            return ()
        name = _dotted(expr) if place.function >= 0 else ""
        if not name:
            return ()
        of_class = name.startswith(_OWN) and place.klass >= 0
        row = place.klass if of_class else place.function
        if row not in (classes if of_class else functions):
            return ()
        key = (module.path, row, of_class, name)
        known = self._known.get(key)
        if known is None:
            self._known[key] = ()
            known = self._known[key] = self._find(module, self._by_name(module, row, of_class=of_class).get(name, []))
        return known

    def _by_name(self, module: Module, row: int, *, of_class: bool) -> dict[str, list[Call]]:
        """The calls of the function, or of the class's methods, by the dotted name of what is asked."""
        key = (module.path, row, of_class)
        known = self._calls.get(key)
        if known is None:
            known = self._calls[key] = {}
            for call in _calls(module, row, of_class=of_class):
                name = _dotted(call.callee.base) if isinstance(call.callee, Attribute) else ""
                if name:
                    known.setdefault(name, []).append(call)
        return known

    def says_nothing(self, entities: tuple[Entity, ...]) -> bool:
        """None of them is a class of the project, a built-in type, or of a library of which anything is known."""
        for entity in entities:
            if type(entity) is Type:
                known = self._known_types.get(entity.name)
                if known is None:
                    known = self._known_types[entity.name] = self.is_known_type(entity.name)
                if known and not self._inference.is_anything(entity):
                    return False
            elif type(entity) is not External or self._inference.project.knowledge.function(entity.name) is not None:
                return False
        return True

    def is_known_type(self, name: str) -> bool:
        """A class of the project, a built-in type, or one of which something is known."""
        project = self._inference.project
        return name.startswith(_BUILT_IN) or name in project.symbols.classes or project.knowledge.type(name) is not None

    def _asking_in(self, module: Module) -> _Asking:
        """The functions and classes of a module in which something is asked for what may tell: the few to look at. None where
        the library of no type that use tells of is reached."""
        known = self._asking.get(module.path)
        if known is None:
            told = self._inference.project.knowledge.told_by_use
            contexts, functions = module.body.contexts, module.outline.functions
            rows = {
                contexts[call.context].function
                for call in module.body.calls
                if type(call.callee) is Attribute and call.callee.attr in told and call.arguments
            }
            if not rows or not self._is_told_in(module):
                rows = set()
            known = self._asking[module.path] = (rows, {functions[row].klass for row in rows if row >= 0})
        return known

    def _is_told_in(self, module: Module) -> bool:
        """The library of one of the types that use tells of is reached from the module."""
        return any(self._inference.usage.reaches(module, library) for library in self._telling)

    @cached_property
    def _telling(self) -> tuple[Library, ...]:
        told = self._inference.project.knowledge.told_by_use
        return tuple({library.library: library for types in told.values() for _, _, library in types}.values())

    def _find(self, module: Module, calls: list[Call]) -> tuple[Type, ...]:
        for call in calls:
            for dotted, wanted in self._asked(call):
                info = self._inference.project.knowledge.type(dotted)
                if info is not None and self._is_one_of(module, call, wanted):
                    is_awaited = info.awaited and any(each.awaited for each in calls)
                    return (Type(info.awaited if is_awaited else dotted, (), False, Confidence.MEDIUM),)
        return ()

    def _asked(self, call: Call) -> Iterator[tuple[str, frozenset[str]]]:
        if isinstance(call.callee, Attribute) and call.arguments:
            for dotted, wanted, _ in self._inference.project.knowledge.told_by_use.get(call.callee.attr, ()):
                yield dotted, wanted

    def _is_one_of(self, module: Module, call: Call, wanted: frozenset[str]) -> bool:
        """The first argument is of such a type, is such a class, or an attribute of one."""
        argument = call.arguments[0].value
        asked = [argument, argument.base] if isinstance(argument, Attribute) else [argument]
        return any(
            isinstance(entity, Type) and any(above.name in wanted for above in self._inference.members.ancestors(entity))
            for expr in asked
            for entity in self._inference.entities(module, expr, call.context)
        )


def _calls(module: Module, row: int, *, of_class: bool) -> Iterator[Call]:
    """Those of the function; of all methods of the class."""
    if not of_class:
        yield from module.own_calls(row)
        return
    for method, each in enumerate(module.outline.functions):
        if each.klass == row:
            yield from module.own_calls(method)


def _dotted(expr: Expr) -> str:
    """`db`, `self.session`, `app.extensions["mail"]`; empty for anything but a short dotted name."""
    parts: list[str] = []
    if type(expr) is Subscript and type(expr.index[0]) is String:
        parts.append(f"[{expr.index[0].value}]")
        expr = expr.base
    while type(expr) is Attribute and len(parts) < _PARTS:
        parts.append(expr.attr)
        expr = expr.base
    return ".".join((expr.id, *reversed(parts))) if type(expr) is Name else ""
