"""A review's files on disk: the project's, and the session's."""

from __future__ import annotations

import errno
import stat
from collections.abc import Callable
from pathlib import Path

from archlint.adapters.disk import DiskFiles, replace_file
from archlint.engine.review_session import Session, SessionError, decode, encode
from archlint.facts.findings import Report


class DiskDesk:
    """Implements `engine.reviewing.Desk`. `check` analyses the project."""

    def __init__(self, root: Path, session: Path, check: Callable[[], Report]) -> None:
        self._files = DiskFiles(root)
        self._root = root
        self._session = session
        self._check = check

    def read(self, path: str) -> bytes:
        return self._files.read(path)

    def write(self, path: str, data: bytes) -> None:
        replace_file(self._writable(path), data)

    def remove(self, path: str) -> None:
        self._writable(path).unlink()

    def _writable(self, path: str) -> Path:
        """Raises PermissionError for what lies outside of the project, which its configuration could name, and for a file
        that is read-only: replacing one would not need to write it."""
        real = (self._root / path).resolve()
        if not real.is_relative_to(self._root.resolve()):
            raise PermissionError(errno.EPERM, f"{path} is not in the project")
        if real.exists() and not real.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
            raise PermissionError(errno.EACCES, f"{path} is read-only")
        return real

    def save(self, session: Session) -> None:
        replace_file(self._session, encode(session))

    def check(self) -> Report:
        return self._check()

    def load(self) -> Session:
        """The session that was kept; an empty one where there is none. Raises SessionError."""
        if self._session.is_symlink():  # a project that came from elsewhere must not choose which file is written
            raise SessionError(f"{self._session.name} is a link; name its target with --session")
        try:
            return decode(self._session.read_bytes(), self._session.name)
        except FileNotFoundError:
            return Session()
        except OSError as error:
            raise SessionError(f"{self._session.name}: cannot be read: {error.strerror or error}") from None
