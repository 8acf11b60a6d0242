"""Code that nothing reaches: it stands behind a `return`, `raise`, `break` or `continue` of its own block, or in a branch
whose test is decided where it is written (`if False:`)."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Constant, Name, Operation, String
from archlint.project.parts import names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.facts.syntax import Context, Expr
    from archlint.project.source.modules import Module

_NEVER = sys.maxsize
_LEAVING = frozenset({"return", "raise", "break", "continue"})


class Unreachable:
    """Questions about one module."""

    def __init__(self, module: Module) -> None:
        body = module.body
        self._module = module
        self._contexts = body.contexts
        self._closed = frozenset(at for at, place in enumerate(body.contexts) if self._is_closed(place))
        self._left: dict[int, int] = {}
        for statement in body.statements:
            if statement.kind in _LEAVING:
                known = self._left.get(statement.context, statement.end)
                self._left[statement.context] = min(known, statement.end)
        self._limits = self._find_limits()

    def holds(self, context: int, at: int) -> bool:
        """Is the place, which stands in that context, one that never runs?"""
        return context >= 0 and at >= self._limits[context]

    def _find_limits(self) -> list[int]:
        """Context → from where on nothing in it runs, since it is left, or one around it."""
        limits: list[int] = []
        for index, place in enumerate(self._contexts):
            own = 0 if index in self._closed else self._left.get(index, _NEVER)
            limits.append(min(own, limits[place.parent]) if place.parent >= 0 else own)
        return limits

    def holds_at(self, at: int) -> bool:
        """The same of a place that is known by its offset alone."""
        return any(begin <= at < end for begin, end in self._dead)

    @cached_property
    def _dead(self) -> tuple[tuple[int, int], ...]:
        """Where code stands that never runs; most modules have none."""
        contexts, left = self._contexts, self._left
        begun = [(s.context, s.at) for s in self._module.body.statements]
        begun += [(place.parent, place.at) for place in contexts]
        behind = {context for context, at in begun if context in left and at >= left[context]}
        closed = [(contexts[context].at, contexts[context].end) for context in sorted(self._closed)]
        return (*closed, *((left[context], contexts[context].end) for context in sorted(behind)))

    @cached_property
    def _switches(self) -> dict[str, bool]:
        return dict(_constants(self._module))

    def _is_closed(self, place: Context) -> bool:
        if place.subject is None:
            return False
        match place.kind:
            case "if" | "while":
                return self._truth(place.subject) is False
            case "else":
                return self._truth(place.subject) is True
            case _:
                return False

    def _truth(self, test: Expr) -> bool | None:
        """What a test always gives; None where that is not written in the module."""
        match test:
            case Constant(value=value) if not isinstance(value, str):
                return bool(value)
            case String(value=value):
                return bool(value)
            case Name():
                return self._switches.get(test.id)
            case Operation(op="not"):
                inner = self._truth(test.operands[0])
                return None if inner is None else not inner
            case Operation(op="and" | "or"):
                ends = test.op == "or"
                truths = [self._truth(side) for side in test.operands]
                return ends if ends in truths else None if None in truths else not ends
            case _:
                return None


def _constants(module: Module) -> Iterator[tuple[str, bool]]:
    """Names that the module sets once, to `True` or `False`, at its own level: switches that somebody turned in the code.

    A name that is bound again anywhere in the module, as a parameter too, is none.
    """
    body = module.body
    switches = {
        statement.target.id: statement.value.value
        for statement in body.statements
        if statement.context == 0 and statement.kind in ("assign", "annotate")
        if isinstance(statement.target, Name) and isinstance(statement.value, Constant)
        if isinstance(statement.value.value, bool)
    }
    if switches:
        bound = Counter(name for s in body.statements if s.target is not None for name in names_in(body, s.target))
        bound.update(parameter.name for function in module.outline.functions for parameter in function.parameters)
        yield from ((name, value) for name, value in switches.items() if bound[name] == 1)
