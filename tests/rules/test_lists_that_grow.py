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

@app.get("/found")
def found():
    return jsonify({rows})
"""


def _confidence(rows: str, guard: str = "") -> list[Confidence]:
    found = testing.run_rule("API008", {"shop/app.py": APP.format(rows=rows, guard=guard)})
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
