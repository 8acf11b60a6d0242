"""Is what a place does awaited, so that the event loop runs other things meanwhile?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Await, CallRef, Collection, Conditional, Mapping, Name, Operation, Starred
from archlint.project.effects.points import Point
from archlint.project.parts import children, leaves_of, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.facts.syntax import Body, Expr, Function, Statement
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


class Awaiting:
    """By how the place is written: a coroutine that is made and handed on does nothing yet."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._awaited: dict[str, frozenset[int]] = {}

    def is_awaited(self, point: Point) -> bool:
        """Somebody awaits the call that the point stands for."""
        call = point.call
        return call is not None and point.kind == "call" and (call.call.awaited or call.index in self._handed_on(point.module))

    def _handed_on(self, module: Module) -> frozenset[int]:
        """Calls whose results are awaited by others: managers of `async with`, what `gather` or `wait_for` are given."""
        known = self._awaited.get(module.path)
        if known is None:
            body = module.body
            found = {c.subject.index for c in body.contexts if c.is_async and isinstance(c.subject, CallRef)}
            for site in self._project.calls.in_module(module):
                operation = site.operation
                if site.call.awaited and operation is not None and (operation.once or operation.returns == "arg(0)"):
                    leaves = (leaf for argument in site.call.arguments for leaf in leaves_of(argument.value))
                    found.update(leaf.index for leaf in leaves if isinstance(leaf, CallRef))
            known = self._awaited[module.path] = frozenset(found)
        return known


def is_never_awaited(site: CallSite) -> bool:
    """`order = fetched(key)` of a coroutine, which is looked at or dropped, but neither awaited nor given to anybody: it never
    runs."""
    module, call = site.module, site.call
    definitions = [target.definition for target in site.targets]
    if call.awaited or not definitions or not all(d is not None and _is_coroutine(d.function) for d in definitions):
        return False
    body, function = module.body, module.body.contexts[call.context].function
    made = next(
        (s for s in module.own_statements(function) if type(s.value) is CallRef and s.value.index == site.index),
        None,
    )
    if made is None or made.kind not in ("expression", "assign", "annotate"):
        return False
    if made.kind == "expression":
        return True
    return isinstance(made.target, Name) and not any(
        _gives_away(body, expr, made.target.id) for expr in _read(module, function, made)
    )


def _is_coroutine(function: Function) -> bool:
    return function.is_async and not function.is_generator and not function.decorators


def _read(module: Module, function: int, made: Statement) -> Iterator[tuple[Expr, bool]]:
    """What a function reads but for what a statement is given, and whether it is handed on as it is."""
    for s in module.own_statements(function):
        if s is not made and s.value is not None:
            yield s.value, s.kind not in ("test", "expression")
    for call in module.own_calls(function):
        for argument in call.arguments:
            yield argument.value, True
        yield call.callee, False
    for place in module.body.contexts:
        if place.function == function and place.subject is not None:
            yield place.subject, place.kind in ("for", "with")


def _gives_away(body: Body, read: tuple[Expr, bool], name: str) -> bool:
    """It is awaited there, or the value itself goes somewhere else."""
    expr, is_handed = read
    if is_handed and isinstance(expr, Name) and expr.id == name:
        return True
    holding = (
        part
        for part in parts_of(body, expr)
        if isinstance(part, Await | Collection | Mapping | Conditional | Starred)
        or (isinstance(part, Operation) and part.op in ("or", "and") and is_handed)
    )
    return any(isinstance(each, Name) and each.id == name for part in holding for each in children(body, part))
