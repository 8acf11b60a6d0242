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


BESIDE = """\
from fastapi import FastAPI

from shop.stores import connected, table

app = FastAPI()
client = connected()
baskets = {{}}


def kept(user, sku):
    {kept}


@app.post("/baskets/{{user}}")
def add(user: str, sku: str) -> None:
    {add}


@app.get("/baskets/{{user}}")
def basket(user: str) -> str:
    return baskets[user]


def save_all(path):
    {save}
"""
KEPT = "baskets[user] = sku"


@pytest.mark.parametrize(
    ("kept", "add", "save", "confidence"),
    [
        (KEPT, "kept(user, sku)", "pass", Confidence.MEDIUM),
        (
            KEPT,
            "if client is not None:\n        client.set(user, sku)\n    else:\n        kept(user, sku)",
            "pass",
            Confidence.LOW,
        ),
        (
            KEPT,
            "if client is not None:\n        print(user, sku)\n    else:\n        kept(user, sku)",
            "pass",
            Confidence.MEDIUM,
        ),
        (f"if client:\n        client.set(user, sku)\n        return\n    {KEPT}", "kept(user, sku)", "pass", Confidence.LOW),
        (f"if client:\n        client.set(user, sku)\n    {KEPT}", "kept(user, sku)", "pass", Confidence.MEDIUM),
        (
            "if client:\n        try:\n            client.set(user, sku)\n        except OSError:\n            " + KEPT,
            "kept(user, sku)",
            "pass",
            Confidence.LOW,
        ),
        (KEPT, "kept(user, sku)", "path.write_text(str(baskets))", Confidence.LOW),
    ],
)
def test_what_is_kept_where_the_store_is_missing(kept: str, add: str, save: str, confidence: Confidence) -> None:
    (found,) = testing.run_rule("PRF005", {"shop.py": BESIDE.format(kept=kept, add=add, save=save)})
    assert found.confidence == confidence


FILLED = """\
from fastapi import FastAPI

app = FastAPI()
tables = {{}}


def check(name):
    if not exists(name):
        create(name)
    tables[name] = made(name)


@app.post("/orders/{{name}}")
def order(name: str) -> None:
    check(name)


@app.get("/orders/{{name}}")
def orders(name: str) -> object:
    {miss}
    return tables.get(name)
"""


@pytest.mark.parametrize(
    ("miss", "told"),
    [
        ("if tables.get(name) is None:\n        check(name)", False),
        ("if name not in tables:\n        check(name)", False),
        ("if name not in tables:\n        print(name)", True),
        ("check(name.lower())", True),
    ],
)
def test_what_is_made_again_where_it_is_missing(miss: str, told: bool) -> None:
    assert bool(testing.run_rule("PRF005", {"shop.py": FILLED.format(miss=miss)})) is told


def test_mock_data_are_no_state() -> None:
    text = SHOP.format(put="baskets[user] = sku")
    assert testing.run_rule("PRF005", {"shop.py": text})
    assert not testing.run_rule("PRF005", {"shop.py": text.replace("baskets", "mock_baskets")})


@pytest.mark.parametrize(("last", "confidence"), [("finally", Confidence.LOW), ("except OSError", Confidence.HIGH)])
def test_what_is_there_while_a_request_is_answered(last: str, confidence: Confidence) -> None:
    put = f"baskets[user] = sku\n    try:\n        print(sku)\n    {last}:\n        baskets.pop(user)"
    (found,) = testing.run_rule("PRF005", {"shop.py": SHOP.format(put=put)})
    assert found.confidence == confidence
