"""API008: what belongs to one thing that itself is one of many, to one of a few, or to nothing that is named, is a note."""

from __future__ import annotations

from archlint import testing
from archlint.facts.findings import Confidence

LOW, MEDIUM, HIGH = Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH
APP = """
from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)


class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)


class PostResult(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    post_id = db.Column(db.ForeignKey("post.id"))


class MenuItem(db.Model):
    id = db.Column(db.Integer, primary_key=True)


class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    shop = db.Column(db.String)


class Picture(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    photo = db.Column(db.String)


@app.post("/posts")
def make():
    db.session.add_all([Post(), PostResult(), MenuItem(), Order(), Picture()])
    db.session.commit()
    return "", 201


@app.get("/posts/<int:post_id>/results")
def results(post_id):
    return jsonify(PostResult.query.filter_by(post_id=post_id).all())


@app.get("/menu")
def menu():
    return jsonify(MenuItem.query.all())


@app.get("/<shop>/orders")
def orders(shop):
    return jsonify(Order.query.filter_by(shop=shop).all())


@app.get("/shops/<shop>/orders")
def orders_of_shop(shop):
    return jsonify(Order.query.filter_by(shop=shop).all())
"""


def test_what_belongs_to_one_of_many_or_of_a_few_is_a_note() -> None:
    found = testing.run_rule("API008", {"shop/app.py": APP})
    assert {each.message.split("`")[1].removeprefix("GET "): each.confidence for each in found} == {
        "/posts/{post_id}/results": LOW,
        "/menu": LOW,
        "/{shop}/orders": LOW,
        "/shops/{shop}/orders": MEDIUM,
    }


KEPT = """
from fastapi import FastAPI, Depends
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, Mapped

app = FastAPI()


class Base(DeclarativeBase): ...


class Address(Base):
    __tablename__ = "addresses"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]


class Store:
    def __init__(self, session: Session) -> None:
        self.session = session

    def list_all(self, **filters):
        query = select(Address)
        for name, value in filters.items():
            query = query.where(getattr(Address, name) == value)
        return self.session.scalars(query).all()


def get_session() -> Session: ...


@app.post("/addresses")
def make(user_id: int, session: Session = Depends(get_session)):
    session.add(Address(user_id=user_id))


@app.get("/addresses")
def addresses(user_id: int, session: Session = Depends(get_session)):
    return Store(session).list_all({GIVEN})
"""


def test_a_keyword_that_says_whose_rows_are_asked_for_is_a_condition() -> None:
    for given, sure in (("user_id=user_id", LOW), ("", HIGH)):
        found = testing.run_rule("API008", {"shop/app.py": KEPT.replace("{GIVEN}", given)})
        assert [each.confidence for each in found] == [sure], given
