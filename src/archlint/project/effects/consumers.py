"""What runs for each message of a broker: functions that a decorator subscribes or that are handed over, and loops over
what comes in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.project.model import CallSite, Def
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_CONSUMER = "consumer"
_MESSAGE = "broker-message"
_BROKER = "broker-client"
_LOOPS = frozenset({"for", "comprehension"})


class Consumer(Struct, frozen=True):
    """`definition` runs for each message; the whole of it, or (`within`) its loop at that context."""

    definition: Def
    site: Site
    within: int = -1


def consumers(project: Project) -> Iterator[Consumer]:
    """Those of production code, each once."""
    found = {
        (consumer.definition, consumer.within): consumer
        for call in project.calls.registered(_CONSUMER)
        if call.module.is_production
        for consumer in (*_handed(project, call), *_decorated(project, call))
    }
    yield from found.values()
    for module in project.modules.production:
        if _BROKER in project.layers.kinds(module):
            yield from _loops(project, module)


def _handed(project: Project, call: CallSite) -> Iterator[Consumer]:
    """`queue.consume(handle)`."""
    for point in project.effects.edges(call.module):
        if point.kind == "deferred" and point.call is not None and point.call.index == call.index:
            for target in point.targets:
                if target.definition is not None:
                    yield Consumer(target.definition, target.definition.site)


def _decorated(project: Project, call: CallSite) -> Iterator[Consumer]:
    """`@broker.subscriber("orders")`."""
    module, inference = call.module, project.types.inference
    for row, function in enumerate(module.outline.functions):
        for decorator in function.decorators:
            if decorator.at <= call.call.at < decorator.end:
                definition = Def(module, module.name, row)
                for entity in inference.returns.decorator_entities(definition, decorator):
                    operation = None if isinstance(entity, FunctionRef) else inference.operation(entity)
                    if operation is not None and operation.register == _CONSUMER:
                        yield Consumer(definition, definition.site)


def _loops(project: Project, module: Module) -> Iterator[Consumer]:
    """`async for message in consumer:`."""
    for row, place in enumerate(module.body.contexts):
        if place.kind in _LOOPS and place.subject is not None and place.function >= 0:
            types = project.types.all(module, place.subject, place.parent)
            if any(_gives_messages(project, each.name) for each in types):
                yield Consumer(Def(module, module.name, place.function), Site(module.path, place.at, place.at), row)


def _gives_messages(project: Project, name: str) -> bool:
    for _, info in project.knowledge.infos(name):
        item = project.knowledge.type(info.item) if isinstance(info.item, str) else None
        if item is not None and item.role == _MESSAGE:
            return True
    return False
