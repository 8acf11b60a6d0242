"""Writes of all rows that SQL003 only notes: the other branch says which rows, or there is one row."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

BRANCHES = """\
import psycopg


def forget(cur: psycopg.Cursor, order_id: int, until: int | None) -> None:
    if until is None:
        cur.execute("DELETE FROM pending")
    else:
        cur.execute("DELETE FROM {table} WHERE stream <= %s", (until,))
"""


@pytest.mark.parametrize(("table", "confidence"), [("pending", Confidence.LOW), ("orders", Confidence.HIGH)])
def test_the_other_branch(table: str, confidence: Confidence) -> None:
    found = testing.run_rule("SQL003", {"shop/orders.py": BRANCHES.replace("{table}", table)})
    assert [hit.confidence for hit in found] == [confidence]


MAPPED = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class {name}(Base):
    __tablename__ = "some"
    id: Mapped[int] = mapped_column(primary_key=True)
    password: Mapped[str]


def encrypt(session: Session, secret_key: str) -> None:
    session.query({name}).update({{{name}.password: secret_key}})
"""


@pytest.mark.parametrize(("name", "confidence"), [("Settings", Confidence.LOW), ("Account", Confidence.HIGH)])
def test_a_table_of_one_row(name: str, confidence: Confidence) -> None:
    found = testing.run_rule("SQL003", {"shop/models.py": MAPPED.format(name=name)})
    assert [hit.confidence for hit in found] == [confidence]
