"""A command in a pseudo-terminal: keys go in, the picture that a person would see comes out."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pexpect
import pyte

ENTER, ESCAPE, TAB, SPACE, BACKSPACE = "\r", "\x1b", "\t", " ", "\x7f"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
HOME, END, PAGE_UP, PAGE_DOWN = "\x1b[H", "\x1b[F", "\x1b[5~", "\x1b[6~"
CTRL_C, CTRL_D = "\x03", "\x04"

PATIENCE = 120.0
"""Seconds until a wait gives up. Far above what anything takes: it bounds a hang, it measures nothing."""

_SLICE = 0.1
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV")


def _answers_interrupts() -> None:
    """A shell has what it runs in the background ignore interrupts, and what that starts inherits it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Screen(pyte.Screen):
    """The picture, and the answers that a terminal gives when it is asked where its cursor is."""

    def __init__(self, columns: int, lines: int, answer: Callable[[bytes], object]) -> None:
        self._answer = answer
        super().__init__(columns, lines)

    def write_process_input(self, data: str) -> None:
        self._answer(data.encode())

    def select_graphic_rendition(self, *attrs: int, private: bool = False) -> None:
        if not private:  # `CSI > … m` sets a keyboard mode, no colour
            super().select_graphic_rendition(*attrs)


class Terminal:
    """`command` run in `cwd` in a terminal of rows × cols; use it with `with`, which ends what still runs.

    The environment is a bare one (no CI, no NO_COLOR, no editor, UTF-8, TERM xterm-256color) with `env` on top.
    Every wait polls the screen until it holds, and fails with the screen in its message when the process ends first.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        cwd: Path,
        rows: int = 24,
        cols: int = 80,
        env: Mapping[str, str] | None = None,
    ) -> None:
        base = {name: os.environ[name] for name in _KEPT if name in os.environ}
        base |= {"LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        words = [str(word) for word in command]
        self.raw = b""
        """Every byte that the command has written."""
        self._process: pexpect.spawn[bytes] = pexpect.spawn(
            words[0],
            words[1:],
            cwd=str(cwd),
            env=base,
            dimensions=(rows, cols),
            timeout=PATIENCE,
            echo=False,
            preexec_fn=_answers_interrupts,
        )
        self._process.delaybeforesend = None
        self._picture = Screen(cols, rows, self._process.send)
        self._stream = pyte.ByteStream(self._picture)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.close(force=True)

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def screen(self) -> list[str]:
        """The lines as they are now, blanks at their ends taken off; a wide character is one character of a line."""
        self._read(0)
        return [line.rstrip() for line in self._picture.display]

    @property
    def text(self) -> str:
        return "\n".join(self.screen)

    @property
    def colors(self) -> set[str]:
        """The colours on the screen, the terminal's own left out; bold and reversed are none."""
        self._read(0)
        cells = [cell for row in self._picture.buffer.values() for cell in row.values()]
        return {color for cell in cells for color in (cell.fg, cell.bg)} - {"default"}

    def send(self, *keys: str) -> None:
        """Types the keys: plain text, or the names of this module such as ENTER."""
        self._process.send("".join(keys).encode())

    def wait_for(self, *texts: str, timeout: float = PATIENCE) -> None:
        """Until each of the texts is somewhere on the screen (a line break counts as one)."""
        self.wait_until(lambda: all(text in self.text for text in texts), f"{texts} on the screen", timeout)

    def wait_gone(self, text: str, timeout: float = PATIENCE) -> None:
        """Until the text is nowhere on the screen."""
        self.wait_until(lambda: text not in self.text, f"no {text!r} on the screen", timeout)

    def wait_until(self, holds: Callable[[], bool], what: str, timeout: float = PATIENCE) -> None:
        """Until `holds`; `what` says in the failure what was waited for. What the process last wrote is looked at too."""
        deadline = time.monotonic() + timeout
        while not holds():
            if not self._read(_SLICE) and not holds():
                raise AssertionError(self._failure(f"the command ended before: {what}"))
            if time.monotonic() > deadline:
                raise AssertionError(self._failure(f"waited {timeout:.0f} s in vain for: {what}"))

    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """Until the command has ended: its exit status, or minus the signal that ended it."""
        deadline = time.monotonic() + timeout
        while self._read(_SLICE):
            if time.monotonic() > deadline:
                raise AssertionError(self._failure(f"the command did not end within {timeout:.0f} s"))
        self._process.wait()
        if self._process.signalstatus is not None:
            return -int(self._process.signalstatus)
        return int(self._process.exitstatus or 0)

    def resize(self, rows: int, cols: int) -> None:
        """Another size, which the command is told as a window manager would."""
        self._picture.resize(rows, cols)
        self._process.setwinsize(rows, cols)

    def signal(self, number: int) -> None:
        """A signal to the command alone, such as SIGKILL."""
        self._process.kill(number)

    def _read(self, seconds: float) -> bool:
        """Takes in what is there, waiting at most so long for the first of it; false when no more can come."""
        try:
            data = self._process.read_nonblocking(1 << 16, timeout=seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True

    def _failure(self, what: str) -> str:
        shown = "\n".join(f"|{line}" for line in self.screen)
        return f"{what}\n{shown}"
