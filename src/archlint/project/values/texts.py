"""Built text: the pieces of a string that code puts together, and where in the files each character stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Expr

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

HoleOrigin = Literal["parameter", "attribute", "call", "unknown"]


class Written(Struct, frozen=True):
    """Text that stands in a file. `anchors` as in `facts.syntax.String`."""

    text: str
    path: str
    anchors: tuple[int, ...]

    def site(self, index: int) -> Site:
        """Where the character at `index` stands."""
        run = bisect_right(self.anchors[::2], index) - 1
        at = self.anchors[2 * run + 1] + index - self.anchors[2 * run]
        return Site(self.path, at, at + 1)

    def part(self, start: int, end: int) -> Written:
        """`text[start:end]`, still knowing where it stands."""
        anchors: list[int] = []
        for index, at in zip(self.anchors[::2], self.anchors[1::2], strict=True):
            if index <= start:
                anchors = [0, at + start - index]
            elif index < end:
                anchors += (index - start, at)
        return Written(self.text[start:end], self.path, tuple(anchors))


@dataclass(frozen=True, slots=True)
class Hole:
    """A part whose text is known only at run time: `expr`, standing in `module.body.contexts[context]`.

    `origin`: a parameter of the function, an attribute of an object, what a call gives, or something else.
    """

    expr: Expr
    module: Module = field(compare=False, repr=False)
    context: int
    origin: HoleOrigin
    label: str
    """The expression as it is spelt, in short."""

    @property
    def text(self) -> str:
        return "{" + self.label + "}"

    def site(self, index: int) -> Site:  # noqa: ARG002 - a hole stands where its expression does
        return Site(self.module.path, self.expr.at, self.expr.end)


Piece = Written | Hole


@dataclass(frozen=True)
class BuiltText:
    """A string as code builds it; `rendered` has `{…}` in place of each hole."""

    pieces: tuple[Piece, ...]

    @cached_property
    def rendered(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def holes(self) -> tuple[Hole, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Hole))

    @property
    def is_constant(self) -> bool:
        return all(isinstance(piece, Written) for piece in self.pieces)

    @cached_property
    def starts(self) -> list[int]:
        starts: list[int] = []
        length = 0
        for piece in self.pieces:
            starts.append(length)
            length += len(piece.text)
        return starts

    def origin(self, index: int) -> Site:
        """Where the character at `index` of `rendered` stands: one character of a file, or a hole's expression."""
        row = bisect_right(self.starts, index) - 1
        return self.pieces[row].site(index - self.starts[row])

    def __add__(self, other: BuiltText) -> BuiltText:
        return BuiltText(self.pieces + other.pieces)


EMPTY = BuiltText(())


def joined(texts: Iterable[BuiltText]) -> BuiltText:
    """The texts one behind the other."""
    return BuiltText(tuple(piece for text in texts for piece in text.pieces))
