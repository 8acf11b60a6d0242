"""What the engine needs of the outside world. Adapters implement these; tests use fakes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

T = TypeVar("T")
R = TypeVar("R")


class FileEntry(Struct, frozen=True, order=True):
    """A file of the tree, or a folder or link that was not entered: `problem` then says why (`""`: a plain file)."""

    path: str
    size: int = 0
    problem: str = ""


class Files(Protocol):
    """A project's tree, read-only. Paths are relative to the root, with `/`, in no promised order."""

    def walk(self, enter: Callable[[str], bool]) -> Iterable[FileEntry]:
        """Every file below the root. `enter` is asked once for each folder, parents first, before it is opened.

        Links are not followed: those yield an entry with a problem, as do folders that cannot be listed and what is
        no regular file.
        """
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

    def map(self, function: Callable[[T], R], items: Sequence[T], on_death: Callable[[T, str], R]) -> Iterator[tuple[T, R]]:
        """Pairs in any order. `on_death(item, reason)` makes the result of an item whose worker died or hung."""
        ...


class Clock(Protocol):
    def today(self) -> str:
        """ISO date, for suppressions that expire."""
        ...


__all__ = ["Clock", "FactStore", "FileEntry", "Files", "Iterable", "Workers"]
