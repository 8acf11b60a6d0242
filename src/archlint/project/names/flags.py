"""Flags that a call with `**options` leaves at their defaults, since no mapping of the program has a key of that name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Call, Constant, Expr, Mapping, Name, String, Subscript
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import PARTS, parts_of
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.names.switches import Stand
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_FILLING = frozenset({"setdefault", "update", "dict"})
_MAPPINGS = frozenset({Mapping})


class Flags:
    """Looks for the keys that production code writes into mappings."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def is_known_mapping(self, point: Stand) -> bool:
        """The call unpacks mappings only: none that the caller was given as keywords, or by callers that nobody knows."""
        if point.call is None or any(argument.name == "*" for argument in point.call.call.arguments):
            return False
        unpacked = [argument.value for argument in point.call.call.arguments if argument.name == "**"]
        names = {part.id for value in unpacked for part in parts_of(point.module.body, value) if isinstance(part, Name)}
        if point.caller is None:
            return True
        given = [p for p in point.caller.function.parameters if p.name in names]
        if any(p.kind == "**" for p in given):
            return False
        return not given or bool(self._project.calls.callers(point.caller))

    def left_out(self, call: Call, definition: Def) -> Iterator[tuple[str, bool]]:
        """The parameters that are off by default, which neither the call nor any mapping of the program names."""
        given = arguments_by_parameter(call, definition)
        for parameter in definition.function.parameters:
            is_off = isinstance(parameter.default, Constant) and parameter.default.value is False
            if is_off and parameter.name not in given and parameter.name not in self._keys:
                yield parameter.name, False

    @cached_property
    def _keys(self) -> frozenset[str]:
        """The keys of displays, of `dict(name=…)` and of `options["name"] = …`."""
        filling = (call for name in _FILLING for _, call in self._project.calls.written(name))
        given = [argument for call in filling for argument in call.arguments]
        handed = {argument.name for argument in given} | {_text(argument.value) for argument in given}
        displayed = {key for module in self._project.modules.production for key in _written(module)}
        return frozenset(displayed.union(key for key in handed if key is not None))


def _text(expr: Expr) -> str | None:
    return expr.value if isinstance(expr, String) else None


def _written(module: Module) -> Iterator[str]:
    body = module.body
    defaults = (p.default for f in module.outline.functions for p in f.parameters if type(p.default) in PARTS)
    inside = (part for default in defaults for part in parts_of(body, default))
    for part in (*(expr for expr, _ in walk_module(module, _MAPPINGS)), *inside):
        if isinstance(part, Mapping):
            yield from (key.value for key in part.keys if isinstance(key, String))
    for statement in body.statements:
        if isinstance(statement.target, Subscript):
            yield from (index.value for index in statement.target.index if isinstance(index, String))
