"""DBS018: what is opened once, as the program starts, is a note; what a request opens is told."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

STORE = """\
import psycopg2

def prepare():
    connection = psycopg2.connect("dbname=shop")
    connection.cursor().execute("SELECT 1")
{called}
"""


@pytest.mark.parametrize(
    ("called", "sure"),
    [
        ("prepare()", Confidence.LOW),
        ("def begin():\n    prepare()\n\nbegin()", Confidence.LOW),
        # somebody else may call it as well
        ("prepare()\n\ndef show(name):\n    prepare()", Confidence.HIGH),
        # nobody is seen to call it
        ("", Confidence.HIGH),
    ],
)
def test_how_often_it_is_opened(called: str, sure: Confidence) -> None:
    (finding,) = testing.run_rule("DBS018", {"shop/__init__.py": "", "shop/store.py": STORE.format(called=called)})
    assert finding.confidence is sure


@pytest.mark.parametrize(
    ("asked", "sure"), [("if not inspector.has_table('user'):", Confidence.LOW), ("if name:", Confidence.HIGH)]
)
def test_what_fills_an_empty_database(asked: str, sure: Confidence) -> None:
    """A table that is not there yet is made once."""
    code = (
        f"import psycopg2\n\ndef prepare(inspector, name):\n    {asked}\n"
        "        connection = psycopg2.connect('dbname=shop')\n        connection.cursor().execute('SELECT 1')\n"
    )

    (finding,) = testing.run_rule("DBS018", {"shop/__init__.py": "", "shop/store.py": code})

    assert finding.confidence is sure
