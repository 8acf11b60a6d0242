"""API008 of what one owner has only so many of: whatever makes one counts before and refuses."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

SHOP = """\
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

MOST = 5
app = FastAPI()

class Base(DeclarativeBase): ...

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)

class Message(Base):
    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

def connected() -> Session: ...

def current_user() -> User: ...

def of(user: User, session: Session) -> list[Message]:
    return session.scalars(select(Message).where(Message.user_id == user.id)).all()

@app.get("/messages")
def messages(user: User = Depends(current_user), session: Session = Depends(connected)):
    return of(user, session)

def make(user: User, session: Session) -> None:
    session.add(Message(user_id=user.id))
    session.commit()

@app.post("/messages")
def write(pieces: int, user: User = Depends(current_user), session: Session = Depends(connected)):
"""


@pytest.mark.parametrize(
    ("before", "is_told"),
    [
        ("    if len(of(user, session)) >= MOST:\n        raise HTTPException(409)\n", False),
        ("    count = len(of(user, session))\n    if count > 4:\n        raise HTTPException(409)\n", False),
        ("    if pieces > 100:\n        raise HTTPException(400)\n", True),
        ("    if len(of(user, session)) >= MOST:\n        print('many')\n", True),
        ("", True),
    ],
)
def test_a_quota_bounds_what_one_has(before: str, *, is_told: bool) -> None:
    [found] = testing.run_rule("API008", {"shop.py": f"{SHOP}{before}    make(user, session)\n"})
    assert (found.confidence > Confidence.LOW) is is_told
