"""The project's tree on disk."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from archlint.ports import FileEntry


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
        self._odd: dict[str, str] = {}

    def walk(self, enter: Callable[[str], bool]) -> Iterator[FileEntry]:
        pending = [""]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(self._real(folder)) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                yield FileEntry(folder or ".", 0, f"folder cannot be listed: {error.strerror or type(error).__name__}")
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
                return FileEntry(path, 0, self._link(path))
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            return FileEntry(path, 0, f"cannot be looked at: {error.strerror or type(error).__name__}")
        return FileEntry(path, status.st_size, "" if stat.S_ISREG(status.st_mode) else "no regular file")

    def _link(self, path: str) -> str:
        """Why a link is not followed: what lies inside the project is read at its own place, and the rest is not of it."""
        try:
            target = self._real(path).resolve(strict=True)
        except (OSError, RuntimeError):
            return "broken link"
        return "link inside the project" if target.is_relative_to(self.root) else "link out of the project"

    def read(self, path: str) -> bytes:
        return self._real(path).read_bytes()

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

    def _real(self, path: str) -> Path:
        if not self._odd:
            return self.root / path
        return self.root.joinpath(*(self._odd.get(part, part) for part in path.split("/")))
