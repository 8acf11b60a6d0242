"""Of what an ORM is asked for, a column of any other name has about as often a handful of values: a note."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MODELS = """from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Device(Base):
    __tablename__ = "devices"
    id: Mapped[int] = mapped_column(primary_key=True)
    serial_number: Mapped[str]
    shelf: Mapped[str]


Base.metadata.create_all(create_engine("postgresql://db/shop"))
"""
VIEWS = """from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.models import Device

app = FastAPI()


@app.post("/devices")
def add(session: Session, number: str, shelf: str):
    session.add(Device(serial_number=number, shelf=shelf))
    session.commit()


@app.get("/devices/{value}")
def find(session: Session, value: str):
    return session.query(Device).filter(Device.COLUMN == value).count()
"""


@pytest.mark.parametrize(("column", "told"), [("serial_number", True), ("shelf", False)])
def test_a_column_that_tells_rows_apart(column: str, told: bool) -> None:
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/views.py": VIEWS.replace("COLUMN", column)}
    (found,) = testing.run_rule("SQL006", files)

    assert (found.confidence > Confidence.LOW) is told
