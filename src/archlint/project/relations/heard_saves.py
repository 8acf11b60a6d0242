"""Stored objects of which each save is heard: by a receiver of the program's, or a library that keeps their history."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr
from archlint.project.model import Def, Type
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.facts.syntax import Call
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_SAVED = frozenset({"post_save", "pre_save"})
"""One statement for many rows sends neither; of what is deleted a statement for many tells each."""
_SAVING = frozenset({"save", "asave"})
_SENDER, _RECEIVER, _ROW = "sender", "receiver", "instance"
_CONNECTING = ("receiver", "connect", "getattr")
_HISTORY = "save-history"


class HeardSaves:
    """`adding`: last names of calls that add one row."""

    def __init__(self, project: Project, adding: frozenset[str]) -> None:
        self._project = project
        self._adding = adding

    def is_heard(self, place: EffectPoint) -> bool:
        """`order.save()`, `Order.objects.create(…)`, where somebody hears of each order that is saved."""
        callee = place.call.call.callee if place.call is not None else None
        if place.call is None or not isinstance(callee, Attribute):
            return False
        saved = callee.base if callee.attr in _SAVING else place.call.expr if callee.attr in self._adding else None
        found = self._project.types.all(place.module, saved, place.context) if saved is not None else ()
        return any(not type_.is_class and self._hears_of(type_) for type_ in found)

    def _hears_of(self, type_: Type) -> bool:
        ancestors = self._project.types.inference.members.ancestors(type_)
        return type_.name in self._senders or any(self._keeps_history(ancestor) for ancestor in ancestors)

    def _keeps_history(self, type_: Type) -> bool:
        """`history = HistoricalRecords()` in the class."""
        klass = self._project.symbols.classes.get(type_.name)
        if klass is None:
            return False
        body, types = klass.module.body, self._project.types
        return any(
            types.role(made) == _HISTORY
            for statement in klass.module.statements_between(klass.klass.at, klass.klass.end)
            if isinstance(statement.value, CallRef) and body.contexts[statement.context].kind == "class"
            for made in types.all(klass.module, statement.value, statement.context)
        )

    @cached_property
    def _senders(self) -> frozenset[str]:
        """The classes that are named where something is connected to such a signal."""
        types = self._project.types
        return frozenset(
            type_.name
            for module, call in self._connecting()
            for argument in call.arguments
            if argument.name == _SENDER
            for type_ in types.all(module, argument.value, call.context)
            if type_.is_class
        )

    def _connecting(self) -> Iterator[tuple[Module, Call]]:
        """`@receiver(post_save, sender=Order)`, `post_save.connect(…)`, `getattr(post_save, verb)(…)`."""
        for name in _CONNECTING:
            for module, call in self._project.calls.written(name):
                is_one = any(argument.name == _SENDER for argument in call.arguments) and _names_signal(module, call)
                if is_one and self._is_about_row(module, call):
                    yield module, call

    def _is_about_row(self, module: Module, call: Call) -> bool:
        """The receiver looks at the row that was saved: one that only drops what is cached may as well be run once for all."""
        found = [
            Def(module, module.name, row)
            for row, function in enumerate(module.outline.functions)
            if any(isinstance(d, CallRef) and module.body.calls[d.index] is call for d in function.decorators)
        ]
        given = [argument.value for argument in call.arguments if argument.name in (None, _RECEIVER)]
        entities = (e for value in given for e in self._project.types.inference.entities(module, value, call.context))
        found += [entity.definition for entity in entities if isinstance(entity, FunctionRef)]
        return not found or any(map(_looks_at_row, found))


def _looks_at_row(receiver: Def) -> bool:
    body, function = receiver.module.body, receiver.function
    rows = {_ROW, *(parameter.name for parameter in function.parameters if parameter.kind == "**")}
    own = [s.value for s in receiver.module.statements_between(function.at, function.end)]
    own += [place.subject for place in body.contexts if function.at <= place.at < function.end]
    return any(not rows.isdisjoint(names_in(body, expr)) for expr in own)


def _names_signal(module: Module, call: Call) -> bool:
    told: list[Expr] = [call.callee, *(argument.value for argument in call.arguments if argument.name is None)]
    return any(last_name(module.body, part) in _SAVED for expr in told for part in parts_of(module.body, expr))
