"""Code that nothing reaches: it stands behind a `return`, `raise`, `break` or `continue` of its own block."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archlint.facts.syntax import Body

_LEAVING = frozenset({"return", "raise", "break", "continue"})


class Unreachable:
    """Questions about one module."""

    def __init__(self, body: Body) -> None:
        self._contexts = body.contexts
        self._left: dict[int, int] = {}
        for statement in body.statements:
            if statement.kind in _LEAVING:
                known = self._left.get(statement.context, statement.end)
                self._left[statement.context] = min(known, statement.end)

    def holds(self, context: int, at: int) -> bool:
        """Is the place behind a statement that leaves its block, or one of those around it in the same function?"""
        contexts = self._contexts
        while self._left and context >= 0:
            if at >= self._left.get(context, at + 1):
                return True
            if contexts[context].kind in ("function", "class", "module"):
                return False
            context = contexts[context].parent
        return False
