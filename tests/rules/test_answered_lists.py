"""API008 where rows come in by very many ways."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

TABLES = """\
from collections import Counter
from fastapi import APIRouter, Response
from flask import send_file
from sqlalchemy import func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)

router = APIRouter()

@router.post("/orders")
def place(session: Session):
    session.add(Order())
    session.commit()

def step_11(session: Session):
    return session.scalars(select(Order)).all()
"""
STEP = """
def step_{number}(session: Session):
    old = step_{following}(session)
    return {{"old": old, "new": old, "all": [*old, *old], "most": old or old}}
"""
ENDPOINT = """
@router.get("/orders")
def orders(session: Session):
    return step_0(session)
"""


def test_what_is_wrapped_again_and_again_comes_to_an_end() -> None:
    steps = "".join(STEP.format(number=number, following=number + 1) for number in reversed(range(11)))
    testing.run_rule("API008", {"app/orders.py": TABLES + steps + ENDPOINT})


def test_rows_that_come_in_twice_are_found_once() -> None:
    found = testing.run_rule("API008", {"app/orders.py": TABLES + STEP.format(number=0, following=11) + ENDPOINT})
    assert len(found) == 1


ORDERS = TABLES.replace("def step_11", "def rows") + '\n@router.get("/orders")\ndef orders(session: Session):\n'


@pytest.mark.parametrize(
    ("code", "sure"),
    [
        ("return session.scalars(select(Order)).all()", [Confidence.HIGH]),
        (
            "return Response(lines(session.scalars(select(Order)).all()), headers={'Content-Disposition': "
            "'attachment; filename=orders.csv'})",
            [Confidence.LOW],
        ),
        ("return send_file(lines(session.scalars(select(Order)).all()), as_attachment=True)", [Confidence.LOW]),
        ("return session.query(func.date(Order.at)).distinct().filter(Order.at != None).all()", []),
        ("return session.query(Order).distinct().all()", [Confidence.HIGH]),
        ("return list(Counter([order.day() for order in session.query(Order).all()]).items())", []),
        ("return list([order.day() for order in session.query(Order).all()])", [Confidence.HIGH]),
    ],
)
def test_files_days_and_counts_are_no_lists_of_rows(code: str, sure: list[Confidence]) -> None:
    found = testing.run_rule("API008", {"app/orders.py": f"{ORDERS}    {code}\n"})
    assert [f.confidence for f in found] == sure


@pytest.mark.parametrize(
    ("path", "name", "sure"),
    [
        ("app/orders.py", "orders", Confidence.HIGH),
        ("app/orders.py", "order_detail", Confidence.LOW),
        ("app/orders.py", "order_details_for_letters", Confidence.HIGH),
        ("app/routes/unused/orders.py", "orders", Confidence.LOW),
        ("app/unused.py", "orders", Confidence.HIGH),
    ],
)
def test_details_of_one_thing_and_what_is_unused_are_notes(path: str, name: str, sure: Confidence) -> None:
    code = ORDERS.replace("def orders(", f"def {name}(") + "    return session.scalars(select(Order)).all()\n"
    assert [f.confidence for f in testing.run_rule("API008", {path: code})] == [sure]
