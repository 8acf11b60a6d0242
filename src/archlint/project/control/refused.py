"""Loops behind a check that refuses long collections: `if len(items) > MOST: raise …`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, CallRef, Comparison, Expr, Name, Operation
from archlint.project.parts import names_in
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_DENIED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!="}
_ITSELF = {op: op for op in (*_DENIED, "!=")}
_LONGER = frozenset({">", ">=", "!="})
_SAME_ITEMS = frozenset({"enumerate", "sorted", "reversed", "list", "tuple", "set", "iter"})


def refuses_more(project: Project, loop: Loop, most: int) -> bool:
    """Above the loop its function is left, by an error or a return, where the iterable holds more than so many items
    (a bound of `most` at the most)."""
    subjects = _going_together(loop.module, _bare(loop.module, loop.place.subject))
    return any(isinstance(each, Name | Attribute) and _is_refused(project, loop, each, most) for each in subjects)


def _is_refused(project: Project, loop: Loop, subject: Name | Attribute, most: int) -> bool:
    module, place = loop.module, loop.place
    spelled = spell(module.body, subject)
    around = set(_around(module, place.parent))
    length = _Length(project, module, spelled, most)
    for at, context, test in _refusals(module, place.function, place.at):
        if context in around and any(_is_longer(length, side, context) for side in _alternatives(test)):
            return not _changes(module, subject, at, place.at)
    return False


def _bare(module: Module, expr: Expr | None) -> Expr | None:
    while isinstance(expr, CallRef) and last_name(module.body, expr) in _SAME_ITEMS:
        arguments = module.body.calls[expr.index].arguments
        expr = arguments[0].value if arguments else None
    return expr


def _going_together(module: Module, expr: Expr | None) -> list[Expr | None]:
    """`zip(people, rates)` ends with the shorter one."""
    if isinstance(expr, CallRef) and last_name(module.body, expr) == "zip":
        return [argument.value for argument in module.body.calls[expr.index].arguments if argument.name is None]
    return [expr]


def _around(module: Module, context: int) -> Iterator[int]:
    contexts = module.body.contexts
    while context >= 0:
        yield context
        if contexts[context].kind in ("function", "class", "module"):
            return
        context = contexts[context].parent


def _refusals(module: Module, function: int, until: int) -> Iterator[tuple[int, int, Expr]]:
    """(where, in which context, the test) of the branches of a function that leave it, and of its assertions denied."""
    body = module.body
    for s in module.own_statements(function):
        place = body.contexts[s.context]
        if s.end > until:
            continue
        if s.kind in ("raise", "return") and place.kind == "if" and place.subject is not None:
            yield place.at, place.parent, place.subject
        elif s.kind == "assert" and s.value is not None:
            yield s.at, s.context, Operation(s.at, s.length, "not", (s.value,))


def _alternatives(test: Expr) -> tuple[Expr, ...]:
    return test.operands if isinstance(test, Operation) and test.op == "or" else (test,)


class _Length(Struct, frozen=True):
    """The length of the collection that is spelled so, and the largest bound that counts."""

    project: Project
    module: Module
    spelled: str
    most: int

    def is_meant(self, expr: Expr) -> bool:
        if not isinstance(expr, CallRef) or last_name(self.module.body, expr) != "len":
            return False
        arguments = self.module.body.calls[expr.index].arguments
        return len(arguments) == 1 and spell(self.module.body, arguments[0].value) == self.spelled

    def is_small(self, expr: Expr, context: int) -> bool:
        number = self.project.values.constant(self.module, expr, context)
        return isinstance(number, int) and 0 <= number <= self.most


def _is_longer(length: _Length, test: Expr, context: int) -> bool:
    """The test is true wherever the collection is longer than a small number."""
    denied = isinstance(test, Operation) and test.op == "not"
    if isinstance(test, Operation) and denied:
        test = test.operands[0]
    if not isinstance(test, Comparison) or (len(test.ops) > 1 and not denied):
        return False
    for op, left, right in zip(test.ops, test.operands, test.operands[1:], strict=False):
        longer = _DENIED if denied else _ITSELF
        if length.is_meant(left) and longer.get(op) in _LONGER and length.is_small(right, context):
            return True
        if length.is_meant(right) and longer.get(_TURNED.get(op, op)) in _LONGER and length.is_small(left, context):
            return True
    return False


def _changes(module: Module, subject: Name | Attribute, begin: int, end: int) -> bool:
    """Between two places the collection is set again or added to."""
    body, spelled = module.body, spell(module.body, subject)
    root = next(iter(names_in(body, subject)), "")
    for s in body.statements:
        if begin <= s.at < end and s.target is not None and spell(body, s.target) in (spelled, root):
            return True
    growing = tuple(f"{spelled}.{verb}" for verb in ("append", "extend", "insert", "add", "update"))
    return any(begin <= c.at < end and spell(body, c.callee) in growing for c in body.calls)
