"""Which calls of a library hold the thread until somebody outside the process has answered."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute
from archlint.project.awaiting import Awaiting
from archlint.project.model import Target, Type
from archlint.project.points import Point

if TYPE_CHECKING:
    from archlint.project.program import Project

BLOCKING = "blocking"
_OUTSIDE = frozenset(
    {
        "db.read", "db.write", "db.commit", "cache.read", "cache.write", "cache.delete", "cache.expire",
        "http", "rpc", "publish", "enqueue", "email",
    }
)  # fmt: skip

_AWAITED = (".__aiter__", ".__await__")


class Blocking:
    """Told by the type that is asked: a client that waits in the thread and one that is awaited have the same methods."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._awaiting = Awaiting(project)
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
            if isinstance(argument.value, Attribute) and argument.value.attr == name:
                return self._project.types.of(point.module, argument.value.base, point.context)
        return None

    def _is_blocking(self, type_: Type) -> bool:
        inference = self._project.types.inference
        for ancestor in inference.members.ancestors(type_):
            for _, info, _ in inference.library.lineage(ancestor):
                if info.blocking is not None:
                    return info.blocking
        return False
