"""Facts and reports kept between runs, in a folder of the project."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from archlint.adapters.disk import replace_file

FOLDER = ".archlint_cache"
_FILE = "facts-1.sqlite"
"""The number is the table's format."""
_TABLE = (
    "CREATE TABLE IF NOT EXISTS blobs "
    "(key TEXT PRIMARY KEY, value BLOB NOT NULL, checksum INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID"
)
_TAG_FILE, _IGNORE_FILE = "CACHEDIR.TAG", ".gitignore"
_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n# A cache of archlint; see https://bford.info/cachedir/\n"
_DAY = 86_400
_KEEP = 30 * _DAY
"""Seconds after which an entry that no run asked for is dropped."""
_REFRESH = 7 * _DAY
_CHUNK = 500
_PATIENCE = 5.0
"""Seconds to wait for another run that is writing."""


class NoStore:
    """Implements `ports.FactStore` by keeping nothing."""

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:  # noqa: ARG002  the port's signature
        return {}

    def put_many(self, blobs: dict[str, bytes]) -> None:
        pass


class HeldStore:
    """Implements `ports.FactStore` for as long as it lives: what two steps of one command need is read once."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        return {key: self._blobs[key] for key in keys if key in self._blobs}

    def put_many(self, blobs: dict[str, bytes]) -> None:
        self._blobs |= blobs


class DamagedError(Exception):
    """What was read is not what was written."""


class SqliteStore:
    """Implements `ports.FactStore` in one SQLite file, which several runs may share.

    Values are msgpack and never run.  Each carries its checksum; one that does not fit, or a file that SQLite cannot
    read, throws the whole store away.  Where nothing can be written (a read-only folder, a full disk) nothing is kept.
    A folder that is another user's, or holds links, is neither read nor written: whoever owns it could hide findings.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remark = ""
        """Why the cache could not be used, as far as it could not."""

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        if self._is_foreign() or not self._exists():
            return found
        old: list[str] = []
        now = int(time.time())
        try:
            with self._connection() as db:
                for chunk in _chunks(sorted(set(keys))):
                    marks = ",".join("?" * len(chunk))
                    rows = db.execute(f"SELECT key, value, checksum, used FROM blobs WHERE key IN ({marks})", chunk)  # noqa: S608  question marks only
                    for key, value, checksum, used in rows:
                        if not isinstance(value, bytes) or not isinstance(used, int) or zlib.crc32(value) != checksum:
                            raise DamagedError(key)
                        found[key] = value
                        if used < now - _REFRESH:
                            old.append(key)
                self._refresh(db, old, now)
        except sqlite3.OperationalError as error:
            self.remark = f"cannot be used: {error}"  # locked, read-only or gone: a store costs time, never truth
            return found
        except (sqlite3.DatabaseError, DamagedError):
            self.clean()
            return {}
        return found

    def put_many(self, blobs: dict[str, bytes]) -> None:
        if not blobs or self._is_foreign():
            return
        now = int(time.time())
        rows = [(key, value, zlib.crc32(value), now) for key, value in sorted(blobs.items())]
        try:
            self._prepare()
            with self._connection() as db, db:
                db.execute(_TABLE)  # an empty file is a database without it
                db.executemany("INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?)", rows)
                self._prune(db, now)
        except (sqlite3.OperationalError, OSError) as error:
            self.remark = f"cannot be written: {error}"
        except sqlite3.DatabaseError:
            self.clean()

    def clean(self) -> None:
        """Throws everything away."""
        with suppress(OSError):
            for path in sorted(self.folder.glob(f"{_FILE}*")):
                path.unlink(missing_ok=True)

    def size(self) -> tuple[int, int]:
        """(entries, bytes on disk)."""
        try:
            with self._connection() as db:
                entries = db.execute("SELECT COUNT(*) FROM blobs").fetchone()[0]
            return int(entries), (self.folder / _FILE).stat().st_size
        except (sqlite3.DatabaseError, OSError):
            return 0, 0

    def _is_foreign(self) -> bool:
        """Is the cache, or what stands in its place, not ours? A link leads to where an analysed project must not make us
        write; what belongs to another user may say what that user likes."""
        for path in (self.folder, *(self.folder / name for name in (_FILE, _TAG_FILE, _IGNORE_FILE))):
            try:
                status = path.lstat()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                self.remark = f"cannot be used: {error.strerror or type(error).__name__}"
                return True
            if stat.S_ISLNK(status.st_mode):
                self.remark = "is left alone: it is or holds a link"
                return True
            if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
                self.remark = "is left alone: it belongs to another user"
                return True
        return False

    def _exists(self) -> bool:
        try:
            return (self.folder / _FILE).is_file()
        except OSError:
            return False

    def _prepare(self) -> None:
        """The folder, marked so that backups and version control leave it alone. Raises OSError."""
        if not (self.folder / _TAG_FILE).is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_file(self.folder / _IGNORE_FILE, b"*\n")
            replace_file(self.folder / _TAG_FILE, _TAG)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.folder / _FILE, timeout=_PATIENCE)) as db:
            yield db

    def _prune(self, db: sqlite3.Connection, now: int) -> None:
        """Drops what no run asks for any more, once a day: it means going through the whole table."""
        today = now // _DAY
        if db.execute("PRAGMA user_version").fetchone()[0] != today:
            db.execute("DELETE FROM blobs WHERE used < ?", (now - _KEEP,))
            db.execute(f"PRAGMA user_version = {today}")

    def _refresh(self, db: sqlite3.Connection, keys: list[str], now: int) -> None:
        """Marks what is in use, at most once a week an entry, so that a run that changes nothing writes nothing."""
        for chunk in _chunks(keys):
            marks = ",".join("?" * len(chunk))
            with db:
                db.execute(f"UPDATE blobs SET used = ? WHERE key IN ({marks})", (now, *chunk))  # noqa: S608


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]
