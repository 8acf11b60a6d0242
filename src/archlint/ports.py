"""What the engine needs of the outside world. Adapters implement these; tests use fakes."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, TypeVar

from msgspec import Struct

T = TypeVar("T")
R = TypeVar("R")


class FileEntry(Struct, frozen=True, order=True):
    """A file of the tree, or a folder or link that was not entered: `problem` then says why (`""`: a plain file)."""

    path: str
    problem: str = ""


class Files(Protocol):
    """A project's tree, read-only. Paths are relative to the root, with `/`, in no promised order."""

    def walk(self, enter: Callable[[str], bool]) -> Iterable[FileEntry]:
        """Every file below the root. `enter` is asked once for each folder, parents first, before it is opened.

        Links are not followed: those yield an entry with a problem, as do folders that cannot be listed and what is
        no regular file.
        """
        ...

    def size(self, path: str) -> int:
        """The file's size in bytes. Raises OSError."""
        ...

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises OSError."""
        ...

    def above(self, name: str) -> Iterable[tuple[str, bytes]]:
        """Files of that name in the folders above the root, up to the repository's: (the root as seen from there,
        bytes), the nearest first."""
        ...


class FactStore(Protocol):
    """Blobs by key, kept between runs. Losing one costs time, never truth; a store never raises."""

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]: ...

    def put_many(self, blobs: dict[str, bytes]) -> None: ...


class Workers(Protocol):
    """Runs a pure function over many items, maybe in other processes; a worker's death costs its one item."""

    def map(
        self,
        function: Callable[[T], R],
        items: Sequence[T],
        on_death: Callable[[T, str], R],
        bound: Callable[[T], float] = lambda _item: math.inf,
    ) -> Generator[tuple[T, R, float], None, None]:
        """Item, result and processor seconds, in any order.

        `on_death(item, reason)` makes the result of an item whose worker died, or that was not done within its `bound`
        (seconds of wall time).  Raises what `function` raises.  Who closes the generator early ends the work.
        """
        ...


class Progress(Protocol):
    """Is told how far a run has come. Nothing that it does reaches a report."""

    def phase(self, name: str, total: int = 0) -> AbstractContextManager[None]:
        """A step of the run, of `total` pieces (0: not known), which lasts as long as the context. One may be in another."""
        ...

    def done(self, piece: str, seconds: float | None = None) -> None:
        """A piece of the innermost phase is done, in so many processor seconds (None: in the time since the one before)."""
        ...


class NoProgress:
    """Implements `Progress` for nobody who watches."""

    def phase(self, name: str, total: int = 0) -> AbstractContextManager[None]:  # noqa: ARG002  the port's signature
        return nullcontext()

    def done(self, piece: str, seconds: float | None = None) -> None:
        pass


class Clock(Protocol):
    def today(self) -> str:
        """ISO date, for suppressions that expire."""
        ...


__all__ = ["Clock", "FactStore", "FileEntry", "Files", "Iterable", "NoProgress", "Progress", "Workers"]
