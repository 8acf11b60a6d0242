"""The user's own editor, at a line of a file. No shell is between, so a file's name is never more than a name."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path, PurePath

_PLUS_LINE = frozenset({"vi", "vim", "nvim", "nano", "pico", "emacs", "emacsclient", "mg", "joe", "kak", "micro", "ne"})
_GOTO = frozenset({"code", "codium", "code-insiders", "cursor"})


class EditorError(Exception):
    """The editor cannot be run; `problems` say why."""

    def __init__(self, problem: str) -> None:
        self.problems = (problem,)
        super().__init__(problem)


def command(path: Path, line: int, environment: Mapping[str, str]) -> list[str]:
    """What to run, by `$VISUAL` or `$EDITOR`: with the line where the editor is known to take one. Raises EditorError."""
    said = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        words = shlex.split(said)
    except ValueError as error:
        raise EditorError(f"$EDITOR cannot be read: {error}") from None
    if not words:
        raise EditorError("set $EDITOR (or $VISUAL) to your editor first")
    name = PurePath(words[0]).name.removesuffix(".exe")
    if name in _GOTO:
        return [*words, *([] if "--wait" in words or "-w" in words else ["--wait"]), "-g", f"{path}:{line}"]
    return [*words, f"+{line}", str(path)] if name in _PLUS_LINE else [*words, str(path)]


def edit(path: Path, line: int) -> None:
    """Runs the editor in this terminal until it ends. Raises EditorError when it cannot be started or says that it failed."""
    words = command(path.absolute(), line, os.environ)
    try:
        status = subprocess.run(words, check=False).returncode  # noqa: S603  the user's own editor
    except OSError as error:
        raise EditorError(f"`{words[0]}` cannot be run: {error.strerror or error}") from None
    if status != 0:
        raise EditorError(f"`{words[0]}` ended with status {status}")
