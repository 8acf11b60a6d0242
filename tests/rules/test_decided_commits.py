"""DBS009: a branch into which every item comes is no doubt, and one into which not every item comes makes a note."""

from __future__ import annotations

from archlint import testing
from archlint.facts.findings import Confidence

CODE = """
from sqlalchemy import select
from sqlalchemy.orm import Session


class Order:
    def save(self, session: Session, commit: bool = True) -> None:
        session.add(self)
        if commit:
            session.commit()


def tell(order: Order) -> None: ...


def remove(session: Session, number: int) -> None:
    order = session.scalars(select(Order).where(Order.number == number)).first()
    if {test}:
        {first}
        session.delete(order)
        session.commit()


def each(session: Session, flag: bool) -> None:
    for order in session.scalars(select(Order)).all():
        {call}
"""
TOLD = ["order.save(session)", "order.save(session, True)", "order.save(session, commit=True)", "remove(session, order.number)"]
NOTES = ["order.save(session, flag)", "order.save(session, commit=flag)"]


def confidences(call: str, test: str = "order", first: str = "pass") -> list[Confidence]:
    code = CODE.format(call=call, test=test, first=first)
    return [f.confidence for f in testing.run_rule("DBS009", {"app.py": code})]


def test_what_the_call_decides_is_told() -> None:
    assert [confidences(call) for call in TOLD] == [[Confidence.MEDIUM]] * len(TOLD)


def test_what_it_hands_on_is_a_note() -> None:
    assert [confidences(call) for call in NOTES] == [[Confidence.LOW]] * len(NOTES)
    assert confidences("order.save(session, False)") == []


def test_only_that_the_row_is_there_is_no_doubt() -> None:
    told = ["order", "order is not None"]
    notes = ["order and order.is_late", "order.is_late", "order is None", "number > 9"]
    assert [confidences(TOLD[-1], test) for test in told] == [[Confidence.MEDIUM]] * len(told)
    assert [confidences(TOLD[-1], test) for test in notes] == [[Confidence.LOW]] * len(notes)


def test_what_else_is_done_there_may_have_to_be_kept() -> None:
    assert confidences(TOLD[-1], first="setattr(order, 'number', 0)") == [Confidence.MEDIUM]
    assert [confidences(TOLD[-1], first=first) for first in ("tell(order)", "agent.tell(order)")] == [[Confidence.LOW]] * 2
