"""The project's tree on disk."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from archlint.ports import FileEntry

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def replace_file(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all, also when the process is killed; one that was there keeps its mode. What a link
    points at is written, not the link; a device or pipe just takes the bytes. Raises OSError."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            partial.chmod(stat.S_IMODE(path.stat().st_mode))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


class DiskFiles:
    """Implements `ports.Files` for a folder. The folder itself may be a link; nothing below it is followed."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._root = str(self.root)
        self._odd: dict[str, str] = {}

    def walk(self, enter: Callable[[str], bool]) -> Iterator[FileEntry]:
        pending = [""]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(self._name(folder)) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                yield FileEntry(folder or ".", f"folder cannot be listed: {error.strerror or type(error).__name__}")
                continue
            for entry in entries:
                name = self._text(entry.name)
                path = f"{folder}/{name}" if folder else name
                if entry.is_dir(follow_symlinks=False):
                    if enter(path):
                        pending.append(path)
                else:
                    yield self._entry(path, entry)

    def _entry(self, path: str, entry: os.DirEntry[str]) -> FileEntry:
        try:
            if entry.is_symlink():
                return FileEntry(path, self._link(path))
            is_plain = entry.is_file(follow_symlinks=False)
        except OSError as error:
            return FileEntry(path, f"cannot be looked at: {error.strerror or type(error).__name__}")
        return FileEntry(path, "" if is_plain else "no regular file")

    def _link(self, path: str) -> str:
        """Why a link is not followed: what lies inside the project is read at its own place, and the rest is not of it."""
        try:
            target = Path(self._name(path)).resolve(strict=True)
        except (OSError, RuntimeError):
            return "broken link"
        return "link inside the project" if target.is_relative_to(self.root) else "link out of the project"

    def size(self, path: str) -> int:
        return os.stat(self._name(path), follow_symlinks=False).st_size  # noqa: PTH116  as in `read`

    def read(self, path: str) -> bytes:
        # Without `Path` and buffers: a run in which nothing changed reads every file, and does little else.
        file = os.open(self._name(path), _READ)
        try:
            size = os.fstat(file).st_size + 1
            data = os.read(file, size)
            if len(data) < size:
                return data
            with os.fdopen(os.dup(file), "rb") as rest:  # it grew, or has no size, as those of /proc
                return data + rest.read()
        finally:
            os.close(file)

    def above(self, name: str) -> Iterator[tuple[str, bytes]]:
        if (self.root / ".git").exists() or not any((folder / ".git").exists() for folder in self.root.parents):
            return
        for folder in self.root.parents:
            if (folder / name).is_file():
                yield self.root.relative_to(folder).as_posix(), (folder / name).read_bytes()
            if (folder / ".git").exists():
                return

    def _text(self, name: str) -> str:
        """A name as text. Bytes that are none in the file system's encoding are written as escapes, and remembered."""
        if name.isprintable() or not any("\ud800" <= character <= "\udfff" for character in name):
            return name
        shown = os.fsencode(name).decode("utf-8", "backslashreplace")
        self._odd[shown] = name
        return shown

    def _name(self, path: str) -> str:
        """The path's own name on the disk; one from outside the project (an absolute one) stays as it is."""
        if self._odd:
            path = "/".join(self._odd.get(part, part) for part in path.split("/"))
        return os.path.join(self._root, path)  # noqa: PTH118  as in `read`
