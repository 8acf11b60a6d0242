"""SQL005: pages of what is worked out whole, or of a few, are notes: no key to begin from would spare the database a row."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

TAIL = " ORDER BY 1 LIMIT %s OFFSET %s"
GROUPS = "SELECT day, SUM(paid) FROM {} GROUP BY day"
NOTES = {
    "groups put together": f"({GROUPS.format('cost')}) UNION ALL ({GROUPS.format('fee')})" + TAIL,
    "a running sum": "WITH l AS (SELECT day, SUM(paid) OVER (ORDER BY day) AS held FROM cost) SELECT day, held FROM l" + TAIL,
    "the best of a search": "WITH b AS (SELECT id FROM page ORDER BY rank LIMIT 50) SELECT id FROM b" + TAIL,
    "the best of two": (
        "WITH a AS (SELECT id FROM page ORDER BY rank LIMIT 50), b AS (SELECT id FROM text ORDER BY rank LIMIT 50),"
        " c AS (SELECT a.id FROM a FULL OUTER JOIN b ON a.id = b.id) SELECT p.title FROM c JOIN page p ON p.id = c.id" + TAIL
    ),
    "a table of a few": "SELECT r.name FROM app.roles r JOIN country c ON c.id = r.country_id" + TAIL,
    "one row": "SELECT id FROM message WHERE chat = 4 ORDER BY id LIMIT 1 OFFSET %s",
    "all but the newest": "SELECT id FROM backup ORDER BY made_at DESC OFFSET %s",
}
PAGES = {
    "a table": "SELECT id FROM cost" + TAIL,
    "groups of one table": GROUPS.format("cost") + TAIL,
    "a part of the statement without a bound": "WITH b AS (SELECT id FROM page WHERE shown) SELECT id FROM b" + TAIL,
    "a table that leads to one of a few": "SELECT p.id FROM people p JOIN country c ON c.id = p.country_id" + TAIL,
    "a table of pairs": "SELECT user_id FROM user_roles" + TAIL,
    "a rank": "WITH b AS (SELECT id, ROW_NUMBER() OVER (ORDER BY at) AS n FROM page) SELECT id FROM b" + TAIL,
}


def sure(statement: str) -> list[bool]:
    code = f"import psycopg2\n\n\ndef page(cursor, most, skipped):\n    cursor.execute({statement!r}, (most, skipped))\n"
    return [hit.confidence > Confidence.LOW for hit in testing.run_rule("SQL005", {"shop/pages.py": code})]


@pytest.mark.parametrize("statement", NOTES.values(), ids=NOTES.keys())
def test_note(statement: str) -> None:
    assert sure(statement) == [False]


@pytest.mark.parametrize("statement", PAGES.values(), ids=PAGES.keys())
def test_page(statement: str) -> None:
    assert sure(statement) == [True]
