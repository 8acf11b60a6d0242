"""What is a note, and what is not, of the rules about services and tasks: confidence does not show in marks."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

TASK = "import requests\nfrom celery import shared_task\n\n@shared_task\ndef tell(url: str) -> None:\n"
MAIL = (
    "import smtplib\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n"
    "@app.post({path!r})\ndef send() -> None:\n    smtplib.SMTP('h').sendmail('a', ['b'], 'c')\n"
)
THREAD = """\
import smtplib
from threading import Thread
from fastapi import FastAPI

app = FastAPI()

class Sender(Thread):
    def run(self) -> None:
        smtplib.SMTP("h").sendmail("a", ["b"], "c")

@app.post("/send")
def send(wait: bool) -> None:
    sender = Sender()
    if wait:
        sender.run()
    else:
        sender.start()
"""
MODEL = """\
from fastapi import FastAPI
from sentence_transformers import SentenceTransformer

app = FastAPI()
models = {}

@app.post("/embed")
def embed(name: str) -> None:
    if name not in models:
        models[name] = SentenceTransformer(name)
"""
COMPOSE = "services:\n  orders:\n    build: {orders}\n  billing:\n    build: ./billing\n"
REACHING = {"billing/charges.py": "x = 1\n", "orders/api.py": "from billing.charges import x\n"}


@pytest.mark.parametrize(
    ("rule", "files", "confidence"),
    [
        ("SVC008", {"shop/tasks.py": f"{TASK}    requests.post(url)\n"}, Confidence.HIGH),
        (
            "SVC008",
            {"shop/tasks.py": f"{TASK}    requests.post(url)\n\nPLAN = {{'a': {{'task': 'shop.tell'}}}}\n"},
            Confidence.LOW,
        ),
        (
            "SVC008",
            {
                "shop/tasks.py": f"{TASK}    ask(url)\n\ndef ask(url: str) -> None:\n"
                "    try:\n        requests.post(url)\n    except OSError:\n        pass\n"
            },
            Confidence.LOW,
        ),
        (
            "SVC008",
            {
                "shop/tasks.py": f"{TASK}    requests.post(url)\n",
                "shop/start.py": "def start(tasks, at):\n    tasks.keep('tell', schedule=at)\n",
            },
            Confidence.LOW,
        ),
        (
            "SVC008",
            {
                "shop/tasks.py": f"{TASK}    requests.post(url)\n",
                "shop/start.py": "def start(tasks, at):\n    tasks.keep('told', schedule=at)\n",
            },
            Confidence.HIGH,
        ),
        ("SVC012", {"shop/api.py": MAIL.format(path="/send")}, Confidence.HIGH),
        ("SVC012", {"shop/api.py": MAIL.format(path="/mail/test")}, Confidence.LOW),
        ("SVC012", {"shop/api.py": MAIL.format(path="/check/mail/")}, Confidence.LOW),
        ("SVC012", {"shop/api.py": MAIL.format(path="/check/orders/mail")}, Confidence.HIGH),
        ("SVC012", {"shop/api.py": THREAD}, Confidence.LOW),
        ("SVC012", {"shop/api.py": MODEL}, Confidence.LOW),
        ("SVC001", {**REACHING, "compose.yaml": COMPOSE.format(orders="./orders")}, Confidence.HIGH),
        ("SVC001", {**REACHING, "compose.yaml": COMPOSE.format(orders=".")}, Confidence.LOW),
    ],
)
def test_how_sure_it_is(rule: str, files: dict[str, str], confidence: Confidence) -> None:
    (finding,) = testing.run_rule(rule, files)
    assert finding.confidence == confidence


SHEET = """
import pandas as pd
from fastapi import FastAPI

app = FastAPI()


def {inner}(path):
    pd.DataFrame([{{"name": "a"}}]).to_excel(path)


@app.get("/orders/sheet")
def {handler}():
    {inner}("/tmp/a.xlsx")
"""


@pytest.mark.parametrize(
    ("inner", "handler", "sure"),
    [
        ("write", "export_orders", Confidence.HIGH),
        ("write", "orders_template", Confidence.LOW),
        ("write_sample", "export_orders", Confidence.LOW),
    ],
)
def test_a_sheet_that_is_to_be_filled_in_is_small(inner: str, handler: str, sure: Confidence) -> None:
    code = SHEET.format(inner=inner, handler=handler)
    assert [each.confidence for each in testing.run_rule("SVC012", {"shop/app.py": code})] == [sure]


HANDED = """
import asyncio
import smtplib

from fastapi import FastAPI

app = FastAPI()


def tell():
    smtplib.SMTP("mail").sendmail("a", ["b"], "c")


@app.post("/orders")
async def place():
    loop = asyncio.get_running_loop()
    {taken}loop.run_in_executor(None, {given})
"""


@pytest.mark.parametrize(
    ("taken", "given", "told"),
    [("await ", "tell", 1), ("await ", "lambda: tell()", 1), ("", "tell", 0), ("", "lambda: tell()", 0)],
)
def test_nobody_waits_for_what_is_handed_to_a_thread_and_left(taken: str, given: str, told: int) -> None:
    found = testing.run_rule("SVC012", {"shop/app.py": HANDED.format(taken=taken, given=given)})
    assert len(found) == told
