"""SQL002 of what any caller may give: inside of a literal it is reported where the function is handed on by its name; where
a name or a whole condition stands, or what has to be a number since it is in no quotes, it is a note; so is all of it in a
program that answers requests, and in a function that nobody calls and nobody names."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

LAYER = """\
import sqlite3


BY_NAME = "SELECT id FROM member WHERE name = '{{}}'"
BY_NAME_OLD = "SELECT id FROM member WHERE name = '%s'"
OF_TABLE = "SELECT id FROM {{}} WHERE kind = 'a'"


def change(db: sqlite3.Connection, table: str, column: str, name: str, values: dict, where: str):
    full = f"public.{{table}}"
    names = ", ".join(values)
    {statement}
"""

OFFERED = {"shop/__init__.py": "from shop.layer import change, of_name"}


@pytest.mark.parametrize(
    ("statement", "sure"),
    [
        ("db.execute(f\"SELECT id FROM member WHERE name = '{name}'\")", True),
        ("db.execute(\"SELECT id FROM member WHERE kind = 'a' AND name LIKE '%\" + name + \"%'\")", True),
        ("db.execute('SELECT id FROM member LIMIT {}'.format(name))", False),
        ("db.execute(BY_NAME.format(name))", True),
        ("db.execute(BY_NAME_OLD % name)", True),
        ("db.execute(OF_TABLE.format(table))", False),
        ("db.execute('INSERT INTO member (id, name) VALUES (%s, %s)' % (1, name))", False),
        ("db.execute('SELECT id FROM member WHERE name = \"' + name + '\"')", True),
        ("db.execute('SELECT id FROM member WHERE name LIKE \"%' + name + '%\"')", True),
        ("db.execute('SELECT \"' + column + '\" FROM member')", False),
        ("db.execute('SELECT \"a\" FROM member m JOIN kept k ON m.id = \"' + column + '\".id')", False),
        ('db.execute(f"SELECT id FROM member WHERE id BETWEEN 1 AND {name}")', False),
        ("db.execute(f'SELECT id FROM member WHERE id IN (1, {name})')", False),
        ("db.execute(f'UPDATE {full} SET id = 1')", False),
        ("db.execute('INSERT INTO member (%s) VALUES (1)' % names)", False),
        ("db.execute(f'VACUUM {table}')", False),
        ("db.execute('SELECT id FROM member WHERE {} = 1'.format(column))", False),
        ("db.execute(f\"SELECT id FROM member WHERE kind = 'a' AND {column} IS NULL\")", False),
        ("db.execute('SELECT id FROM (%s) AS q' % where)", False),
        ("db.execute(f\"CREATE USER shop WITH PASSWORD '{name}'\")", False),
        ("db.execute(f\"CREATE TABLE kept AS SELECT id FROM member WHERE name = '{name}'\")", True),
    ],
)
def test_what_any_caller_may_give(statement: str, sure: bool) -> None:
    (found,) = testing.run_rule("SQL002", {**OFFERED, "shop/layer.py": LAYER.format(statement=statement)})
    assert found.confidence == (Confidence.MEDIUM if sure else Confidence.LOW)


@pytest.mark.parametrize(
    ("named", "is_told"),
    [
        ("from shop.layer import change", True),
        ("from shop.layer import of_name", False),
        ("import shop.layer\n\nJOBS = {'change': shop.layer.change}", True),
        ("import shop.layer", False),
        ("# from shop.layer import change", False),
    ],
)
def test_a_function_is_called_by_others_where_it_is_handed_on(named: str, is_told: bool) -> None:
    layer = LAYER.format(statement="db.execute(f\"SELECT id FROM member WHERE name = '{name}'\")")
    layer += "\n\ndef of_name(name: str) -> str:\n    return name\n\n\nOWN = of_name('a')\n"
    (found,) = testing.run_rule("SQL002", {"shop/__init__.py": named, "shop/layer.py": layer})
    assert found.confidence == (Confidence.MEDIUM if is_told else Confidence.LOW)


def test_where_nobody_calls_anything_of_a_module_it_says_nothing_that_nobody_calls_this() -> None:
    layer = LAYER.format(statement="db.execute(f\"SELECT id FROM member WHERE name = '{name}'\")")
    (found,) = testing.run_rule("SQL002", {"shop/layer.py": layer})
    assert found.confidence == Confidence.MEDIUM


BESIDE = """\
import sqlite3


def _find(db: sqlite3.Connection, name):
    return db.execute(f"SELECT id FROM member WHERE name = '{{name}}'")


def of_name(db: sqlite3.Connection, name):
    return _find(db, name)


def of_all(db: sqlite3.Connection):
    return _find(db, {given})
"""
STEPS = """\
import sqlite3

from flask import Flask, request

app = Flask(__name__)


@app.post("/steps")
def steps():
    steps = request.json["steps"]
    for step in {checked}:
        if not isinstance(step["at"], int):
            raise ValueError(step)
    for step in steps:
        sqlite3.connect("shop.db").execute(f"SELECT id FROM path WHERE at = {{step['at']}}")
"""

SERVED = """
from flask import Flask

app = Flask(__name__)


@app.get("/members")
def members():
    return "none"
"""
KEPT = """\
import sqlite3

from flask import Flask, request

app = Flask(__name__)


class Members:
    def __init__(self, db: sqlite3.Connection, town: str) -> None:
        self.db = db
        self.town = town

    def path(self) -> str:
        return "/members/" + self.town

    def all(self):
        return self.db.execute(f"SELECT id FROM member WHERE town = '{{self.town}}'")


@app.get("/members")
def members():
    return Members(sqlite3.connect("shop.db"), request.args["town"]).{read}()


def report(db):
    return Members(db, "Rome").all()
"""


@pytest.mark.parametrize(
    ("path", "source", "confidence"),
    [
        ("shop/layer.py", BESIDE.format(given="'all'"), Confidence.LOW),
        ("shop/layer.py", BESIDE.format(given="db.name"), Confidence.LOW),
        ("shop/layer.py", BESIDE.format(given="''").split("def of_all")[0], Confidence.MEDIUM),
        ("shop/layer.py", BESIDE.format(given="''").split("def of_all")[0] + SERVED, Confidence.LOW),
        ("shop/app.py", KEPT.format(read="all"), Confidence.HIGH),
        ("shop/app.py", KEPT.format(read="path"), Confidence.LOW),
        ("shop/app.py", STEPS.format(checked="steps"), Confidence.LOW),
        ("shop/app.py", STEPS.format(checked="others"), Confidence.HIGH),
    ],
)
def test_what_others_give_or_was_refused(path: str, source: str, confidence: Confidence) -> None:
    (found,) = testing.run_rule("SQL002", {**OFFERED, path: source})
    assert found.confidence == confidence


def test_what_can_only_be_run_by_hand_is_not_worth_a_word() -> None:
    files = {**OFFERED, "shop/layer-old.py": BESIDE.format(given="''").split("def of_all")[0]}
    assert testing.run_rule("SQL002", files) == []


MIRROR = """\
import sqlite3

from flask import Flask

app = Flask(__name__)
db = sqlite3.connect("shop.db")


{decorator}
def orders(number: int):
    row = db.execute("SELECT town, made_at, id FROM member WHERE id = ?", (number,)).fetchone()
    town, made_at = row[0], row[1]
    return db.execute({statement}).fetchall()
"""


@pytest.mark.parametrize(
    ("statement", "decorator", "sure"),
    [
        ("f\"SELECT id FROM orders WHERE town = '{town}'\"", '@app.get("/<int:number>")', True),
        ("f\"INSERT INTO orders (town) VALUES ('{town}')\"", '@app.get("/<int:number>")', True),
        ("f\"SELECT id FROM orders WHERE town = '{town}'\"", "", False),
        ("f\"SELECT id FROM orders WHERE made = '{made_at}'\"", '@app.get("/<int:number>")', False),
        ('f"SELECT id FROM orders WHERE \\"Member ID\\" = \'{row[2]}\'"', '@app.get("/<int:number>")', False),
        ('f"SELECT id FROM orders WHERE town = {town}"', '@app.get("/<int:number>")', False),
        ("f\"SELECT 1 FROM information_schema.tables WHERE name = '{town}'\"", '@app.get("/<int:number>")', False),
        ("f\"ATTACH '{town}' AS other\"", '@app.get("/<int:number>")', False),
    ],
)
def test_what_is_read_out_of_a_row(statement: str, decorator: str, sure: bool) -> None:
    source = MIRROR.format(statement=statement, decorator=decorator or "# nobody calls it")
    found = testing.run_rule("SQL002", {"shop/mirror.py": source})
    assert [each.confidence for each in found] == [Confidence.MEDIUM if sure else Confidence.LOW]


SHARED = """\
import sqlite3

from flask import Flask

app = Flask(__name__)
db = sqlite3.connect("shop.db")


def asked(text):
    return db.execute(text).fetchone()


@app.get("/orders")
def orders():
    town = asked("SELECT town FROM member")[0]
    return asked(f"SELECT id FROM orders WHERE town = '{town}'")


def load():
    town = asked("SELECT town FROM member")[0]
    return asked(f"SELECT id FROM kept WHERE town = '{town}'")
"""


def test_a_request_has_to_come_to_where_it_enters_the_text() -> None:
    found = testing.run_rule("SQL002", {"shop/towns.py": SHARED})
    assert [each.confidence for each in found] == [Confidence.MEDIUM, Confidence.LOW]
