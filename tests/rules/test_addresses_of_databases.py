"""DBS013: an address that a setting gives is told, and one of which nothing is known makes a note."""

from __future__ import annotations

from archlint import testing
from archlint.facts.findings import Confidence

CODE = """
import os

import psycopg2
from flask import current_app

URL = os.environ.get("DATABASE_URL", "postgresql://shop@localhost/shop")


def opened(address, settings):
    {before}
    return psycopg2.connect({given})
"""
TAKEN = "from app.db import opened\n\nopened('a', {})\n"
TOLD = ["URL", "os.getenv('DATABASE_URL')", "current_app.config['DB_URL']", "url"]
NOTES = ["address", "**settings", "made(address)", "url or address"]


def confidences(given: str, *, is_taken: bool = True) -> list[Confidence]:
    files = {"app/__init__.py": "", "app/db.py": CODE.format(given=given, before="url = os.environ['DATABASE_URL']")}
    files["app/main.py"] = TAKEN if is_taken else "import app.other\n"
    files["app/other.py"] = ""
    return [f.confidence for f in testing.run_rule("DBS013", files)]


def test_an_address_that_a_setting_gives_is_told() -> None:
    assert [confidences(given) for given in TOLD] == [[Confidence.MEDIUM]] * len(TOLD)


def test_one_of_which_nothing_is_known_is_a_note() -> None:
    assert [confidences(given) for given in NOTES] == [[Confidence.LOW]] * len(NOTES)


def test_what_nobody_imports_is_a_note() -> None:
    assert confidences("URL", is_taken=False) == [Confidence.LOW]
