"""DBS007: what stands between two commits, what a failure takes back, and halves that nobody misses."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

LOW, HIGH = Confidence.LOW, Confidence.HIGH
HEAD = """\
from passlib.hash import bcrypt
from sqlalchemy import create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]

class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)

class UserSession(Base):
    __tablename__ = "user_sessions"
    id: Mapped[int] = mapped_column(primary_key=True)

class ChatSession(Base):
    __tablename__ = "chat_sessions"
    id: Mapped[int] = mapped_column(primary_key=True)

"""
CALLED = """\
def keep(session: Session, order: Order, secret: str) -> None:
    {before}
    session.add(order)
    session.commit()
    {behind}

def place(session: Session, secret: str) -> None:
    order = Order()
    keep(session, order, secret)
    session.add(Line(order=order))
    session.commit()
"""
HASHED = "order.code = bcrypt.hash(secret)"
OWN_SAVE = """\
from django.core.mail import send_mail
from django.db import models

class Order(models.Model):
    paid = models.BooleanField()

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)

class Depot(models.Model):
    stock = models.IntegerField()

    def save(self, *args, **kwargs):
        {before}
        super().save(*args, **kwargs)
        {behind}

def take(order: Order) -> None:
    depot = Depot.objects.get(order=order)
    depot.stock = 0
    depot.save()

def pay(order: Order) -> None:
    order.paid = True
    order.save()
    take(order)
"""
MAILED = "send_mail('taken', '', None, ['depot@example.com'])"
UNDONE = """\
def place(session: Session, data) -> None:
    try:
        order = Order(data)
        session.add(order)
        session.commit()
        session.add(Line(order=order))
        session.commit()
    except Exception:
        session.rollback()
        {undo}(session, data)
        raise

def {undo}(session: Session, data) -> None:
    {does}
"""
DELETED = "session.query(Order).filter_by(code=data['code']).delete(); session.commit()"
OF_ANOTHER = """\
def drop(session: Session, order: Order) -> None:
    with create_engine(order.code).connect() as conn:
        conn.execute(text("{does}"), {{"id": order.id}})
        conn.commit()
    session.delete(order)
    session.commit()
"""
ENTERED = """\
def enter(session: Session, order: Order) -> None:
    order.failures = 0
    session.commit()
    made = {model}(order=order)
    session.add(made)
    session.commit()
"""
CODED = """\
def ask(session: Session, order: Order) -> None:
    order.{field} = "42"
    session.commit()
    session.add(Line(order=order))
    session.commit()
"""
OPENED = """\
def {name}(session: Session, order: Order) -> Order:
    session.add(order)
    session.commit()
    return order

def place(session: Session) -> None:
    order = {name}(session, Order())
    session.add(Line(order=order))
    session.commit()
"""
FOUND = """\
def move(session: Session, key: int) -> None:
    order = session.get(Order, key)
    order.code = "moved"
    session.commit()
    line = session.query(Line).filter_by({by}).first()
    line.code = "moved"
    session.commit()
"""
DIFFERS = """\
from django.db import models

class City(models.Model):
    zone = models.TextField()

class Person(models.Model):
    city = models.ForeignKey(City, on_delete=models.CASCADE)

def settle(person: Person, city: City, zone: str) -> None:
    if {test}:
        city.zone = zone
        city.save()
    person.city = city
    person.save()
"""
AUDITED = """\
from django.db import models

class Order(models.Model):
    paid = models.BooleanField()

class {model}(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)

def record(order: Order) -> int:
    try:
        return {model}.objects.create(order=order).pk
    except Exception:
        {handled}

def pay(order: Order) -> None:
    order.paid = True
    order.save()
    {record}
"""
HEADED = """\
from pymongo.database import Database

def keep(db: Database, name: str, lines: list) -> None:
    order = db.orders.update_one({{"name": name}}, {{"$set": {{"open": True}}}}{upsert})
    db.depots.update_one({{"order": order.upserted_id}}, {{"$set": {{"lines": lines}}}})
"""
SERIALIZED = """\
from django.db import models, transaction
from rest_framework import serializers

class Order(models.Model):
    name = models.TextField()

class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)

class OrderSerializer(serializers.ModelSerializer):
    class Meta:
        model = Order

    def create(self, data):
        order = super().create(data)
        Line.objects.create(order=order)
        return order

def take(message):
    with {block}:
        serializer = OrderSerializer(data=message)
        serializer.is_valid(raise_exception=True)
        serializer.save()
"""
LAYERED = """\
class Rows:
    def insert(self, session: Session, row) -> None:
        {guard}session.add(row); session.commit()

class Orders(Rows):
    def create(self, session: Session, row) -> None:
        self.insert(session, row)

def place(session: Session) -> None:
    order = Order()
    Orders().create(session, order)
    session.add(Line(order=order))
    session.commit()
"""
CHAT = """\
from aiogram import Router
from aiogram.types import Message
from sqlalchemy.orm import Session
from shop.orders import Line, Order

router = Router()

@router.message()
async def buy(message: Message, session: Session) -> None:
    await place(session)

async def place(session: Session) -> None:
    order = Order()
    session.add(order)
    session.commit()
    session.add(Line(order=order))
    session.commit()
"""
ROUTE = """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/")
def shown() -> None: ...
"""
REFUSED = """\
def order_of(session: Session, key: int) -> Order:
    order = session.get(Order, key)
    if order.code == "old":
        order.code = "expired"
        with quiet():
            session.commit()
        {end}
    return order

def place(session: Session, key: int) -> None:
    order = order_of(session, key)
    session.add(Line(order=order))
    session.commit()
"""


@pytest.mark.parametrize(
    ("source", "confidence"),
    [
        (HEAD + CALLED.format(before=HASHED, behind="pass"), HIGH),
        (HEAD + CALLED.format(before="pass", behind=HASHED), LOW),
        (OWN_SAVE.format(before="pass", behind=MAILED), HIGH),
        (OWN_SAVE.format(before=MAILED, behind="pass"), LOW),
        (HEAD + UNDONE.format(undo="delete_order", does=DELETED), LOW),
        (HEAD + UNDONE.format(undo="delete_upload", does="print(data)"), HIGH),
        (HEAD + UNDONE.format(undo="note_failure", does=DELETED), HIGH),
        (HEAD + OF_ANOTHER.format(does="DROP TABLE copies"), LOW),
        (HEAD + OF_ANOTHER.format(does="DELETE FROM copies WHERE order_id = :id"), HIGH),
        (HEAD + ENTERED.format(model="UserSession"), LOW),
        (HEAD + ENTERED.format(model="ChatSession"), HIGH),
        (HEAD + CODED.format(field="otp_code"), LOW),
        (HEAD + CODED.format(field="state_code"), HIGH),
        (HEAD + OPENED.format(name="open_or_attach_order"), LOW),
        (HEAD + OPENED.format(name="open_order"), HIGH),
        (HEAD + FOUND.format(by="order_id=order.number"), HIGH),
        (DIFFERS.format(test="city.zone != zone"), LOW),
        (DIFFERS.format(test="zone"), HIGH),
        (AUDITED.format(model="AuditLog", handled="raise", record="record(order)"), HIGH),
        (AUDITED.format(model="AuditLog", handled="return -1", record="record(order)"), LOW),
        (AUDITED.format(model="AuditLog", handled="return -1", record="kept = record(order)"), HIGH),
        (AUDITED.format(model="AccessLog", handled="raise", record="record(order)"), LOW),
        (AUDITED.format(model="Bill", handled="return -1", record="record(order)"), HIGH),
        (HEAD + LAYERED.format(guard=""), HIGH),
        (HEAD + LAYERED.format(guard="if row.code: "), LOW),
        (HEADED.format(upsert=""), HIGH),
        (HEADED.format(upsert=", upsert=True"), LOW),
    ],
)
def test_how_sure_it_is(source: str, confidence: Confidence) -> None:
    (finding,) = testing.run_rule("DBS007", {"shop/orders.py": source})
    assert finding.confidence == confidence


@pytest.mark.parametrize(("end", "found"), [("raise ValueError", 0), ("print(order)", 1)])
def test_what_is_kept_before_a_refusal_in_a_block_of_its_own(end: str, found: int) -> None:
    assert len(testing.run_rule("DBS007", {"shop/orders.py": HEAD + REFUSED.format(end=end)})) == found


@pytest.mark.parametrize(("annotation", "confidence"), [("Message", HIGH), ("dict", LOW)])
def test_a_chat_is_answered_as_a_request_is(annotation: str, confidence: Confidence) -> None:
    bot = CHAT.replace("message: Message", f"message: {annotation}")
    (finding,) = testing.run_rule("DBS007", {"shop/orders.py": HEAD, "shop/bot.py": bot, "shop/web.py": ROUTE})
    assert finding.confidence == confidence


def test_what_is_found_by_something_else_is_about_nothing() -> None:
    assert not testing.run_rule("DBS007", {"shop/orders.py": HEAD + FOUND.format(by="name='last'")})


@pytest.mark.parametrize(("block", "found"), [("transaction.atomic()", 0), ("opened(message)", 1)])
def test_a_serializer_saves_in_the_transaction_of_whoever_makes_one(block: str, found: int) -> None:
    assert len(testing.run_rule("DBS007", {"shop/orders.py": SERIALIZED.format(block=block)})) == found
