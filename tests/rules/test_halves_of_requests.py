"""DBS007: what a request waits for by way of a view, rows that are made by halves, and stores without transactions."""

from __future__ import annotations

from archlint import testing
from archlint.facts.findings import Confidence

LOW, MEDIUM, HIGH = Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH
MODELS = """\
from django.db import models


class Customer(models.Model):
    name = models.CharField(max_length=9)


class Tag(models.Model): ...


class Card(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)

    def save(self, *args, **kwargs):
        self.full_clean()
        super().save(*args, **kwargs)


class Order(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    card = models.ForeignKey(Card, on_delete=models.CASCADE)
    note = models.CharField(max_length=9)
    tags = models.ManyToManyField(Tag)

    def save(self, *args, **kwargs):
        self.full_clean()
        super().save(*args, **kwargs)
"""
VIEWS = """\
from django.views.generic import FormView
from shop.merging import merged


class Merge(FormView):
    def form_valid(self, form):
        merged(form.cleaned_data["kept"], form.cleaned_data["other"])
        return super().form_valid(form)
"""
URLS = """\
from django.urls import path
from shop import views

urlpatterns = [path("merge", views.Merge.as_view())]
"""
MERGING = """\
from shop.models import Customer, Order


def merged(kept: Customer, other: Customer) -> None:
    Order.objects.filter(customer=other).update(customer=kept)
    other.delete()


def merged_later(kept: Customer, other: Customer) -> None:
    Order.objects.filter(customer=other).update(customer=kept)
    other.delete()
"""
TASKS = """\
from celery import shared_task
from shop.merging import merged_later


@shared_task
def merge(kept, other):
    merged_later(kept, other)
"""
MAKING = """\
from shop.models import Card, Customer, Order


def tagged(customer: Customer, tags: list) -> Order:
    order = Order.objects.create(customer=customer)
    order.tags.set(tags)
    return order


def noted(customer: Customer, note: str) -> Order:
    order = Order.objects.create(customer=customer)
    order.note = note
    order.save()
    return order


def tagged_again(order: Order, tags: list) -> None:
    order.tags.clear()
    order.tags.set(tags)


def with_card(order: Order, customer: Customer) -> None:
    card = Card.objects.create(customer=customer)
    order.card = card
    order.save()
"""
VECTORS = """\
from pymilvus import MilvusClient


def describe(client: MilvusClient, name: str, fields: list) -> None:
    client.delete(collection_name="schemas", filter=f"name == '{name}'")
    client.insert(collection_name="schemas", data={"name": name, "fields": fields})
"""

PROCESSING = """\
from sqlalchemy.orm import DeclarativeBase, Session


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"


class Entry(Base):
    __tablename__ = "entries"


def keep(session: Session, entry: Entry) -> None:
    if entry.amount:
        session.add(entry)
        session.commit()
        line = Line(entry=entry)
        session.add(line)
        session.commit()


class Line(Base):
    __tablename__ = "lines"


def process(session: Session, order: Order, by: str) -> None:
    if by == "card":
        keep(session, Entry(order=order))


def place(session: Session, by: str, amount: int) -> None:
    order = Order(amount=amount)
    session.add(order)
    session.commit()
    process(session, order, by)


def change(session: Session, order: Order, by: str, amount: int) -> None:
    order.amount = amount
    session.add(order)
    session.commit()
    process(session, order, by)
"""
COUNTING = """\
from django.db import models


class Shelf(models.Model):
    above = models.ForeignKey("self", on_delete=models.CASCADE)
    books = models.IntegerField()

    def put(self, books: int) -> None:
        self.books = books
        self.save()
        if self.above:
            self.above.put(books)
"""


def told(files: dict[str, str]) -> dict[str, Confidence]:
    return {finding.symbol: finding.confidence for finding in testing.run_rule("DBS007", files)}


def test_a_request_waits_for_what_a_library_runs_for_its_view_and_for_what_that_calls() -> None:
    files = {"shop/models.py": MODELS, "shop/merging.py": MERGING, "shop/tasks.py": TASKS}
    files |= {"shop/views.py": VIEWS, "shop/urls.py": URLS}
    assert told(files) == {"merged": HIGH, "merged_later": LOW}


def test_what_stands_in_another_table_for_a_row_that_is_made_belongs_to_it() -> None:
    assert told({"shop/models.py": MODELS, "shop/making.py": MAKING}) == {
        "tagged": HIGH,
        "noted": LOW,
        "tagged_again": LOW,
        "with_card": HIGH,
    }


def test_a_store_without_transactions_has_none_to_put_around_both() -> None:
    assert told({"shop/vectors.py": VECTORS}) == {"describe": LOW}


def test_what_is_given_a_row_that_the_function_has_made_may_write_further_down() -> None:
    assert told({"shop/processing.py": PROCESSING}) == {"keep": HIGH, "place": HIGH}


def test_what_asks_the_row_above_to_do_the_same_is_no_half() -> None:
    assert told({"shop/models.py": COUNTING}) == {"Shelf.put": LOW}
