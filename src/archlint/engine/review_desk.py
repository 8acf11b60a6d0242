"""What a review works with: the project's files, the circumstances of the day, and what it says when it refuses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from msgspec import Struct

from archlint.engine.accept import AcceptError
from archlint.engine.review_session import Session
from archlint.facts.findings import Finding, Report

Scope = Literal["line", "statement", "file"]
"""What a comment may suppress: the finding and its twins on the line; what else it covers there too; all of its rule in
the file."""


class Desk(Protocol):
    """The project's files and the session's, as a review needs them. All but `check` may raise OSError."""

    def read(self, path: str) -> bytes: ...

    def write(self, path: str, data: bytes) -> None:
        """Whole or not at all."""
        ...

    def remove(self, path: str) -> None: ...

    def save(self, session: Session) -> None: ...

    def check(self) -> Report:
        """The project analysed as it is now."""
        ...


class OthersError(AcceptError):
    """The comment would suppress other findings too, which nobody asked for."""

    def __init__(self, others: Sequence[Finding]) -> None:
        self.others = tuple(others)
        places = ", ".join(f"{f.rule} on line {f.location.line}" for f in self.others[:5])
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        super().__init__(f"the comment would suppress {places}{more} too")


class Written(Struct, frozen=True):
    """The line of a comment that was written, and how many entries of the baseline nothing needs any more for it."""

    line: int
    needless: int


class Difference(Struct, frozen=True):
    """What another look at the project has shown: fingerprints."""

    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True)
class Circumstances:
    """What a review needs to know besides the findings."""

    today: str
    baseline_path: str
    line_length: int
    dialect: str = ""
    changed: Callable[[Report], frozenset[str]] = field(default=lambda _: frozenset())
    """The fingerprints of findings whose code is changed."""
