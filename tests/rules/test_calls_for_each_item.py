"""SVC004: which of the calls that a loop makes are told, and which are only notes."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

HEAD = """
import requests
from fastapi import FastAPI
from flask import g

app = FastAPI()


def one(number):
    return requests.get(f"http://orders/{number}", timeout=2).json()
"""
TOLD = {
    "a list that callers hand over, by keys, where a request waits": """
def chosen() -> list[int]: ...


def shown(order_ids: list[int]):
    return [one(order_id) for order_id in order_ids]


@app.get("/orders")
def orders():
    return shown(chosen())
""",
    "a page of many": """
@app.get("/orders")
def orders():
    found = []
    for page in range(pages()):
        for order in requests.get("http://orders", params={"limit": 5, "page": page}, timeout=2).json():
            found.append(one(order["id"]))
    return found


def pages(): ...
""",
    "an address that is one": """
def picture(url):
    if url.startswith("http"):
        return requests.get(f"http://pictures?of={url}", timeout=2).content


@app.get("/orders")
def orders():
    return [picture(order["url"]) for order in requests.get("http://orders", timeout=2).json()]
""",
    "what has an attribute of another name": """
def known(number):
    if hasattr(g, "orders"):
        return g.order
    g.order = one(number)
    return g.order


@app.get("/orders")
def orders():
    return [known(order["id"]) for order in requests.get("http://orders", timeout=2).json()]
""",
}
NOTES = {
    "a list that callers hand over, by nothing that is a key": """
def chosen() -> list[str]: ...


def shown(words: list[str]):
    return [one(word) for word in words]


@app.get("/orders")
def orders():
    return shown(chosen())
""",
    "a file or an address": """
def picture(source):
    if source.startswith(("http://", "https://")):
        return requests.get(f"http://pictures?of={source}", timeout=2).content
    return open(source, "rb").read()


@app.get("/orders")
def orders():
    return [picture(order["logo"]) for order in requests.get("http://orders", timeout=2).json()]
""",
    "what the request keeps": """
def known():
    if hasattr(g, "names"):
        return g.names
    g.names = requests.get("http://orders/names", timeout=2).json()
    return g.names


def name(number):
    return known()[number]


@app.get("/orders")
def orders():
    return [name(order["id"]) for order in requests.get("http://orders", timeout=2).json()]
""",
    "credentials that are made of an item": """
def probe(credentials):
    return requests.get("http://mail/me", auth=credentials, timeout=2).json()


@app.post("/orders")
def orders(items: list[dict]):
    found = []
    for item in items:
        credentials = dict(item, kind="mail")
        found.append(probe(credentials))
    return found
""",
}
FEW = {
    "a limit among the parameters": 'requests.get("http://orders", params={"limit": 5}, timeout=2).json()["data"]',
    "a limit in the address": 'requests.get("http://orders?per_page=5&open=1", timeout=2).json().get("data", [])',
    "a limit that the library takes": 'getattr(stripe.Customer.list(email="a@b.c", limit=5), "data", [])',
}


def _sure(code: str) -> list[bool]:
    files = {"shop/__init__.py": "", "shop/api.py": HEAD + code}
    return [found.confidence > Confidence.LOW for found in testing.run_rule("SVC004", files)]


@pytest.mark.parametrize("case", TOLD)
def test_calls_that_are_told(case: str) -> None:
    assert _sure(TOLD[case]) == [True]


@pytest.mark.parametrize("case", NOTES)
def test_calls_that_are_notes(case: str) -> None:
    assert _sure(NOTES[case]) == [False]


@pytest.mark.parametrize("case", FEW)
def test_answers_that_are_short(case: str) -> None:
    code = f"""
import stripe


@app.get("/orders")
def orders():
    found = {FEW[case]}
    return [one(order["id"]) for order in found]
"""
    assert _sure(code) == []
    assert _sure(code.replace("=5", "=500").replace(": 5", ": 500")) == [True]


SERVICES = {
    "compose.yaml": "services:\n  orders:\n    build: ./orders\n  stock:\n    build: ./stock\n",
    "stock/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    "orders/main.py": """
import os

import httpx
from fastapi import FastAPI

app = FastAPI()
STOCK_URL = os.environ["STOCK_URL"]


def take(number):
    httpx.put(f"{STOCK_URL}/items/{number}", timeout=2)


@app.post("/orders")
def order():
    for item in httpx.get("https://shop.example.com/items", timeout=2).json():
        take(item["number"])
""",
}


def test_what_is_done_in_a_service_of_the_same_project() -> None:
    elsewhere = {**SERVICES, "orders/main.py": SERVICES["orders/main.py"].replace("STOCK_URL", "BANK_URL")}

    (own,) = testing.run_rule("SVC004", SERVICES)
    (other,) = testing.run_rule("SVC004", elsewhere)

    assert (own.confidence > Confidence.LOW, other.confidence) == (True, Confidence.LOW)


LIBRARIES = {
    "prices of one each": ("import yfinance", "yfinance.Ticker(item).history(period='1d')"),
    "rows of a sheet": ("import gspread", "sheet.append_row([item])"),
    "objects of a store": ("import boto3", "boto3.client('s3').delete_object(Bucket='orders', Key=item)"),
}


@pytest.mark.parametrize("case", LIBRARIES)
def test_libraries_that_take_many_at_once(case: str) -> None:
    library, call = LIBRARIES[case]
    code = f"""
{library}


@app.get("/orders")
def orders():
    sheet = gspread.service_account().open("orders").sheet1
    for item in requests.get("http://orders", timeout=2).json():
        {call}
"""
    assert _sure(code) == [True]


def test_an_address_that_says_what_is_done() -> None:
    code = """
@app.get("/orders")
def orders():
    for item in requests.get("http://orders", timeout=2).json():
        requests.get("http://files/files.remote.add", params={"key": item["number"]}, timeout=2)
"""
    assert _sure(code) == [False]


KINDS = {
    "one kind goes on": """
@app.get("/orders")
def orders():
    for order in requests.get("http://orders", timeout=2).json():
        if order["kind"] != Kind.OPEN.value:
            continue
        one(order["id"])
""",
    "a kind that the caller does not name": """
def stored(kind, order):
    if kind == "picture":
        return one(order)
    return order


@app.get("/orders")
def orders():
    return [stored(order["kind"], order["id"]) for order in requests.get("http://orders", timeout=2).json()]
""",
    "a loop inside waits": """
import time


@app.get("/orders")
def orders():
    for order in requests.get("http://orders", timeout=2).json():
        for line in one(order["id"])["lines"]:
            if line:
                time.sleep(2)
""",
}
KINDS_TOLD = {
    "those of one person": KINDS["one kind goes on"].replace("Kind.OPEN.value", "app.state"),
    "all but one kind": KINDS["one kind goes on"].replace("!=", "=="),
    "a kind that the caller names": KINDS["a kind that the caller does not name"].replace('order["kind"], ', '"picture", '),
}


@pytest.mark.parametrize("case", KINDS)
def test_calls_of_some_kinds(case: str) -> None:
    assert _sure(KINDS[case]) == [False]


@pytest.mark.parametrize("case", KINDS_TOLD)
def test_calls_of_all_kinds(case: str) -> None:
    assert _sure(KINDS_TOLD[case]) == [True]


def test_the_entries_of_one_mapping() -> None:
    code = """
@app.post("/orders")
def orders(values: dict):
    for key in values:
        requests.get("http://orders", params={key: values[key]}, timeout=2)
"""
    assert _sure(code) == [False]


def test_what_is_run_by_itself_in_a_program_without_requests() -> None:
    code = """
import requests


def synced():
    for order in requests.get("http://orders", timeout=2).json():
        requests.get(f"http://orders/{order['id']}", timeout=2)


if __name__ == "__main__":
    synced()
"""
    (found,) = testing.run_rule(
        "SVC004", {"shop/__init__.py": "", "shop/sync.py": code, "shop/main.py": "from shop import sync\n"}
    )

    assert found.confidence is Confidence.LOW


def test_a_remote_procedure_beside_a_way_in_the_same_process() -> None:
    code = """
from abc import ABC, abstractmethod

import grpc


class Prices(ABC):
    @abstractmethod
    def of(self, number): ...


class Remote(Prices):
    def __init__(self):
        self.stub = PricesStub(grpc.insecure_channel("prices:50051"))

    def of(self, number):
        return self.stub.Get(number)


class Local(Prices):
    def of(self, number):
        return KNOWN[number]


KNOWN = {}
ways = [Remote(), Local()]


def shown(prices: Prices, number):
    return prices.of(number)


@app.get("/orders")
def orders():
    return [shown(ways[0], order["id"]) for order in requests.get("http://orders", timeout=2).json()]
"""
    assert True not in _sure(code)


STORES = """
from abc import ABC, abstractmethod


class Store(ABC):
    @abstractmethod
    def state(self, name): ...


class Far(Store):
    def state(self, name):
        return requests.get(f"http://files/{name}", timeout=2).json()


class Near(Store):
    def state(self, name):
        return KNOWN[name]


KNOWN = {}


def made(kind) -> Store:
    return Far() if kind == "far" else Near()


def shown(store: Store, name):
    return store.state(name)


@app.get("/orders")
def orders():
    store = made(KNOWN["kind"])
    return [shown(store, order["id"]) for order in requests.get("http://orders", timeout=2).json()]
"""


def test_a_store_far_away_beside_one_that_lies_here() -> None:
    both_far = STORES.replace("return KNOWN[name]", 'return requests.get(f"http://more/{name}", timeout=2).json()')

    assert _sure(STORES) == [False]
    assert _sure(both_far) == [True]


def test_items_that_are_run_themselves() -> None:
    code = """
class Job:
    def __init__(self, number):
        self.number = number

    def __call__(self):
        return one(self.number)


def run(job: Job):
    return job()


@app.get("/orders")
def orders():
    jobs = [Job(order["id"]) for order in requests.get("http://orders", timeout=2).json()]
    for job in jobs:
        run(job)
"""
    assert _sure(code) == [False]
    assert _sure(code.replace("return job()", "return job.__call__()")) == [True]


def test_one_by_one_after_a_call_for_all() -> None:
    code = """
def many(numbers):
    return requests.post("http://orders/many", json=numbers, timeout=2).json()


@app.post("/orders")
def orders(order_ids: list[int]):
    if (found := many(order_ids)) is None:
        found = [one(order_id) for order_id in order_ids]
    return found
"""
    assert _sure(code) == []
    assert _sure(code.replace("found := many(order_ids)", "found := many([1, 2])")) == [True]


def test_an_answer_that_was_asked_for_with_one_key() -> None:
    code = """
def open_rooms(event, room_ids):
    return requests.get(f"http://rooms/{event}", params={"of": room_ids}, timeout=2).json()


@app.post("/rooms")
def rooms(event: int, room_id: int, room_ids: list[int]):
    for room in open_rooms(event, [room_id]):
        one(room["id"])
"""
    assert True not in _sure(code)
    assert _sure(code.replace("open_rooms(event, [room_id])", "open_rooms(event, room_ids)")) == [True]
    assert _sure(code) == []
    for name, key in (("rooms_of_halls", "hall"), ("lines", "room")):
        assert _sure(code.replace("open_rooms", name).replace("room_ids", f"{key}_ids")) == [False]


def test_items_that_an_entry_of_the_settings_lists() -> None:
    code = """
import re


class Plant:
    def __init__(self, conf, data):
        self.conf, self.data = conf, data

    def forecast(self):
        for roof_id in re.split(",", self.conf["roofs"].strip()):
            one(roof_id)


@app.get("/forecast")
def forecast():
    return Plant({}, {}).forecast()
"""
    assert _sure(code) == []
    assert _sure(code.replace('self.conf["roofs"]', 'self.data["roofs"]')) == [True]
