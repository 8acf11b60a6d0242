"""What an enclosing `if isinstance(name, …)` says of a local name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Collection, Expr, Name
from archlint.project.model import Type
from archlint.project.types.entities import Entity, distinct, instance

if TYPE_CHECKING:
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference


class Narrowing:
    """Looks at each module's tests once."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._known: dict[str, Mapping[str, Mapping[int, Expr]]] = {}

    def tested(self, module: Module) -> Mapping[str, Mapping[int, Expr]]:
        """Name → the blocks (context indices) of `if isinstance(name, classes)`, with the classes."""
        known = self._known.get(module.path)
        if known is None:
            known = self._known[module.path] = _tests(module)
        return known

    def of(self, module: Module, name: str, context: int, scope: int) -> tuple[Entity, ...]:
        """What the innermost test between a place and the scope of a tested name leaves the name to be."""
        tests = self.tested(module)[name]
        contexts = module.body.contexts
        while context > scope:
            classes = tests.get(context)
            if classes is not None:
                listed = classes.items if isinstance(classes, Collection) else (classes,)
                found = [e for c in listed for e in self._inference.entities(module, c, contexts[context].parent)]
                return distinct([instance(e) for e in found if isinstance(e, Type) and e.is_class])
            context = contexts[context].parent
        return ()


def _tests(module: Module) -> Mapping[str, Mapping[int, Expr]]:
    found: dict[str, dict[int, Expr]] = defaultdict(dict)
    for index, place in enumerate(module.body.contexts):
        if place.kind == "if" and type(place.subject) is CallRef:
            call = module.body.calls[place.subject.index]
            if isinstance(call.callee, Name) and call.callee.id == "isinstance" and len(call.arguments) == 2:
                tested, classes = call.arguments[0].value, call.arguments[1].value
                if isinstance(tested, Name):
                    found[tested.id][index] = classes
    return found
