"""SQL002 of what any caller may give: where a value stands it is reported, where a name or a whole condition does it is a
note."""

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


@pytest.mark.parametrize(
    ("statement", "sure"),
    [
        ("db.execute(f\"SELECT id FROM member WHERE name = '{name}'\")", True),
        ("db.execute(\"SELECT id FROM member WHERE kind = 'a' AND name LIKE '%\" + name + \"%'\")", True),
        ("db.execute('SELECT id FROM member LIMIT {}'.format(name))", True),
        ("db.execute(BY_NAME.format(name))", True),
        ("db.execute(BY_NAME_OLD % name)", True),
        ("db.execute(OF_TABLE.format(table))", False),
        ("db.execute('INSERT INTO member (id, name) VALUES (%s, %s)' % (1, name))", True),
        ("db.execute('SELECT id FROM member WHERE name = \"' + name + '\"')", True),
        ("db.execute('SELECT id FROM member WHERE name LIKE \"%' + name + '%\"')", True),
        ("db.execute('SELECT \"' + column + '\" FROM member')", False),
        ("db.execute('SELECT \"a\" FROM member m JOIN kept k ON m.id = \"' + column + '\".id')", False),
        ('db.execute(f"SELECT id FROM member WHERE id BETWEEN 1 AND {name}")', True),
        ("db.execute(f'SELECT id FROM member WHERE id IN (1, {name})')", True),
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
    (found,) = testing.run_rule("SQL002", {"shop/layer.py": LAYER.format(statement=statement)})
    assert found.confidence == (Confidence.MEDIUM if sure else Confidence.LOW)
