"""Entries that CCH001 only notes: what each change of their source takes out, and what an interface to any store keeps."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MODELS = """\
from django.db import models


class Product(models.Model):
    slug = models.CharField(max_length=20)
{methods}"""
VIEWS = """\
from django.core.cache import cache

from shop.models import Product


def product(slug):
    key = "{}_product".format(slug)
    found = cache.get(key)
    if found is None:
        found = Product.objects.get(slug=slug)
        cache.set(key, found, None)
    return found
"""
RECEIVER = """\
from django.core.cache import cache
from django.db.models.signals import post_save
from django.dispatch import receiver

from shop.models import Product


@receiver(post_save, sender=Product)
def forget(sender, instance, **kwargs):
    cache.delete("%s_%s" % (instance.slug, "{word}"))
"""
CONNECTED = """\
from django.core.cache import cache
from django.db.models.signals import post_save

from shop.models import Product


def forget(sender, instance, **kwargs):
    cache.delete(f"{instance.slug}_product")


post_save.connect(forget, sender=Product)
"""
BY_HAND = """\
from django.core.cache import cache


def forget(slug):
    cache.delete(f"{slug}_product")
"""
SAVE = """
    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        cache.delete(f"{self.slug}_product")
"""


@pytest.mark.parametrize(
    ("methods", "signals", "confidence"),
    [
        ("", RECEIVER.replace("{word}", "product"), Confidence.LOW),
        ("", CONNECTED, Confidence.LOW),
        (SAVE, "", Confidence.LOW),
        ("", RECEIVER.replace("{word}", "list"), Confidence.HIGH),
        ("", BY_HAND, Confidence.HIGH),
    ],
)
def test_what_a_save_takes_out(methods: str, signals: str, confidence: Confidence) -> None:
    models = "from django.core.cache import cache\n" + MODELS.format(methods=methods)
    files = {"shop/models.py": models, "shop/views.py": VIEWS, "shop/signals.py": signals}
    found = testing.run_rule("CCH001", files)
    assert [(hit.location.path, hit.confidence) for hit in found] == [("shop/views.py", confidence)]


STORES = """\
from typing import Protocol

import redis
from sqlalchemy import insert
from sqlalchemy.orm import Session


class Store(Protocol):
    def put(self, key: str, value: str, until=None) -> None: ...

    def one(self, key: str) -> str | None: ...


class Remembered(Store):
    def __init__(self) -> None:
        self.client = redis.Redis()

    def put(self, key: str, value: str, until=None) -> None:
        self.client.set(key, value)
        if until:
            self.client.expireat(key, until)

    def one(self, key: str) -> str | None:
        return self.client.get(key)
"""
ROWS = """

class Rows(Store):
    def __init__(self, session: Session) -> None:
        self.session = session

    def put(self, key: str, value: str, until=None) -> None:
        self.session.execute(insert(KEPT).values(key=key, value=value))

    def one(self, key: str) -> str | None:
        return self.session.get(KEPT, key)
"""
ASKING = """\
import requests

from shop.stores import Store


class Rates:
    def __init__(self, store: Store) -> None:
        self.store = store

    def rate(self, currency: str):
        found = self.store.one(f"cache:rate:{currency}")
        if found is None:
            found = requests.get(f"https://rates.example.com/{currency}", timeout=3).text
            self.store.put(f"cache:rate:{currency}", found)
        return found
"""


@pytest.mark.parametrize(("rows", "confidence"), [("", Confidence.HIGH), (ROWS, Confidence.LOW)])
def test_what_any_store_keeps(rows: str, confidence: Confidence) -> None:
    found = testing.run_rule("CCH001", {"shop/stores.py": STORES + rows, "shop/rates.py": ASKING})
    assert [hit.confidence for hit in found if hit.location.path == "shop/rates.py"] == [confidence]


FLAG = """\
import redis

client = redis.Redis()


def tell(name):
    pipe = client.pipeline()
    pipe.setnx(name, 1)
    pipe.execute()


def take(name):
    return client.setnx(name, 1)
"""


def test_a_flag_whose_answer_nobody_hears_is_no_lock() -> None:
    found = testing.run_rule("CCH001", {"shop/flags.py": FLAG})
    assert [hit.location.line for hit in found if hit.confidence > Confidence.LOW] == [13]
