"""How sure API008 is: whole tables of what people make, not what is set up or what belongs to who asks."""

from __future__ import annotations

from archlint import testing
from archlint.facts.findings import Confidence

HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW
APP = """\
from flask import Flask, jsonify
from flask_login import current_user
from flask_sqlalchemy import SQLAlchemy

from shop.guards import admin_required

app = Flask(__name__)
db = SQLAlchemy(app)

class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    owner_id = db.Column(db.Integer)

class Shelf(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    owner_id = db.Column(db.Integer)

class ShelfType(db.Model):
    id = db.Column(db.Integer, primary_key=True)

@app.post("/orders")
def add():
    db.session.add(Order())
    db.session.add(ShelfType())
    return "", 201

@app.post("/shelves")
{guard}def build():
    db.session.add(Shelf())
    return "", 201

def some(model, owner_id):
    query = model.query
    if owner_id is not None:
        query = query.filter(model.owner_id == owner_id)
    return query.all()

def scope(user):
    return None if user.is_admin else user.id

@app.get("/{path}")
def found():
    return jsonify({rows})
"""


def _confidence(rows: str, guard: str = "") -> list[Confidence]:
    path = "orders" if "Order" in rows else "shelves"
    found = testing.run_rule("API008", {"shop/app.py": APP.format(rows=rows, guard=guard, path=path)})
    return [each.confidence for each in found]


def test_what_is_set_up_by_its_name_or_by_administrators_is_a_note() -> None:
    assert _confidence("Order.query.all()") == [HIGH]
    assert _confidence("Shelf.query.all()") == [HIGH]
    assert _confidence("ShelfType.query.all()") == [LOW]
    assert _confidence("Shelf.query.all()", guard="@admin_required\n") == [LOW]


def test_rows_of_who_asks_are_a_note_unless_there_are_more_every_day() -> None:
    assert _confidence("Shelf.query.filter(Shelf.owner_id == int(current_user.id)).all()") == [LOW]
    assert _confidence("Order.query.filter(Order.owner_id == int(current_user.id)).all()") == [MEDIUM]


def test_administrators_see_all_and_others_their_own() -> None:
    assert _confidence("some(Shelf, scope(current_user))") == [LOW]
    assert _confidence("some(Order, scope(current_user))") == [MEDIUM]


TABLES = """\
from datetime import datetime, timedelta

from fastapi import FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()
session = Session()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)


class Grant(Base):
    __tablename__ = "grants"
    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[int] = mapped_column(ForeignKey("works.id"))


class Work(Base):
    __tablename__ = "works"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(unique=True)
    lead: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Camera(Base):
    __tablename__ = "cameras"
    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str]
    created_by: Mapped[str]
    updated_by: Mapped[str]


class Persona(Base):
    __tablename__ = "personas"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Deal(Base):
    __tablename__ = "deals"
    id: Mapped[int] = mapped_column(primary_key=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sold_at: Mapped[datetime]


class Place(Base):
    __tablename__ = "places"
    id: Mapped[int] = mapped_column(primary_key=True)


class GrantLocation(Base):
    __tablename__ = "grant_locations"
    id: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[int] = mapped_column(ForeignKey("items.id"))
    place: Mapped[int] = mapped_column(ForeignKey("places.id"))


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)


class TypeOfDeal(Base):
    __tablename__ = "deal_types"
    id: Mapped[int] = mapped_column(primary_key=True)
    deal: Mapped[int] = mapped_column(ForeignKey("deals.id"))


@app.post("/all")
def fill() -> None:
    session.add_all([Grant(), Work(), Camera(), Persona(), Deal(), TypeOfDeal(), GrantLocation()])


@app.get("/grants")
def grants():
    return session.scalars(select(Grant)).all()


@app.get("/works")
def works():
    return session.scalars(select(Work)).all()


@app.get("/places/grants")
def places():
    return session.scalars(select(GrantLocation)).all()


@app.get("/cameras")
def cameras():
    return session.scalars(select(Camera)).all()


@app.get("/personas")
def personas():
    return session.scalars(select(Persona)).all()


@app.get("/deals")
def deals():
    return session.scalars(select(Deal)).all()


@app.get("/deal-types")
def types():
    return session.scalars(select(TypeOfDeal)).all()


@app.get("/deals/late")
def late():
    since = datetime.now() - timedelta(days=30)
    return session.scalars(select(Deal).where(Deal.sold_at >= since)).all()


@app.get("/deals/since")
def since(first: datetime):
    return session.scalars(select(Deal).where(Deal.sold_at >= first)).all()


@app.get("/deals/list")
def later(first: datetime):
    return session.scalars(select(Deal).where(Deal.sold_at >= first)).all()


@app.get("/all-deals")
def every(first: datetime):
    return session.scalars(select(Deal)).all()
"""
SURE = {
    "/grants": HIGH,
    "/works": HIGH,
    "/cameras": LOW,
    "/personas": LOW,
    "/deals": HIGH,
    "/places/grants": MEDIUM,
    "/deal-types": LOW,
    "/deals/since": LOW,
    "/deals/list": HIGH,
    "/all-deals": HIGH,
}


def test_what_rows_belong_to_says_whether_there_are_many() -> None:
    found = testing.run_rule("API008", {"shop/app.py": TABLES})
    assert {each.message.split("`")[1].removeprefix("GET "): each.confidence for each in found} == SURE


def test_what_people_say_of_one_thing_is_much_where_a_column_says_who_said_it() -> None:
    rows = "Comment.query.filter(Comment.order_id == order_id).all()"
    for column, sure in (("author_id", MEDIUM), ("order_id", LOW)):
        code = (
            APP.format(rows="[]", guard="", path="")
            + f"""
class Comment(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    {column} = db.Column(db.Integer)

@app.post("/comments")
def comment():
    db.session.add(Comment())
    return "", 201

@app.get("/orders/<int:order_id>/comments")
def comments(order_id):
    return jsonify({rows})
"""
        )
        assert [each.confidence for each in testing.run_rule("API008", {"shop/app.py": code})] == [sure]
