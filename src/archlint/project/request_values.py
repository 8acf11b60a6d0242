"""Whole parts of an incoming request: headers and cookies always hold secrets, a body does where code reads one from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Expr, Name, String, Subscript
from archlint.project.credentials import Vocabulary
from archlint.project.flows import Habits, Place
from archlint.project.spelling import last_name
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.modules import Module
    from archlint.project.program import Project

_READS = frozenset({"get", "pop", "getlist", "getone", "getfirst"})


@dataclass(frozen=True, slots=True)
class WholeValue:
    """`kind` of secret that a part of a request holds; `fields`: the keys that are known of it."""

    kind: str
    fields: tuple[str, ...] = ()


class RequestValues:
    def __init__(self, project: Project, vocabulary: Vocabulary, habits: Habits) -> None:
        self._project = project
        self._vocabulary = vocabulary
        self._habits = habits
        self._keys: dict[str, dict[int, tuple[str, ...]]] = {}

    def whole(self, expr: Attribute, at: Place) -> WholeValue | None:
        """What `request.headers` or `request.form` holds; None for what is no such part of a request."""
        if expr.attr in self._habits.wholes and self._is_request(expr.base, at):
            return WholeValue(self._habits.wholes[expr.attr])
        if expr.attr not in self._habits.bodies or not self._is_request(expr.base, at):
            return None
        function = at.module.body.contexts[at.context].function
        fields = self._read(at.module).get(function, ()) if function >= 0 else ()
        naming = self._vocabulary.names(fields[0]) if fields else None
        return WholeValue(naming.kind, fields) if naming is not None else None

    def _is_request(self, expr: Expr, at: Place) -> bool:
        """The value of an incoming request, by its type or by the name that everybody gives it."""
        types = self._project.types
        if any(types.role(t) == "request" for t in types.all(at.module, expr, at.context)):
            return True
        return isinstance(expr, Name | Attribute) and last_name(at.module.body, expr) in self._habits.requests

    def _read(self, module: Module) -> dict[int, tuple[str, ...]]:
        """Function → the keys of secrets that it reads from anything, in source order."""
        known = self._keys.get(module.path)
        if known is None:
            places = [
                (expr.at, context, expr.index[0])
                for expr, context in walk_module(module, lambda e: isinstance(e, Subscript))
                if isinstance(expr, Subscript) and expr.index
            ]
            places += [
                (call.at, call.context, call.arguments[0].value)
                for call in module.body.calls
                if call.arguments and last_name(module.body, call.callee) in _READS
            ]
            found: dict[int, dict[str, None]] = {}
            for _, context, key in sorted(places, key=lambda place: place[0]):
                naming = self._vocabulary.names(key.value) if isinstance(key, String) else None
                if isinstance(key, String) and naming is not None and naming.certain:
                    found.setdefault(module.body.contexts[context].function, {})[key.value] = None
            known = self._keys[module.path] = {function: tuple(keys) for function, keys in found.items()}
        return known
