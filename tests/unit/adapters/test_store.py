"""The store: losing it costs time, never truth."""

from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import pytest

from archlint.adapters.store import SqliteStore


def file_of(store: SqliteStore) -> Path:
    (path,) = store.folder.glob("*.sqlite")
    return path


def test_what_is_put_comes_back(tmp_path: Path) -> None:
    blobs = {f"{n:04}": bytes([n % 256]) * n for n in range(1200)}
    SqliteStore(tmp_path / "c").put_many(blobs)
    assert SqliteStore(tmp_path / "c").get_many([*blobs, "none"]) == blobs


def test_the_folder_is_marked_as_a_cache(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "c").put_many({"a": b"1"})
    assert (tmp_path / "c/CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (tmp_path / "c/.gitignore").read_text() == "*\n"


def test_asking_makes_no_folder(tmp_path: Path) -> None:
    assert SqliteStore(tmp_path / "c").get_many(["a"]) == {}
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("damage", [b"no database at all, just some text", b"", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_thrown_away_whole(tmp_path: Path, damage: bytes) -> None:
    store = SqliteStore(tmp_path / "c")
    store.put_many({"a": b"1"})
    file_of(store).write_bytes(damage)
    assert store.get_many(["a"]) == {}
    store.put_many({"a": b"2"})
    store.put_many({"a": b"2"})
    assert store.get_many(["a"]) == {"a": b"2"}


def test_a_changed_value_is_noticed(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "c")
    store.put_many({"a": b"one", "b": b"two"})
    db = sqlite3.connect(file_of(store))
    with db:
        db.execute("UPDATE blobs SET value = ? WHERE key = 'a'", (b"bad",))
    db.close()
    assert store.get_many(["a", "b"]) == {}
    assert store.get_many(["b"]) == {}


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("a file stands where the folder should be")
    store = SqliteStore(tmp_path / "c")
    store.put_many({"a": b"1"})
    assert store.get_many(["a"]) == {}


def test_runs_at_the_same_time_do_not_harm_each_other(tmp_path: Path) -> None:
    def fill(start: int) -> None:
        for n in range(start, start + 20):
            SqliteStore(tmp_path / "c").put_many({f"{n}": b"x" * 1000})
            SqliteStore(tmp_path / "c").get_many([f"{m}" for m in range(100)])

    threads = [threading.Thread(target=fill, args=(start,)) for start in range(0, 80, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(SqliteStore(tmp_path / "c").get_many([f"{n}" for n in range(80)])) == 80


def test_what_no_run_asks_for_is_dropped_in_time(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "c")
    store.put_many({"old": b"1", "used": b"2"})
    db = sqlite3.connect(file_of(store))
    with db:
        db.execute("UPDATE blobs SET used = ?", (int(time.time()) - 40 * 86_400,))
        db.execute("PRAGMA user_version = 1")  # that was the day on which it was last looked for
    db.close()
    store.get_many(["used"])
    store.put_many({"new": b"3"})
    assert store.get_many(["old", "used", "new"]) == {"used": b"2", "new": b"3"}


def test_clean_and_size(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "c")
    assert store.size() == (0, 0)
    store.put_many({"a": b"1"})
    assert store.size()[0] == 1
    store.clean()
    assert store.size() == (0, 0)


def test_a_cache_of_another_user_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SqliteStore(tmp_path / "c").put_many({"a": b"1"})
    before = {path: path.read_bytes() for path in (tmp_path / "c").iterdir()}
    monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)
    store = SqliteStore(tmp_path / "c")
    assert store.get_many(["a"]) == {}
    assert store.remark == "is left alone: it belongs to another user"
    store.put_many({"b": b"2"})
    assert {path: path.read_bytes() for path in (tmp_path / "c").iterdir()} == before


@pytest.mark.parametrize("name", [".gitignore", "CACHEDIR.TAG", "facts-1.sqlite"])
def test_a_link_in_the_cache_leads_nowhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine").write_text("not to be touched")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / name).symlink_to(tmp_path / "mine")
    store = SqliteStore(tmp_path / "c")
    store.put_many({"a": b"1"})
    assert store.get_many(["a"]) == {}
    assert "link" in store.remark
    assert (tmp_path / "mine").read_text() == "not to be touched"


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("database or disk is full"), OSError(28, "No space left on device")]
)
def test_on_a_full_disk_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    store = SqliteStore(tmp_path / "c")
    store.put_many({"a": b"1"})

    class Full(sqlite3.Connection):
        def executemany(self, *_: object) -> sqlite3.Cursor:
            raise error

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **named: connect(*given, **named, factory=Full))
    store.put_many({"b": b"2"})
    assert "full" in store.remark or "space" in store.remark
    assert store.get_many(["a", "b"]) == {"a": b"1"}


def test_a_disk_that_fills_up_for_real(tmp_path: Path) -> None:
    """A page limit is what SQLite answers in the words of a full disk."""
    store = SqliteStore(tmp_path / "c")
    store.put_many({"a": b"1"})
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        store.put_many({f"{n}": os.urandom(50_000) for n in range(20)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.getrlimit(resource.RLIMIT_FSIZE)[1],) * 2)
        signal.signal(signal.SIGXFSZ, before)
    assert store.remark.startswith("cannot be written")
    assert store.get_many(["a", "0"]) == {"a": b"1"}
    store.put_many({"b": b"2"})
    assert store.get_many(["b"]) == {"b": b"2"}


WRITER = """
import os, sys
from pathlib import Path
from archlint.adapters.store import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
print("begun", flush=True)
n = 0
while True:
    n += 1
    store.put_many({f"{os.getpid()} {n} {m}": bytes([m]) * 5000 for m in range(60)})
"""


def test_a_writer_that_is_killed_leaves_a_usable_store(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "c")
    store.put_many({"a": b"1"})
    chance = random.Random(7)
    for turn in range(4):
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(store.folder)], stdout=subprocess.PIPE) for _ in range(2)
        ]
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        time.sleep(chance.random() / 5)
        for writer in writers:
            writer.kill()
            writer.communicate()
        assert store.get_many(["a"]) == {"a": b"1"}
        store.put_many({f"after {turn}": b"2"})
        assert store.get_many([f"after {turn}"]) == {f"after {turn}": b"2"}
    db = sqlite3.connect(file_of(store))
    rows = db.execute("SELECT value, checksum FROM blobs").fetchall()
    db.close()
    assert len(rows) > 5
    assert all(zlib.crc32(value) == checksum for value, checksum in rows)
