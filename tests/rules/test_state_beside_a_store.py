"""State of the process that stands in for a store which is missing is noted; state beside one that is there is told."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

SHOP = """\
import redis
from fastapi import FastAPI

app = FastAPI()
client = redis.Redis()
baskets = {{}}


@app.post("/baskets/{{user}}")
def add(user: str, sku: str) -> None:
    {put}


@app.get("/baskets/{{user}}")
def basket(user: str) -> str:
    return baskets[user]
"""


@pytest.mark.parametrize(
    ("put", "confidence"),
    [
        ("if client:\n        client.set(user, sku, ex=60)\n    else:\n        baskets[user] = sku", Confidence.LOW),
        ("if client:\n        client.ping()\n    baskets[user] = sku", Confidence.HIGH),
        ("if sku:\n        client.set(user, sku, ex=60)\n    else:\n        baskets[user] = sku", Confidence.HIGH),
    ],
)
def test_what_stands_in_for_a_store_is_noted(put: str, confidence: Confidence) -> None:
    (found,) = testing.run_rule("PRF005", {"shop.py": SHOP.format(put=put)})
    assert found.confidence == confidence
