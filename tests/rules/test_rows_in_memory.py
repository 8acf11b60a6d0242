"""What PRF001 makes of rows that the session or a lazy value holds already, and of questions that differ from item to item."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MODELS = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase): ...


class Role(Base):
    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True)


class Grant(Base):
    __tablename__ = "grants"
    role_id: Mapped[int] = mapped_column(primary_key=True)


def granted(session: Session):
    {ahead}
    return [session.get(Role, grant.role_id) for grant in session.query(Grant).all()]
"""
DEVICES = """\
from django.db import models


class Device(models.Model):
    vendor = models.CharField(max_length=9)


class Schedule(models.Model):
    vendor = models.CharField(max_length=9)


def due(only):
    for schedule in Schedule.objects.all():
        devices = Device.objects.filter(vendor=schedule.vendor).order_by("pk")
        {body}
"""


def confidence(source: str, text: str) -> Confidence | None:
    """How sure the finding is that has the text in its message, None if there is none."""
    found = testing.run_rule("PRF001", {"example.py": source})
    return max((f.confidence for f in found if text in f.message), default=None)


@pytest.mark.parametrize(
    ("ahead", "is_told"),
    [
        ("roles = session.query(Role).all()", False),
        ("roles = session.query(Role).filter(Role.id > 3).all()", True),
        ("print(len(session.query(Role).all()))", True),
        ("grants = session.query(Grant).all()", True),
        ("pass", True),
    ],
)
def test_the_session_answers_from_what_a_name_holds_of_all(ahead: str, is_told: bool) -> None:
    surest = confidence(MODELS.replace("{ahead}", ahead), "session.get")
    assert surest is not None
    assert (surest > Confidence.LOW) is is_told


@pytest.mark.parametrize(
    ("body", "is_told"),
    [
        ("if schedule.vendor: devices = devices.filter(vendor='a')\n        print(devices.count())", False),
        ("if only: devices = devices.filter(vendor='a')\n        print(devices.count())", True),
        ("print([d for d in devices])\n        print(devices.count())", False),
        ("print(devices.count())\n        print([d for d in devices])", True),
        ("if only: print([d for d in devices])\n        print(devices.count())", True),
        ("print(devices[0])\n        print(devices.count())", True),
    ],
)
def test_a_turn_asks_again_unless_it_holds_the_rows_or_has_a_form_of_its_own(body: str, is_told: bool) -> None:
    surest = confidence(DEVICES.replace("{body}", body), "devices.count()")
    assert (surest is not None and surest > Confidence.LOW) is is_told
