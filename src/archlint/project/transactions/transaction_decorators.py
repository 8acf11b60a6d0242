"""Decorators of the project that run a function in a transaction, or are only called so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Name
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.facts.syntax import Expr
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.transactions.transaction_blocks import TransactionBlocks

_COMMIT = "db.commit"
_ENDS = frozenset({"begin", "start", "commit", "rollback"})
"""What begins or ends a transaction is called, also of objects that nobody knows."""


class TransactionDecorators:
    def __init__(self, project: Project, blocks: TransactionBlocks) -> None:
        self._effects = project.effects
        self._blocks = blocks

    def wraps(self, definition: Def, decorator: Expr) -> bool:
        """The decorator runs the function in a block, or commits behind it."""
        for wrapper in self._wrappers(definition, decorator):
            contexts = wrapper.module.body.contexts
            runs = list(_runs_of_wrapped(wrapper))
            commits = (p for p in self._effects.points_of(wrapper, _COMMIT) if p.is_direct)
            if any(not runs or p.site.at > min(runs) for p in commits):
                return True
            held = (contexts[row] for row in self._blocks.of(wrapper))
            if any(not runs or any(each.at <= at < each.end for at in runs) for each in held):
                return True
        return False

    def only_runs(self, definition: Def, decorator: Expr) -> bool:
        """Whatever it is called, it is seen to run the function in no block at all, and to begin and commit nothing."""
        wrappers = [each for each in self._wrappers(definition, decorator) if any(True for _ in _runs_of_wrapped(each))]
        return bool(wrappers) and not any(map(_may_begin, wrappers)) and not self.wraps(definition, decorator)

    def _wrappers(self, definition: Def, decorator: Expr) -> Iterator[Def]:
        """The functions of the project that run in place of what the decorator is given."""
        for point in self._effects.edges(definition.module):
            if point.kind == "once" and (point.at, point.end) == (decorator.at, decorator.end):
                yield from (target.definition for target in point.targets if target.definition is not None)


def _may_begin(wrapper: Def) -> bool:
    """A block stands around what it was given, or some call has the name of what begins or ends a transaction."""
    module = wrapper.module
    blocks = [each for each in module.body.contexts if each.kind == "with" and each.function == wrapper.index]
    if any(each.at <= at < each.end for each in blocks for at in _runs_of_wrapped(wrapper)):
        return True
    return any(last_name(module.body, call.callee) in _ENDS for call in module.own_calls(wrapper.index))


def _runs_of_wrapped(wrapper: Def) -> Iterator[int]:
    """Where a decorator's inner function calls what the decorator was given."""
    body, functions = wrapper.module.body, wrapper.module.outline.functions
    around = body.contexts[wrapper.function.outer].function
    given = {each.name for each in functions[around].parameters} if around >= 0 else set()
    for call in body.calls:
        if wrapper.function.at <= call.at < wrapper.function.end and isinstance(call.callee, Name) and call.callee.id in given:
            yield call.at
