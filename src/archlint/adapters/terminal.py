"""Standard output and what it can show."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from archlint.adapters.disk import replace_file

PLAIN_WIDTH = 100
"""Columns where the output is no terminal, so that it is the same everywhere."""


def wants_color() -> bool:
    """A terminal that can, and nobody who asked not to (https://no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def is_interactive() -> bool:
    """May a person be asked? Not where either end is no terminal, nor in a pipeline (`CI`)."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI")


def width() -> int:
    return shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if sys.stdout.isatty() else PLAIN_WIDTH


def write(text: str, path: Path | None) -> None:
    """To the file, whole or not at all; else to standard output, in UTF-8. Raises OSError."""
    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.flush()
        return
    replace_file(path, text.encode("utf-8", "replace"))
