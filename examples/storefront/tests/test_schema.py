"""Runs against a migrated database."""

import os

import pytest
from sqlalchemy import create_engine, text

pytestmark = pytest.mark.skipif("TEST_DATABASE_URL" not in os.environ, reason="needs a database")


def test_views_answer():
    with create_engine(os.environ["TEST_DATABASE_URL"]).connect() as connection:
        for view in ("order_summaries",):
            connection.execute(text(f"SELECT * FROM {view} LIMIT 1"))
