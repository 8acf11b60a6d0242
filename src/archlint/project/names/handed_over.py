"""Calls of a function by what it is handed to: `add_task(send, order)`, `run_in_executor(None, send, order)`,
`Thread(target=send, args=(order,))`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.syntax import Argument, Call, Collection, Expr, Mapping, String
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter, receives_itself
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.program import Project


class HandedOver:
    def __init__(self, project: Project) -> None:
        self._project = project

    def sites(self, definition: Def) -> list[CallSite]:
        """The calls that are given the function, each with the arguments that it will be called with; none where one of
        them leaves an argument to others (`add_route("/orders", orders)`)."""
        found: list[CallSite] = []
        calls, inference = self._project.calls, self._project.types.inference
        for module, row, function in calls.given(definition.function.name):
            site = calls.in_module(module)[row]
            if all(argument.value is not function for argument in site.call.arguments):
                continue  # one of several in a list
            entities = inference.entities(module, function, site.call.context)
            if any(isinstance(e, FunctionRef) and e.definition == definition for e in entities):
                called = _called(site.call, function)
                if not _is_complete(called, definition):
                    return []
                found.append(replace(site, call=called))
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
