"""How sure SQL001 is that somebody depends on the columns, where a case's marks cannot say it."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

QUERY = "SELECT * FROM orders WHERE late;\n"
ROUTINE = "CREATE FUNCTION late() RETURNS SETOF record LANGUAGE sql AS $$ SELECT * FROM orders WHERE late $$;\n"
OWN_ROWS = ROUTINE.replace("record", "orders")
"""The rows of a table are what it has; a list of columns would have to be changed with it."""
VIEW = "CREATE VIEW late AS SELECT * FROM orders WHERE late;\n"

USED = {
    "named by code": {"scripts/late.sql": QUERY, "scripts/load.py": "TEXT = open('scripts/late.sql').read()\n"},
    "named without its ending": {
        "scripts/late_orders.sql": QUERY,
        "scripts/load.py": "def load(read):\n    return read('late_orders')\n",
    },
    "gone through": {
        "scripts/late.sql": QUERY,
        "scripts/load.py": "def load(folder):\n    return sorted(folder.glob('*.sql'))\n",
    },
    "annotated": {"scripts/late.sql": "-- name: late\n" + QUERY},
    "named by code, among others": {
        "patches/late.sql": "DELETE FROM orders WHERE lost;\n" + QUERY,
        "app/load.py": "TEXT = open('patches/late.sql').read()\n",
    },
    "in the body of a routine": {"patches/late.sql": "DROP FUNCTION late;\n" + ROUTINE},
    "alone in its file": {"reports/late.sql": QUERY},
    "a routine": {"scripts/late.sql": ROUTINE},
    "a report": {"reports/late.sql": QUERY},
    "a view": {"scripts/late.sql": VIEW},
    "a view that a migration makes": {"migrations/2_late.sql": VIEW},
    "a routine that a migration makes": {"migrations/2_late.sql": ROUTINE},
    "a history that a migration fills": {"migrations/2_late.sql": "INSERT INTO orders_history SELECT * FROM orders;\n"},
    "executed": {
        "app/late.py": f"import sqlite3\ndef late(c: sqlite3.Connection):\n    return c.execute({QUERY!r}).fetchall()\n"
    },
}
UNUSED = {
    "looked at behind a patch that is called like a field": {
        "patches/late_orders.sql": "DELETE FROM orders WHERE lost;\n" + QUERY,
        "app/load.py": "def load(read):\n    return read('late_orders')\n",
    },
    "looked at behind a patch": {"patches/late.sql": "UPDATE orders SET late = true WHERE day < now();\n" + QUERY},
    "looked at between routines": {"patches/late.sql": OWN_ROWS + QUERY},
    "a migration's file": {"migrations/2_late.sql": QUERY},
    "a migration's code": {
        "migrations/versions/2_late.py": (
            f"from alembic import op\ndef upgrade():\n    op.get_bind().execute({QUERY!r}).fetchall()\n"
        )
    },
    "a module of migrations": {
        "app/migrations.py": (
            f"import sqlite3\ndef m002_late(c: sqlite3.Connection):\n    return c.execute({QUERY!r}).fetchall()\n"
        )
    },
    "only where the module is run by itself": {
        "app/__init__.py": "",
        "app/store.py": (
            f"import sqlite3\ndef connect():\n    return sqlite3.connect('a')\nif __name__ == '__main__':\n"
            f"    print(connect().execute({QUERY!r}).fetchall())\n"
        ),
        "app/main.py": "from app.store import connect\nCONNECTION = connect()\n",
    },
    "named by nobody": {"scripts/late.sql": QUERY, "scripts/load.py": "TEXT = 'later.sql'\n"},
    "one word": {"scripts/late.sql": QUERY, "scripts/load.py": "def load(read):\n    return read('late')\n"},
    "named by a test": {
        "scripts/late.sql": QUERY,
        "tests/test_late.py": "def test():\n    assert open('scripts/late.sql').read()\n",
    },
    "its columns asked for": {
        "app/late.py": (
            "import sqlite3\ndef late(c: sqlite3.Connection):\n"
            f"    rows = c.execute({QUERY!r}).fetchall()\n"
            "    return [r[1] for r in c.execute('PRAGMA table_info(orders)')], rows\n"
        ),
    },
    "its keys asked for": {
        "app/late.py": (
            f"from sqlalchemy import text\nfrom sqlalchemy.orm import Session\ndef late(s: Session):\n"
            f"    rows = s.execute(text({QUERY!r}))\n    return [dict(zip(rows.keys(), row)) for row in rows]\n"
        ),
    },
    "gone through elsewhere": {
        "scripts/late.sql": QUERY,
        "tool/load.py": "def load(folder):\n    return folder.glob('*.sql')\n",
    },
}


@pytest.mark.parametrize("files", USED.values(), ids=USED)
def test_a_star_that_somebody_depends_on_counts(files: dict[str, str]) -> None:
    assert [finding.confidence > Confidence.LOW for finding in testing.run_rule("SQL001", files)] == [True]


@pytest.mark.parametrize("files", UNUSED.values(), ids=UNUSED)
def test_a_query_that_nobody_is_known_to_ask_is_a_note(files: dict[str, str]) -> None:
    assert [finding.confidence for finding in testing.run_rule("SQL001", files)] == [Confidence.LOW]


def test_a_routine_that_gives_the_rows_of_a_table_takes_what_it_has() -> None:
    assert not testing.run_rule("SQL001", {"sql/late.sql": OWN_ROWS})
    assert testing.run_rule("SQL001", {"sql/late.sql": OWN_ROWS + QUERY})


def test_what_only_tests_call_is_a_note() -> None:
    code = f"import sqlite3\n\n\ndef find(c: sqlite3.Connection):\n    return c.execute({QUERY!r}).fetchall()\n"
    app = "from fastapi import FastAPI\n\nfrom app import late\n\napp = FastAPI()\n\n\n@app.get('/')\ndef show():\n    return "
    files = {"app/__init__.py": "", "app/late.py": code, "tests/test_late.py": "from app.late import find\n\nfind(None)\n"}

    (unused,) = testing.run_rule("SQL001", {**files, "app/main.py": app + "[]\n"})
    (used,) = testing.run_rule("SQL001", {**files, "app/main.py": app + "late.find(None)\n"})

    assert (unused.confidence, used.confidence > Confidence.LOW) == (Confidence.LOW, True)


@pytest.mark.parametrize(("driver", "sure"), [("psycopg2", False), ("pymysql", True)])
def test_a_subquery_that_the_database_may_write_out(driver: str, sure: bool) -> None:
    code = f"import {driver}\n\n\ndef late(cursor):\n    cursor.execute(\n"
    code += "        'SELECT o.id FROM (SELECT * FROM orders WHERE late ORDER BY at) o JOIN item i ON i.id = o.id')\n"

    (found,) = testing.run_rule("SQL001", {"app/late.py": code + "    return cursor.fetchall()\n"})

    assert (found.confidence > Confidence.LOW) is sure
