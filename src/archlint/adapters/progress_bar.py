"""A bar on the terminal that says how far a long run is. A short one shows nothing."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TextIO

_AFTER = 1.0
"""Seconds until a run is a long one."""
_EVERY = 0.1
_WIDEST, _NARROWEST = 30, 5
"""Cells of the bar itself; where fewer are left there is none, only the numbers."""


def is_wanted(stream: TextIO) -> bool:
    """Is it a terminal that a person looks at, and on which a line can be drawn again?"""
    return stream.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"


@dataclass
class _Phase:
    name: str
    total: int
    done: int = 0


class Bar:
    """Implements `ports.Progress` on a line of the terminal, between `with` and its end, where the line is wiped.

    It is drawn by a thread, since the run may be long at one thing.  Drawing takes a carriage return and blanks, no
    escape sequence and no colour.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._phases: list[_Phase] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._draw_on, daemon=True)
        self._drawn = 0

    def __enter__(self) -> Self:
        if not hasattr(signal, "pthread_sigmask"):  # not on Windows
            self._thread.start()
            return self
        # The thread inherits the mask: signals are for the main thread, which may have good reasons to make one wait.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self._thread.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        self._show("")

    @contextmanager
    def phase(self, name: str, total: int = 0) -> Iterator[None]:
        self._phases.append(_Phase(name, total))
        try:
            yield
        finally:
            self._phases.pop()

    def done(self, piece: str, seconds: float | None = None) -> None:  # noqa: ARG002  the port's signature
        if self._phases:
            self._phases[-1].done += 1

    def _draw_on(self) -> None:
        wait = _AFTER
        while not self._ended.wait(wait):
            wait = _EVERY
            phases = list(self._phases)
            if phases:
                self._show(_line(phases[-1], self._columns(), self._cells()))

    def _show(self, line: str) -> None:
        """Puts the line in place of the one before, and the cursor at its begin when there is none."""
        if not line and not self._drawn:
            return
        rest = " " * (self._drawn - len(line))
        try:
            self._stream.write(f"\r{line}{rest}" if line else f"\r{rest}\r")
            self._stream.flush()
        except (OSError, ValueError):  # the terminal has gone, which is the report's concern
            self._ended.set()
        self._drawn = len(line)

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    def _cells(self) -> tuple[str, str]:
        try:
            "█░".encode(self._stream.encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return "#", "-"
        return "█", "░"


def _line(phase: _Phase, columns: int, cells: tuple[str, str]) -> str:
    """One column is left free: a terminal may begin a new line when the last one is written."""
    name = f"archlint: {phase.name}"
    if not phase.total:
        return name[: columns - 1]
    done = min(phase.done, phase.total)
    count = f"{done:,} of {phase.total:,}"
    width = min(_WIDEST, columns - 1 - len(name) - len(count) - 2)
    if width < _NARROWEST:
        return f"{name} {count}"[: columns - 1]
    full = width * done // phase.total
    return f"{name} {cells[0] * full}{cells[1] * (width - full)} {count}"
