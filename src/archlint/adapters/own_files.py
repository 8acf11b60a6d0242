"""Files of a project that archlint changes on a user's word: read as they are, replaced whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

from archlint.adapters.disk import replace_file


class FileRefusedError(Exception):
    """A file that cannot be read or must not be written; `problems` say why."""

    def __init__(self, problem: str) -> None:
        self.problems = (problem,)
        super().__init__(problem)


def read_own(root: Path, name: str) -> str | None:
    """The file's text with its line ends and byte order mark, None where there is none. Raises FileRefusedError."""
    path = root / name
    try:
        if not path.exists():
            if path.is_symlink():
                raise FileRefusedError(f"{name}: a link that leads nowhere")
            return None
        if not path.is_file():
            raise FileRefusedError(f"{name}: no regular file")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise FileRefusedError(f"{name}: not UTF-8") from None
    except (OSError, RuntimeError) as error:
        raise FileRefusedError(f"{name}: cannot be read: {_reason(error)}") from None


def check_writable(root: Path, name: str, before: str | None) -> None:
    """Raises FileRefusedError for a file that was changed since `before` was read, one that is read-only, no regular file,
    or leads out of the project."""
    if read_own(root, name) != before:
        raise FileRefusedError(f"{name}: was changed in the meantime; nothing is written")
    try:
        real = (root / name).resolve()
        if not real.is_relative_to(root.resolve()):
            raise FileRefusedError(f"{name}: a link out of the project; nothing is written")
        if before is None:
            return
        mode = real.stat().st_mode
        if not stat.S_ISREG(mode):
            raise FileRefusedError(f"{name}: no regular file; nothing is written")
        if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
            raise FileRefusedError(f"{name}: is read-only; nothing is written")
    except (OSError, RuntimeError) as error:
        raise FileRefusedError(f"{name}: cannot be written: {_reason(error)}") from None


def write_own(root: Path, name: str, before: str | None, after: str) -> None:
    """Replaces the text that was read. Raises FileRefusedError, as `check_writable` and where the disk refuses."""
    check_writable(root, name, before)
    try:
        replace_file(root / name, after.encode("utf-8"))
    except OSError as error:
        raise FileRefusedError(f"{name}: cannot be written: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
