"""Attributes that a class gets by another class's relation to it (`related_name`, `backref`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from archlint.facts.knowledge import Reverse
from archlint.facts.syntax import Call, CallRef, Expr, String
from archlint.project.model import Type, argument_of
from archlint.project.types.library_types import Environment

if TYPE_CHECKING:
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference

_COLLECTIONS = (list, dict, set, str)
_CHANGING = frozenset({"db.write"})


class Led(NamedTuple):
    """What a relation of another class makes of an attribute; `made` declares that relation in `module`, `given` the way back.

    `itself`: the attribute is what it leads to, no manager or query that would have to be asked."""

    types: tuple[Type, ...]
    module: Module
    made: CallRef
    given: Expr | None
    itself: bool


class Relations:
    """Which attributes the relations of production classes add to the classes that they lead to."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._known: dict[str, dict[str, Led]] | None = None
        self._by_name: dict[str, list[Led]] | None = None

    def of(self, class_name: str, attribute: str) -> tuple[Type, ...]:
        """What a relation of another class makes of the attribute; empty where none does."""
        ways = self.all().get(class_name)
        led = ways.get(attribute) if ways is not None else None
        return led.types if led is not None else ()

    def called_so(self, attribute: str, asked: Callable[[], str]) -> tuple[Type, ...]:
        """What the attribute is of whatever object has it: by its name alone where a library made that of the name of the class
        that declares the relation (`orderline_set`), else where what is `asked` of it is what only a query answers
        (`order.lines.filter`). None where the relations are still being read."""
        if self._by_name is None and self.all():
            self._by_name = defaultdict(list)
            for ways in self.all().values():
                for name, led in ways.items():
                    self._by_name[name] += [] if led.itself else [led]
        found = (self._by_name or {}).get(attribute, [])
        if found and all(led.given is not None for led in found):
            method = asked()
            if not any(self._answers(led, method) for led in found):
                return ()
        return tuple(dict.fromkeys(each for led in found for each in led.types))

    def _answers(self, led: Led, asked: str) -> bool:
        """It is asked for rows, in words that no list, mapping or text has."""
        if not asked or any(hasattr(each, asked) for each in _COLLECTIONS):
            return False
        infos = [info for each in led.types for _, info in self._inference.project.knowledge.infos(each.name)]
        known = (info.methods.get(asked) for info in infos)
        return any(asked in info.chain for info in infos) or any(
            each is not None and not _CHANGING.intersection(each.effect) for each in known
        )

    def all(self) -> dict[str, dict[str, Led]]:
        """Class name → attribute → what leads there."""
        if self._known is None:
            self._known = {}  # what is asked while the relations are being read gets no answer from them
            self._known = self._read()
        return self._known

    def _read(self) -> dict[str, dict[str, Led]]:
        found: dict[str, dict[str, Led]] = defaultdict(dict)
        for module in self._inference.project.modules.all:
            if module.is_test or module.is_migration:
                continue
            contexts = module.body.contexts
            for statement in module.body.statements:
                if type(statement.value) is CallRef and contexts[statement.context].kind == "class":
                    self._declared(module, statement.value, contexts[statement.context].klass, found)
        return found

    def _declared(self, module: Module, value: CallRef, klass: int, found: dict[str, dict[str, Led]]) -> None:
        call = module.body.calls[value.index]
        for entity in self._inference.entities(module, call.callee, call.context):
            if not isinstance(entity, Type) or not entity.is_class:
                continue
            reverse = next((i.reverse for _, i in self._inference.project.knowledge.infos(entity.name) if i.reverse), None)
            if reverse is None:
                continue
            owner = module.outline.classes[klass]
            name = _attribute(module, call, reverse, owner.name.lower())
            led_to = Type(f"{module.name}.{owner.qualname}")
            told = self._inference.library.told(reverse.type, Environment(None, {"T": (led_to,)}))
            types = tuple(t for t in told if isinstance(t, Type))
            itself = any(t.name == led_to.name for t in types)
            for relation in self._inference.result(module, value.index):
                if name and types and isinstance(relation, Type) and relation.arguments:
                    found[relation.arguments[0].name].setdefault(
                        name, Led(types, module, value, argument_of(call, reverse.name), itself)
                    )


def declared_name(module: Module, given: Expr | None) -> Expr | None:
    """The name in what declares the way back: the text itself, or the first argument of a call (`backref("order")`)."""
    if isinstance(given, CallRef):
        return argument_of(module.body.calls[given.index], "0:name")
    return given


def _attribute(module: Module, call: Call, reverse: Reverse, owner: str) -> str:
    given = declared_name(module, argument_of(call, reverse.name))
    if isinstance(given, String):
        return given.value.replace("%(class)s", owner)
    if given is not None or reverse.default is None:
        return ""
    return reverse.default.replace("{owner}", owner)
