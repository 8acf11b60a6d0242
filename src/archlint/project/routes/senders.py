"""Whether what another program calls (a webhook) finds out that it is that program, and not just anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef
from archlint.project.control.asking import Asking, Phrases
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef
from archlint.project.types.injected import Injected, Written

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project

_KEY = re.compile(r"{([^}]*)}")


class Senders:
    """`verifies`: words for what code reads, calls and takes that finds it out (a signature, a shared secret); `asks_back`:
    words in names of calls over the network that ask the sender itself what there is."""

    def __init__(self, project: Project, verifies: Phrases, asks_back: Phrases) -> None:
        self._project = project
        self._verifies, self._asks_back = verifies, asks_back
        self._asking = Asking(project, verifies)
        self._injected = Injected(project)

    def are_known(self, definition: Def, path: str) -> bool:
        """By something secret that the path holds, by what the function is handed, by what it or those that it calls look at,
        or because it takes nothing on trust and asks again."""
        names = (*_KEY.findall(path), *(each.name for each in definition.function.parameters))
        if any(self._verifies.in_name(name) for name in names):
            return True
        if any(self._asks(each) for each in self._before(definition)):
            return True
        points = (point for effect in ("http", "rpc") for point in self._project.effects.points_of(definition, effect))
        return any(self._asks_back.in_name(point.shown) for point in points) or self._asking.function_asks(definition)

    def _before(self, definition: Def) -> Iterator[Written]:
        """What runs before the function: its decorators, and what gives its parameters."""
        function = definition.function
        yield from (Written(definition.module, each, function.outer) for each in function.decorators)
        yield from self._injected.of(definition)

    def _asks(self, written: Written) -> bool:
        module, expr = written.module, written.expr
        named = module.body.calls[expr.index].callee if isinstance(expr, CallRef) else expr
        found = self._project.types.inference.entities(module, named, written.context)
        own = [each.definition for each in found if isinstance(each, FunctionRef)]
        return self._verifies.in_name(last_name(module.body, named)) or any(self._asking.function_asks(each) for each in own)
