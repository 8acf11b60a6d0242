"""DBS004 of tables whose columns come, in part, from what cannot be read: a note, for the key may be among them."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MIGRATION = """\
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def loaded():
    return [column for column in read_columns()]


def key(name):
    return getattr(sa, "Column")(name, sa.Integer, primary_key=True)


def upgrade():
    op.create_table("orders", {columns}sa.Column("state", sa.Text), sa.Column("total", sa.Integer))
"""


@pytest.mark.parametrize(
    ("columns", "is_sure"),
    [("", True), ("*loaded(), ", False), ("key('id'), ", False), ("sa.CheckConstraint('1 = 1'), ", True)],
)
def test_what_a_table_is_given_by_functions_may_hold_its_key(columns: str, is_sure: bool) -> None:
    files = {"migrations/versions/0001_start.py": MIGRATION.replace("{columns}", columns)}
    (found,) = testing.run_rule("DBS004", files)
    assert (found.confidence > Confidence.LOW) is is_sure
