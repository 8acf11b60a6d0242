"""Answers of the taint on the way to others, kept so that no tangle of calls is followed once for each way into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archlint.facts.syntax import Expr
    from archlint.project.secrets.flows import Flow, Frame

    Asked = tuple[str, int, int, type[Expr], Frame | None, int, int]
    """Path, range and kind of an expression, the frame, the context, and how many callers were climbed to."""

_LEAST = 6
"""Questions that an answer took, so that it is worth its place."""


class KeptFlows:
    """An answer is kept if no circle was met on the way to it, and is then the same wherever it is asked; one for which
    something was too deep, wherever it is asked at the same depth.

    A circle is cut where it is entered, so what takes part in one is not kept: it may be asked from another side."""

    def __init__(self, most: int) -> None:
        """`most`: the depth beyond which nothing is asked."""
        self._most = most
        self._known: dict[Asked, tuple[Flow, int]] = {}
        self._known_at: dict[tuple[Asked, int], Flow] = {}
        self._asked = self._circles = self._bounds = self._deepest = 0

    def met_circle(self) -> None:
        """A question was not asked, since its answer is being looked for or the steps were too many."""
        self._circles += 1

    def met_bound(self) -> None:
        """A question was not asked, since it was too deep."""
        self._bounds += 1

    def get(self, asked: Asked, depth: int) -> Flow | None:
        """The answer, if it would be the same where it is asked now."""
        found = self._known.get(asked)
        if found is not None and depth + found[1] <= self._most:
            self._deepest = max(self._deepest, depth + found[1])
            return found[0]
        bounded = self._known_at.get((asked, depth))
        if bounded is not None:
            self._bounds += 1
        return bounded

    def begin(self, depth: int) -> tuple[int, int, int, int]:
        """What `end` is to be given once the answer is there."""
        begun = (self._asked, self._circles, self._bounds, self._deepest)
        self._asked += 1
        self._deepest = depth
        return begun

    def end(self, begun: tuple[int, int, int, int], asked: Asked, depth: int, found: Flow) -> None:
        before, circles, bounds, deepest = begun
        if circles == self._circles and self._asked - before >= _LEAST:
            if bounds == self._bounds:
                self._known[asked] = (found, self._deepest - depth)
            else:
                self._known_at[asked, depth] = found
        self._deepest = max(self._deepest, deepest)
