"""What calling something gives: functions, classes, library methods, instances that can be called, `super()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import String
from archlint.project.model import Type, argument_of
from archlint.project.types.entities import SUPER, Bound, Entity, External, FunctionRef, distinct, instance
from archlint.project.types.library_types import Environment, Site

if TYPE_CHECKING:
    from archlint.facts.knowledge import Operation
    from archlint.project.types.inference import Inference


class Invocation:
    """Results of calls; `site` is where the call stands, None where something else calls (a framework, a loop)."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def called(self, callee: Entity, site: Site | None = None) -> tuple[Entity, ...]:
        """What calling the entity gives."""
        if type(callee) is FunctionRef:
            return self._inference.returns.of(callee, site)
        if type(callee) is Bound:
            if callee.operation.returns is None:
                return ()
            parameters = self.parameters(callee.receiver, callee.owner)
            return self._inference.library.told(callee.operation.returns, Environment(callee.receiver, parameters, site))
        if type(callee) is Type:
            return self._constructed(callee, site) if callee.is_class else self._called_instance(callee, site)
        if isinstance(callee, External):
            return self._called_external(callee, site)
        return ()

    def parameters(self, receiver: Type, owner: str) -> dict[str, tuple[Type, ...]]:
        for ancestor in self._inference.members.ancestors(receiver):
            given = self._inference.library.parameters_of(ancestor, owner)
            if given:
                return dict(given)
        return {}

    def _constructed(self, callee: Type, site: Site | None) -> tuple[Entity, ...]:
        if callee.name in self._inference.project.symbols.classes:
            return (instance(callee),)
        for _, info, parameters in self._inference.library.lineage(callee):
            if info.construct is not None and info.construct.returns is not None:
                returns = _returned(info.construct, site) or info.construct.returns
                return self._inference.library.told(returns, Environment(callee, parameters, site))
        return (instance(callee),)

    def _super(self, site: Site | None) -> tuple[Entity, ...]:
        if site is None:
            return ()
        if site.call is not None and site.call.arguments:
            written = self._inference.entities(site.module, site.call.arguments[0].value, site.context)
        else:
            written = self._inference.written_class(site.module, site.context)
        return tuple(Type(SUPER, (e,)) for e in written if isinstance(e, Type))

    def _called_instance(self, callee: Type, site: Site | None) -> tuple[Entity, ...]:
        if callee.name in self._inference.project.symbols.classes:
            found = self._inference.members.find(callee, "__call__")
            return distinct([r for e in found or () for r in self.called(e, site)])
        for _, info, parameters in self._inference.library.lineage(callee):
            if info.call is not None and info.call.returns is not None:
                return self._inference.library.told(info.call.returns, Environment(callee, parameters, site))
        return ()

    def _called_external(self, callee: External, site: Site | None) -> tuple[Entity, ...]:
        if callee.name == SUPER:
            return self._super(site)
        operation = self._inference.project.knowledge.function(callee.name)
        if operation is not None:
            told = _returned(operation, site) or operation.returns
            return self._inference.library.told(told, Environment(None, {}, site)) if told else ()
        last = callee.name.rpartition(".")[2]
        # an unknown class: knowing that it is *that* keeps its variable from being taken for something else
        return (Type(callee.name),) if last[:1].isupper() and not last.isupper() else ()

    def provided(self, entity: Entity) -> tuple[Entity, ...]:
        """What a callable that is handed over gives its user: a generator function the value that it yields."""
        if isinstance(entity, FunctionRef) and entity.definition.function.is_generator:
            return self._inference.returns.yielded(entity)
        return self.called(entity)


def _returned(operation: Operation, site: Site | None) -> str | None:
    """What the call gives by what one of its arguments says."""
    if not operation.returns_where or site is None or site.call is None:
        return None
    for other in operation.returns_where:
        given = argument_of(site.call, other.argument)
        if isinstance(given, String) and given.value == other.value:
            return other.returns
    return None
