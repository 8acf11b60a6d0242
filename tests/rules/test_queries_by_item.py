"""What PRF001 makes of a place that asks by its item and writes, and what keeps such a question a note."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence, Finding

MODELS = """\
from django.db import models, transaction


class User(models.Model):
    name = models.CharField(max_length=20)


class Order(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    number = models.CharField(max_length=20)


def dropped(order_id):
    order = Order.objects.filter(pk=order_id).first()
    if order is not None:
        order.delete()


def of_user(user_id):
    for order in Order.objects.filter(user_id=user_id):
        print(order)
    User.objects.filter(pk=user_id).delete()


def sometimes(order_id):
    if order_id:
        Order.objects.filter(pk=order_id).first()
    Order.objects.filter(pk=order_id).delete()


def made_first(order_id):
    Order.objects.create(number=order_id)
    return Order.objects.filter(pk=order_id).first()


def at_length(order_id):
    order = Order.objects.filter(pk=order_id).first()
    User.objects.create(name="a")
    User.objects.filter(name="b").delete()
    order.delete()


def settle(what):
    return Order.objects.get(number=what)


"""
SENT = "def page(request):\n    return [{} for line in request.data['lines']]\n"


def finding(code: str) -> Finding:
    head = "from django.db import transaction\nfrom shop.models import *\nfrom shop.models import User, Order, settle\n\n\n"
    found = testing.run_rule("PRF001", {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/pages.py": head + code})
    return next(f for f in found if f.location.path == "shop/pages.py")


@pytest.mark.parametrize(
    ("call", "is_shown"),
    [
        ("dropped(line['id'])", True),
        ("Order.objects.get_or_create(number=line['number'])", True),
        ("Order.objects.update_or_create(number=line['number'])", True),
        ("Order.objects.get_or_create(number='1')", False),
        ("of_user(line['id'])", False),
        ("sometimes(line['id'])", False),
        ("at_length(line['id'])", False),
    ],
)
def test_a_question_by_the_item_ahead_of_a_write_decides(call: str, is_shown: bool) -> None:
    found = finding(SENT.format(call))
    assert (found.confidence > Confidence.LOW) == is_shown
    assert ("queries the database" in found.message) == is_shown


@pytest.mark.parametrize("call", ["Order.objects.create(number=line['number'])", "made_first(line['id'])"])
def test_a_row_that_is_added_in_each_turn_is_told_as_a_write(call: str) -> None:
    found = finding(SENT.format(call))
    assert found.confidence > Confidence.LOW
    assert "writes to the database" in found.message


def test_such_a_question_for_what_may_be_a_handful_is_a_note() -> None:
    code = "def page(order_ids):\n    for order_id in order_ids:\n        dropped(order_id)\n"
    assert finding(code).confidence == Confidence.LOW


@pytest.mark.parametrize(
    ("items", "is_shown"),
    [
        ("Order.objects.all()", True),
        ("Order.objects.filter(number='1')", True),
        ("User.objects.get(pk=1).order_set.all()", False),
        ("user.order_set.all()", False),
    ],
)
def test_a_look_up_for_each_part_of_one_row_is_a_note(items: str, is_shown: bool) -> None:
    code = f"def page(user: User):\n    for order in {items}:\n        User.objects.get_or_create(name=order.number)\n"
    assert (finding(code).confidence > Confidence.LOW) == is_shown


@pytest.mark.parametrize(
    ("call", "is_shown"),
    [
        ("settle(line['order_id'])", True),
        ("settle(line.order_id)", True),
        ("settle(line.get('order_id'))", True),
        ("settle(line['product_code'])", True),
        ("settle(line['sku'])", True),
        ("settle(line['coded'])", False),
        ("settle(line['name'])", False),
        ("settle(line.identity)", False),
        ("settle(lines['order_id'])", False),
    ],
)
def test_a_question_by_the_key_of_the_item_counts(call: str, is_shown: bool) -> None:
    found = finding(f"def page(lines):\n    return [{call} for line in lines]\n")
    assert found.confidence == (Confidence.MEDIUM if is_shown else Confidence.LOW)


KEPT = {
    "the loop mends what has failed": (
        "def page(kept):\n    try:\n        run()\n    except OSError:\n"
        "        for user in User.objects.all():\n            settle(user.name)\n",
        "has failed",
    ),
    "each row is locked and kept": (
        "def page(session):\n    for user in User.objects.all():\n"
        "        Order.objects.select_for_update().get(number=user.name)\n        transaction.commit()\n",
        "locked by itself",
    ),
    "each turn asks for a group": (
        "def page(by_user):\n    for user in User.objects.all():\n        for state, order_ids in by_user[user].items():\n"
        "            settle(order_ids)\n",
        "all of a group",
    ),
    "only texts come there, and it has a number": (
        "def page():\n    for user in User.objects.all():\n        of_text(user.id)\n\n\n"
        "def of_text(key):\n    if isinstance(key, str):\n        return settle(key)\n",
        "not be reached",
    ),
    "it ends at the first that is free": (
        "def page():\n    for user in User.objects.all():\n        taken = settle(user.name)\n        if not taken:\n"
        "            break\n",
        "looks for one of them",
    ),
    "it is reached only where the rows are loaded": (
        "def page():\n    for user in User.objects.all():\n        if is_prefetched(user, 'orders'):\n"
        "            settle(user.name)\n",
        "handed in",
    ),
    "it asks for what went wrong": (
        "def page(results):\n    for user, result in zip(User.objects.all(), results):\n"
        "        if isinstance(result, BaseException):\n            settle(user.name)\n",
        "something is amiss",
    ),
}
PLAIN = {
    "texts that come there": (
        "def page():\n    for user in User.objects.all():\n        of_text(user.name)\n\n\n"
        "def of_text(key):\n    if isinstance(key, str):\n        return settle(key)\n"
    ),
    "what is no failure": (
        "def page(kept):\n    try:\n        run()\n    except User.DoesNotExist:\n"
        "        for user in User.objects.all():\n            settle(user.name)\n"
    ),
    "rows that are locked in one transaction": (
        "def page(session):\n    for user in User.objects.all():\n"
        "        Order.objects.select_for_update().get(number=user.name)\n"
    ),
    "a break that something else decides": (
        "def page(limit):\n    for user in User.objects.all():\n        settle(user.name)\n        if user.name > limit:\n"
        "            break\n"
    ),
    "an end at what is not there": (
        "def page():\n    for user in User.objects.all():\n        order = settle(user.name)\n"
        "        if not order or order.late:\n"
        "            return refused(user.name)\n"
    ),
    "a break of a loop inside": (
        "def page():\n    for user in User.objects.all():\n        order = settle(user.name)\n        for part in parts():\n"
        "            if part.fits(order):\n                break\n"
    ),
    "another test of a kind": (
        "def page():\n    for user in User.objects.all():\n        if isinstance(user, User):\n            settle(user.name)\n"
    ),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_few_items_come_to_is_a_note(case: str) -> None:
    code, doubt = KEPT[case]
    found = finding(code)
    assert found.confidence == Confidence.LOW
    assert doubt in found.message


@pytest.mark.parametrize("case", PLAIN)
def test_what_all_items_come_to_is_none(case: str) -> None:
    assert finding(PLAIN[case]).confidence > Confidence.LOW


ROUTES = """
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel

from shop.models import settle

app = FastAPI()


class Part(BaseModel):
    numbers: list[str]


class Wanted(BaseModel):
    numbers: list[str]
    part: Part
    parts: list[Part]


Kept = Annotated[Wanted, Depends(load)]


class Work:
    def run(self, wanted: Wanted):
        return [settle(number) for number in ITEMS]


@app.post("/wanted")
def wanted(body: BODY):
    Work().run(GIVEN)
"""


@pytest.mark.parametrize(
    ("body", "given", "items", "is_sent"),
    [
        ("Wanted", "body", "wanted.numbers", True),
        ("Wanted", "body", "wanted.part.numbers", True),
        ("Kept", "body", "wanted.numbers", False),
        ("Wanted", "load()", "wanted.numbers", False),
        ("Wanted", "body", "self.numbers", False),
    ],
)
def test_what_is_sent_stays_so_where_it_is_handed_on(body: str, given: str, items: str, is_sent: bool) -> None:
    code = ROUTES.replace("BODY", body).replace("GIVEN", given).replace("ITEMS", items)
    found = testing.run_rule("PRF001", {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/routes.py": code})
    (one,) = [f for f in found if f.location.path == "shop/routes.py"]
    assert (one.confidence > Confidence.LOW) == is_sent
