"""Loops of a program that goes on: each turn ends with a pause, and nothing in the code ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Constant, Name, Operation
from archlint.project.control.sequence import chain

if TYPE_CHECKING:
    from archlint.facts.syntax import Context
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_PAUSE = "sleep"
_LEAVING = frozenset({"break", "return"})
_LOOPS = frozenset({"for", "while"})


def turns_and_waits(project: Project, module: Module, context: int) -> bool:
    """`while self.running: work(); await asyncio.sleep(60)`, around the place: it is come to again and again. What is left when
    it has come through, or pauses only where something has failed, tries once more and is none."""
    return any(
        module.body.contexts[row].kind == "while" and _goes_on(module, row) and _pauses(project, module, row)
        for row in chain(module, context)
    )


def _goes_on(module: Module, row: int) -> bool:
    place = module.body.contexts[row]
    test = place.subject.operands[0] if _is_negative(place) and isinstance(place.subject, Operation) else place.subject
    if isinstance(test, Constant) and not test.value:
        return False
    is_open = isinstance(test, Constant | Name | Attribute) or _is_negative(place)
    return is_open and not any(_leaves(module, row, s.context) for s in module.body.statements if s.kind in _LEAVING)


def _is_negative(place: Context) -> bool:
    """`while not self.stopped.is_set():`"""
    return isinstance(place.subject, Operation) and place.subject.op == "not"


def _leaves(module: Module, row: int, context: int) -> bool:
    """The statement ends the loop: it stands in it, in no loop further in, and not where something has failed."""
    contexts = module.body.contexts
    around = chain(module, context)
    if row not in around:
        return False
    inside = around[: around.index(row)]
    return not any(contexts[each].kind in {*_LOOPS, "except"} for each in inside)


def _pauses(project: Project, module: Module, row: int) -> bool:
    contexts = module.body.contexts
    owner = contexts[row].function
    for point in project.effects.points_in(module, None, {_PAUSE}):
        if contexts[point.context].function != owner:
            continue
        around = chain(module, point.context)
        if row in around and not any(contexts[each].kind in {*_LOOPS, "except"} for each in around[: around.index(row)]):
            return True
    return False
