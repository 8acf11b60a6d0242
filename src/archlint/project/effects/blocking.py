"""Which calls of a library hold the thread until somebody outside the process has answered."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.control.awaiting import Awaiting
from archlint.project.effects.points import Point
from archlint.project.model import Target, Type
from archlint.project.names.origins import Origin, Origins

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

BLOCKING = "blocking"
_OUTSIDE = frozenset(
    {
        "db.read", "db.write", "db.commit", "cache.read", "cache.write", "cache.delete", "cache.expire",
        "http", "rpc", "publish", "enqueue", "email",
    }
)  # fmt: skip

_HANDED = frozenset({"per item", "once"})
_AWAITED = (".__aiter__", ".__await__")


class Blocking:
    """Told by the type that is asked: a client that waits in the thread and one that is awaited have the same methods."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._awaiting = Awaiting(project)
        self._origins = Origins(project)
        self._known: dict[str, bool] = {}

    def holds(self, point: Point, target: Target, effects: Collection[str]) -> bool:
        """Of a library call with these effects. A type that is only guessed from a name says nothing of how it waits."""
        operation = target.operation
        if operation is None or operation.pending or operation.awaited or BLOCKING in effects:
            return False
        if target.name.endswith(_AWAITED) or target.confidence == Confidence.LOW or _OUTSIDE.isdisjoint(effects):
            return False
        if self._awaiting.is_awaited(point):
            return False
        receiver = point.call.receiver if point.call is not None and point.kind == "call" else self._handed(point, target)
        name = receiver.name if receiver is not None else target.name.rpartition(".")[0]
        if receiver is None and point.kind in _HANDED and self._project.knowledge.role(name).startswith("db-"):
            return False  # whose method it is cannot be seen, and sessions that are awaited have the same ones
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._is_blocking(receiver or Type(name))
        return known

    def _handed(self, point: Point, target: Target) -> Type | None:
        """Whose method is handed to the call: `run(self.orders.get)`; the method may be inherited."""
        if point.call is None:
            return None
        name = target.name.rpartition(".")[2]
        for argument in point.call.call.arguments:
            for module, expr, context in self._callables(point.module, argument.value, point.context):
                if isinstance(expr, Attribute) and expr.attr == name:
                    return self._project.types.of(module, expr.base, context)
        return None

    def _callables(self, module: Module, expr: Expr, context: int) -> Iterator[tuple[Module, Expr, int]]:
        """The expression, what the function has put under its name, and what a `partial` of it is made of."""
        given = [(module, expr, context)]
        if isinstance(expr, Name):
            origins = self._origins.of(module, expr, context)
            given += [(o.module, o.expr, o.context) for o in origins if isinstance(o, Origin)]
        for place, value, row in given:
            yield place, value, row
            if isinstance(value, CallRef):
                arguments = place.body.calls[value.index].arguments
                yield from ((place, argument.value, row) for argument in arguments[:1])

    def _is_blocking(self, type_: Type) -> bool:
        inference = self._project.types.inference
        for ancestor in inference.members.ancestors(type_):
            for _, info, _ in inference.library.lineage(ancestor):
                if info.blocking is not None:
                    return info.blocking
        return False
