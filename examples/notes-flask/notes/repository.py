"""Notes and their tags in SQLite."""

import sqlite3
from collections.abc import Iterable, Sequence

from notes.database import get_db


def notes_of(owner_id: int, limit: int) -> list[sqlite3.Row]:
    return (
        get_db()
        .execute(
            "SELECT * "  # expect: SQL001
            "FROM notes "
            "WHERE owner_id = ? "
            "ORDER BY changed_at DESC LIMIT ?",
            (owner_id, limit),
        )
        .fetchall()
    )


def note(note_id: int) -> sqlite3.Row | None:
    statement = "SELECT id, owner_id, title, body FROM notes WHERE id = ?"
    return get_db().execute(statement, (note_id,)).fetchone()


def tags_of(note_id: int) -> list[str]:
    rows = get_db().execute("SELECT name FROM tags WHERE note_id = ? ORDER BY name", (note_id,))
    return [row["name"] for row in rows]


def tags_by_note(note_ids: Sequence[int]) -> dict[int, list[str]]:
    marks = ", ".join("?" * len(note_ids))
    rows = get_db().execute(f"SELECT note_id, name FROM tags WHERE note_id IN ({marks})", note_ids)
    tags: dict[int, list[str]] = {}
    for row in rows:
        tags.setdefault(row["note_id"], []).append(row["name"])
    return tags


def add_note(owner_id: int, title: str, body: str, tags: Iterable[str]) -> int:
    db = get_db()
    with db:
        added = db.execute(
            "INSERT INTO notes (owner_id, title, body) VALUES (?, ?, ?)", (owner_id, title, body)
        )
        note_id = int(added.lastrowid or 0)
        db.executemany("INSERT INTO tags (note_id, name) VALUES (?, ?)", [(note_id, tag) for tag in tags])
    return note_id


def count_of(owner_id: int) -> int:
    row = get_db().execute("SELECT COUNT(*) AS n FROM notes WHERE owner_id = ?", (owner_id,)).fetchone()
    return int(row["n"])


def owners_of(note_ids: Iterable[int]) -> list[str]:
    """Who has to be told when these notes are shared."""
    db = get_db()
    statement = "SELECT u.email FROM users AS u JOIN notes AS n ON n.owner_id = u.id WHERE n.id = ?"
    found = [db.execute(statement, (note_id,)).fetchone() for note_id in note_ids]  # expect: PRF001
    return sorted({row["email"] for row in found if row is not None})
