"""Calls of a function by what it is handed to: `add_task(send, order)`, `run_in_executor(None, send, order)`,
`Thread(target=send, args=(order,))`."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.syntax import Argument, Attribute, Call, Collection, Expr, Mapping, Name, String
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter, receives_itself
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.program import Project

_Given = tuple[CallSite, Expr]


class HandedOver:
    def __init__(self, project: Project) -> None:
        self._project = project

    def sites(self, definition: Def) -> list[CallSite]:
        """The calls that are given the function, each with the arguments that it will be called with; none where one of
        them leaves an argument to others (`add_route("/orders", orders)`)."""
        found: list[CallSite] = []
        for site, function in self._by_name.get(definition.function.name, ()):
            entities = self._project.types.inference.entities(site.module, function, site.call.context)
            if any(isinstance(e, FunctionRef) and e.definition == definition for e in entities):
                called = _called(site.call, function)
                if not _is_complete(called, definition):
                    return []
                found.append(replace(site, call=called))
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[_Given]]:
        """Last name → the calls of production code that are given something of that name, and what it is."""
        names = {f.name for module in self._project.modules.production for f in module.outline.functions}
        found: dict[str, list[_Given]] = defaultdict(list)
        for module in self._project.modules.production:
            sites = self._project.calls.in_module(module)
            for site in sites:
                for argument in site.call.arguments:
                    value = argument.value
                    name = value.id if type(value) is Name else value.attr if type(value) is Attribute else ""
                    if name in names:
                        found[name].append((site, value))
        return found


def _is_complete(call: Call, definition: Def) -> bool:
    """Every parameter without a default is given something."""
    own = definition.function.parameters[receives_itself(definition) :]
    required = {p.name for p in own if p.default is None and p.kind not in ("*", "**")}
    return required <= arguments_by_parameter(call, definition).keys()


def _called(call: Call, function: Expr) -> Call:
    """The call that is made later: what stands behind the function, or under `args` and `kwargs`."""
    place = next(i for i, argument in enumerate(call.arguments) if argument.value is function)
    if call.arguments[place].name is None:
        return replace(call, callee=function, arguments=call.arguments[place + 1 :])
    named = {argument.name: argument.value for argument in call.arguments}
    positional, keywords = named.get("args"), named.get("kwargs")
    rest = [Argument(None, item) for item in positional.items] if isinstance(positional, Collection) else []
    if isinstance(keywords, Mapping):
        pairs = zip(keywords.keys, keywords.values, strict=True)
        rest += [Argument(key.value, value) for key, value in pairs if isinstance(key, String)]
    return replace(call, callee=function, arguments=tuple(rest))
