"""What is a note of the rule about writes that ask nobody, and what is not: confidence does not show in marks."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

APP = """\
from elsewhere import gated
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


def get_session() -> Session: ...


def current_user() -> int: ...


@app.post("/orders")
def place(user: int = Depends(current_user), session: Session = Depends(get_session)) -> None:
    session.add(Order(user))


{decorators}
def change(session: Session = Depends(get_session)) -> None:
    session.add(Order())
"""


@pytest.mark.parametrize(
    ("decorators", "confidence"),
    [
        ('@app.put("/orders")', Confidence.HIGH),
        ('@app.put("/orders")\n@gated', Confidence.LOW),
        ('@app.post("/people")\n@gated.cached', Confidence.HIGH),
        ('@app.post("/users")', Confidence.LOW),
        ('@app.put("/internal/orders")', Confidence.LOW),
    ],
)
def test_unknown_decorators_and_doubtful_places_are_notes(decorators: str, confidence: Confidence) -> None:
    (finding,) = testing.run_rule("API015", {"shop.py": APP.format(decorators=decorators)})
    assert finding.confidence == confidence
