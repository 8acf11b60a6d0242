"""API008: what the path and the function say of the rows that are answered."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

HIGH, LOW = Confidence.HIGH, Confidence.LOW
CODE = """
from fastapi import APIRouter
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class {model}(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]

router = APIRouter()

@router.post("/rows")
def add(session: Session):
    session.add({model}())

@router.get("{path}")
def {function}(session: Session):
    return session.scalars(select({model})).all()
"""


@pytest.mark.parametrize(
    ("model", "path", "function", "sure"),
    [
        ("Station", "/stations", "found", HIGH),
        ("Station", "/", "found", HIGH),
        ("Station", "/getall", "found", HIGH),
        ("Station", "/admin/station/list", "found", HIGH),
        ("MeasuringStation", "/station-data", "found", HIGH),
        ("Analysis", "/analyses", "found", HIGH),
        ("Person", "/people", "found", HIGH),
        ("Category", "/v1/get-categories", "found", LOW),  # a handful by its name
        # made of the rows, or some of them
        ("Station", "/hydrology", "found", LOW),
        ("Station", "/hydrology", "get_nearby_stations", LOW),
        ("Station", "/stations/nearby", "found", LOW),
        ("Payment", "/forecast", "found", LOW),
        # the function is named for them
        ("Station", "/hydrology", "get_all_stations", HIGH),
        # what there is ever more of, narrowed down
        ("Payment", "/payments/late", "found", HIGH),
        ("Payment", "/payments/calendar-events", "found", LOW),
        # people, by what they are
        ("User", "/buyers", "found", HIGH),
        ("User", "/history", "found", LOW),
    ],
)
def test_an_answer_is_named_for_its_rows(model: str, path: str, function: str, sure: Confidence) -> None:
    code = CODE.format(model=model, path=path, function=function)
    found = testing.run_rule("API008", {"app/web.py": code})
    assert [each.confidence for each in found] == [sure]
