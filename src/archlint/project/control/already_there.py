"""Code that first looks whether it was done before: it leaves where something is found, or where a state has moved on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Await,
    Body,
    CallRef,
    Comparison,
    Constant,
    Context,
    Expr,
    Name,
    Operation,
    Walrus,
)
from archlint.project.control.made_if_missing import is_made_if_missing
from archlint.project.control.sequence import chain, handlers_of
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.control.conditions import Path
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_LEAVING = frozenset({"raise", "return", "continue"})
_CONFLICT = re.compile(r"Transition|Already|Duplicate|Integrity|Unique")
"""Parts of names of exceptions that refuse what was done before."""
_PROBLEMS = frozenset({"error", "errors", "err", "errs", "problem", "problems", "message", "reason", "invalid", "failure"})
"""What is called so was found to be wrong; it is not what was found."""


class AlreadyThere:
    """`states`: last words of attributes that tell how far something has come; `subjects`: last words of what such an
    attribute is asked of (empty: of anything)."""

    def __init__(self, project: Project, states: frozenset[str], subjects: frozenset[str] = frozenset()) -> None:
        self._project = project
        self._states, self._subjects = states, subjects

    def is_asked(self, definition: Def, path: Path) -> bool:
        """Some function on the way (it begins in `definition`) looks before it goes on, or makes only what is missing."""
        functions = (definition, *path.through)
        return any(self._looks(function, step.site.at) for function, step in zip(functions, path.steps, strict=False))

    def _looks(self, definition: Def, at: int) -> bool:
        module = definition.module
        calls = [call for call in module.body.calls if call.at == at]
        if any(is_made_if_missing(module, call.context, at) or _is_conflict_caught(module, call.context) for call in calls):
            return True
        return any(self._tells(module, place) or self._is_moved_on(definition, place) for place in _left_before(definition, at))

    def _tells(self, module: Module, place: Context) -> bool:
        return any(self._is_found(module, part, place.parent) for part in _alternatives(place.subject))

    def _is_moved_on(self, definition: Def, place: Context) -> bool:
        """It leaves where nothing is found in a state (`filter(Order.state == OPEN)`), which it changes where something is."""
        module = definition.module
        names = [part.operands[0] for part in _alternatives(place.subject) if isinstance(part, Operation) and part.op == "not"]
        by_state = any(
            source.expr is not None and self._is_looked_up_by_state(source.module.body, source.expr)
            for name in names
            if isinstance(name, Name)
            for source in self._project.values.sources.of(module, name, place.parent)
        )
        return by_state and any(
            isinstance(s.target, Attribute) and self._names_state(s.target)
            for s in module.statements["assign"]
            if place.end <= s.at < definition.function.end
        )

    def _is_looked_up_by_state(self, body: Body, expr: Expr) -> bool:
        """`query(Order).filter(Order.state == OPEN).first()`, `get(state=OPEN)`: some call of the chain asks for a state."""
        waiting = [expr]
        while waiting:
            part = waiting.pop()
            if isinstance(part, Await):
                waiting.append(part.value)
            elif isinstance(part, Attribute):
                waiting.append(part.base)
            elif isinstance(part, CallRef):
                call = body.calls[part.index]
                waiting.append(call.callee)
                for argument in call.arguments:
                    if argument.name and not self._states.isdisjoint(words_of(argument.name)[-1:]):
                        return True
                    compared = argument.value.operands if isinstance(argument.value, Comparison) else ()
                    if any(isinstance(each, Attribute) and self._names_state(each) for each in compared):
                        return True
        return False

    def _is_found(self, module: Module, test: Expr, context: int) -> bool:
        """The test holds where there is something, or compares a state."""
        if any(self._is_state(module.body, part) for part in parts_of(module.body, test)):
            return True
        match test:
            case Walrus() | Await():
                return self._is_found(module, test.value, context)
            case Comparison(ops=("is not",) | ("!=",) | (">",) | (">=",)):
                left, right = test.operands
                return isinstance(right, Constant) and self._is_found(module, left, context)
            case CallRef():
                return self._asks(module, test)
            case Name():
                return _PROBLEMS.isdisjoint(words_of(test.id)) and self._is_read(module, test, context)
            case _:
                return False

    def _is_state(self, body: Body, part: Expr) -> bool:
        if not isinstance(part, Attribute) or not self._names_state(part):
            return False
        return not self._subjects or not self._subjects.isdisjoint(words_of(last_name(body, part.base))[-1:])

    def _names_state(self, part: Attribute) -> bool:
        return not self._states.isdisjoint(words_of(part.attr)[-1:])

    def _is_read(self, module: Module, name: Name, context: int) -> bool:
        for source in self._project.values.sources.of(module, name, context):
            for part in parts_of(source.module.body, source.expr):
                if isinstance(part, CallRef) and self._asks(source.module, part):
                    return True
        return False

    def _asks(self, module: Module, call: CallRef) -> bool:
        return self._project.effects.does(self._project.calls.in_module(module)[call.index], "db.read")


def _is_conflict_caught(module: Module, context: int) -> bool:
    """In a `try` of which a handler says that it was there already, or that its state has moved on."""
    return any(
        _CONFLICT.search(last_name(module.body, part))
        for row in chain(module, context)
        if module.body.contexts[row].kind == "try"
        for handler in handlers_of(module.body.contexts, row)
        for part in parts_of(module.body, module.body.contexts[handler].subject)
    )


def _left_before(definition: Def, at: int) -> Iterator[Context]:
    """The branches of a function that end before the place by leaving."""
    body, function = definition.module.body, definition.function
    for row, place in enumerate(body.contexts):
        is_before = place.kind == "if" and function.at <= place.at and place.end <= at
        if is_before and place.function == definition.index and _leaves(body, row):
            yield place


def _leaves(body: Body, row: int) -> bool:
    return any(s.context == row and s.kind in _LEAVING for s in body.statements)


def _alternatives(test: Expr | None) -> Iterator[Expr]:
    """Each part of a test that is enough, or that must hold as well."""
    if isinstance(test, Operation) and test.op in ("and", "or"):
        for part in test.operands:
            yield from _alternatives(part)
    elif test is not None:
        yield test
