"""What is a note, and what is not, of the rules about transactions: confidence does not show in marks."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

HEAD = """\
from sqlalchemy import update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    lines: Mapped[int]

class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)

"""
DJANGO = """\
from django.db import models

class Order(models.Model):
    state = models.TextField()
    lines = models.IntegerField()

    def cleared(self) -> None:
        Line.objects.filter(order=self).delete()
        {set}self.save()

class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)

"""
PLACE = """\
def {name}(session: Session, order: Order, line: Line, template) -> None:
    {first}
    session.commit()
    {second}
    session.commit()
"""
ADDED = "order.lines = 1; session.add(order)"
LINE = "session.add(Line(order=order))"


def _place(first: str, second: str, name: str = "place") -> str:
    return HEAD + PLACE.format(name=name, first=first, second=second)


@pytest.mark.parametrize(
    ("rule", "source", "confidence"),
    [
        ("DBS007", _place(ADDED, LINE), Confidence.HIGH),
        ("DBS007", _place(ADDED, LINE, "sync_order"), Confidence.LOW),
        ("DBS007", _place("order.progress = 'lines'", LINE), Confidence.LOW),
        ("DBS007", _place(LINE, "order.lines_count = 1; order.last_line_at = 2"), Confidence.LOW),
        ("DBS007", _place(LINE, "order.lines_count = 1; order.state = 'open'"), Confidence.HIGH),
        (
            "DBS007",
            _place(ADDED, "session.execute(update(Order).where(Order.id == order.id).values(lines_count=2))"),
            Confidence.LOW,
        ),
        (
            "DBS007",
            _place(ADDED, "session.execute(update(Order).where(Order.id == order.id).values(state='open'))"),
            Confidence.HIGH,
        ),
        ("DBS007", _place("order.state = State.SYNCING", LINE), Confidence.LOW),
        ("DBS007", _place("order.state = State.PAID", LINE), Confidence.HIGH),
        ("DBS007", DJANGO.format(set=""), Confidence.LOW),
        ("DBS007", DJANGO.format(set="self.state = 'empty'; "), Confidence.HIGH),
    ],
)
def test_how_sure_it_is(rule: str, source: str, confidence: Confidence) -> None:
    (finding,) = testing.run_rule(rule, {"shop/orders.py": source})
    assert finding.confidence == confidence
