"""How sure SQL006 is, where a case's marks cannot say it: what nothing runs, and columns that tell few rows apart."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

SCHEMA = "CREATE TABLE member (id bigint PRIMARY KEY, email text NOT NULL, city text NOT NULL);\n"
MEMBERS = """\
def find(db, wanted):
    return db.execute("SELECT id FROM member WHERE {column} = ?", (wanted,)).fetchone()


def add(db, email, city):
    db.execute("INSERT INTO member (email, city) VALUES (?, ?)", (email, city))
"""
APP = """\
import sqlite3
from flask import Flask
from shop import members

app = Flask(__name__)
db = sqlite3.connect("shop.db")


@app.post("/members")
def add():
    members.add(db, "a", "b")
    {used}
    return "ok"
"""


@pytest.mark.parametrize(
    ("column", "used", "sure"),
    [
        ("email", 'members.find(db, "a")', True),
        ("email", "pass", False),
        ("city", 'members.find(db, "a")', False),
    ],
)
def test_what_is_asked_by_a_column_that_tells_rows_apart(column: str, used: str, sure: bool) -> None:
    members = "import sqlite3\n\n\n" + MEMBERS.format(column=column).replace("(db,", "(db: sqlite3.Connection,")
    files = {"schema.sql": SCHEMA, "shop/members.py": members, "shop/app.py": APP.format(used=used)}
    (found,) = testing.run_rule("SQL006", files)
    assert (found.confidence > Confidence.LOW) is sure
