"""SVC014 tells one place of a transaction and names the others: marks show where findings are, not what belongs to them."""

from __future__ import annotations

from archlint import testing

CODE = """\
import requests
from django.db import models, transaction

class Order(models.Model):
    state = models.TextField()

def finish(order: Order) -> None:
    order.state = "paid"
    with transaction.atomic():
        order.save()
        requests.post("https://pay.example.com/charges", timeout=5)
        requests.post("https://mail.example.com/letters", timeout=5)
    requests.post("https://news.example.com/orders", timeout=5)

def open_it(order: Order) -> None:
    with transaction.atomic():
        order.save()
        requests.post("https://pay.example.com/holds", timeout=5)
"""


def test_the_other_calls_of_a_transaction_are_named() -> None:
    first, single = testing.run_rule("SVC014", {"shop/orders.py": CODE})
    assert (first.location.line, [step.location.line for step in first.related]) == (11, [12])
    assert (single.location.line, single.related) == (18, ())
