"""The store: losing it costs time, never truth."""

from __future__ import annotations

import sqlite3
import threading
import time
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
