"""How sure ARC010 is of what an endpoint answers with, where a case's marks cannot say it."""

from archlint import testing
from archlint.facts.findings import Confidence

PROGRAM = """\
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)

class Tour(Base):
    __tablename__ = "tours"
    id: Mapped[int] = mapped_column(primary_key=True)

class Repository:
    def __init__(self, session: Session, model) -> None:
        self.session = session
        self.model = model

class Orders(Repository):
    def __init__(self, session: Session) -> None:
        super().__init__(session, Order)

    def first(self):
        return self.session.query(self.model).first()

class Tours(Repository):
    def __init__(self, session: Session) -> None:
        super().__init__(session, Tour)

    def first(self):
        return self.session.query(Tour).first()

@app.get("/orders/first")
def first_order(session: Session):
    return Orders(session).first()

@app.get("/tours/first")
def first_tour(session: Session):
    return Tours(session).first()
"""


def test_what_a_base_of_repositories_keeps_of_each_class_below_it_is_a_guess() -> None:
    told = {f.location.line: f.confidence for f in testing.run_rule("ARC010", {"shop/app.py": PROGRAM})}
    lines = PROGRAM.splitlines()
    orders, tours = (lines.index(f"    return {name}(session).first()") + 1 for name in ("Orders", "Tours"))
    assert told == {orders: Confidence.LOW, tours: Confidence.HIGH}
