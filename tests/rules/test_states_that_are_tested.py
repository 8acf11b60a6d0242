"""A state that is tested and then set is told where something beside it is done twice; else it is a note."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MODELS = """\
from django.db import models


class Order(models.Model):
    status = models.CharField(max_length=20)


class Refund(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)


class OrderLog(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)


class Receipt(models.Model):
    order = models.OneToOneField(Order, on_delete=models.CASCADE)


class Entry(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    kind = models.CharField(max_length=20)

    class Meta:
        unique_together = [("order", "kind")]
"""
URLS = """\
from django.urls import path

from shop import views

urlpatterns = [path("refund/<int:pk>", views.refund)]
"""
VIEWS = """\
import requests
from django.http import HttpResponse

from shop.models import Entry, Order, OrderLog, Receipt, Refund

KINDS = ["goods", "freight"]


def ensure_refund(order):
    Refund.objects.create(order=order)


def fetch_state(order):
    return requests.post("https://pay.example.org/find", json=[order.pk], timeout=3).json()


def close_order(order):
    requests.post("https://pay.example.org/close", json=[order.pk], timeout=3)


def send_order(order):
    requests.post("https://pay.example.org/close", json=[order.pk], timeout=3)


def make_refund(order):
    if Refund.objects.filter(order=order).exists():
        return
    Refund.objects.create(order=order)


def refund(request, pk):
    order = Order.objects.get(pk=pk)
    if order.status != "paid":
        return HttpResponse(status=409)
    {beside}
    order.status = "refunded"
    order.save()
    return HttpResponse()
"""


@pytest.mark.parametrize(
    ("beside", "confidence"),
    [
        ("Refund.objects.create(order=order)", Confidence.MEDIUM),
        ("pass", Confidence.LOW),
        ("OrderLog.objects.create(order=order)", Confidence.LOW),
        ("Receipt.objects.create(order=order)", Confidence.LOW),
        ("Entry.objects.create(order=order, kind='refund')", Confidence.LOW),
        ("for kind in KINDS: Entry.objects.create(order=order, kind=kind)", Confidence.LOW),
        ("for kind in request.POST: Entry.objects.create(order=order, kind=kind)", Confidence.MEDIUM),
        ("Entry.objects.create(order=order, kind=request.POST['kind'])", Confidence.MEDIUM),
        ("ensure_refund(order)", Confidence.LOW),
        ("make_refund(order)", Confidence.LOW),
        ("Refund.objects.get_or_create(order=order)", Confidence.LOW),
        ("requests.post('https://pay.example.org', timeout=3)", Confidence.MEDIUM),
        ("requests.get('https://pay.example.org', timeout=3)", Confidence.LOW),
        ("requests.put('https://pay.example.org', json=['closed'], timeout=3)", Confidence.LOW),
        ("fetch_state(order)", Confidence.LOW),
        ("close_order(order)", Confidence.LOW),
        ("send_order(order)", Confidence.MEDIUM),
        ("Receipt.objects.create(order=order); requests.post('https://pay.example.org', timeout=3)", Confidence.LOW),
        ("requests.post('https://pay.example.org', timeout=3); Receipt.objects.create(order=order)", Confidence.MEDIUM),
    ],
)
def test_what_is_beside_it(beside: str, confidence: Confidence) -> None:
    files = {"shop/models.py": MODELS, "shop/urls.py": URLS, "shop/views.py": VIEWS.format(beside=beside)}
    assert [found.confidence for found in testing.run_rule("DBS017", files)] == [confidence]


ASKED = """\
from sqlalchemy import Column, Integer, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)
    quantity = Column(Integer)


async def add(session: AsyncSession, pk: int, n: int):
    result = await session.execute(select(Item).where(Item.id == pk))
    item = {item}
    item.quantity += n
    await session.commit()
"""


@pytest.mark.parametrize("item", ["result.scalar_one_or_none()", "result.scalars().first()", "result.scalar_one()"])
def test_a_row_of_an_answer_is_read_where_it_was_asked_for(item: str) -> None:
    (found,) = testing.run_rule("DBS017", {"shop/items.py": ASKED.format(item=item)})
    assert found.confidence == Confidence.HIGH


CART = """\
from django.db import models


class CartItem(models.Model):
    user = models.ForeignKey("auth.User", on_delete=models.CASCADE)
    quantity = models.IntegerField()
    seen = models.IntegerField()


def add(request, pk):
    item = CartItem.objects.get(user=request.user, pk=pk)
    item.{number} += 1
    item.save()
"""


@pytest.mark.parametrize(("number", "confidence"), [("quantity", Confidence.HIGH), ("seen", Confidence.LOW)])
def test_what_is_found_by_who_asks(number: str, confidence: Confidence) -> None:
    (found,) = testing.run_rule("DBS017", {"shop/carts.py": CART.format(number=number)})
    assert found.confidence == confidence


MADE = """\
from django.db import models


class CartItem(models.Model):
    quantity = models.IntegerField()


def add(pk):
    item, is_new = CartItem.objects.get_or_create(pk=pk, defaults={"quantity": 1})
    if not is_new:
        item.quantity += 1
        item.save()
"""


def test_a_row_that_is_got_or_made_is_read() -> None:
    (found,) = testing.run_rule("DBS017", {"shop/carts.py": MADE})
    assert found.confidence == Confidence.HIGH


STOCK = """\
from sqlalchemy import Column, Integer, select
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()


class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)
    quantity = Column(Integer)


class Items:
    def __init__(self, session: Session):
        self.session = session

    def {name}(self, pk: int, n: int):
        result = self.session.execute(select(Item).where(Item.id == pk))
        item = result.scalar_one()
        item.quantity += n
        self.session.commit()

    def show(self, pk: int):
        return self.session.get(Item, pk)
"""
ROUTES = """\
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from shop.items import Items

app = FastAPI()
engine = create_engine("postgresql://db/shop")


@app.post("/items/{pk}")
def change(pk: int):
    with Session(engine) as session:
        items = Items(session)
        items.add(pk, 1)
        return items.show(pk)
"""


@pytest.mark.parametrize(("name", "confidence"), [("add", Confidence.HIGH), ("raise_by", Confidence.LOW)])
def test_what_nobody_calls_is_a_note_where_an_answer_gives_the_row(name: str, confidence: Confidence) -> None:
    files = {"shop/__init__.py": "", "shop/items.py": STOCK.format(name=name), "shop/main.py": ROUTES}
    assert [found.confidence for found in testing.run_rule("DBS017", files)] == [confidence]
