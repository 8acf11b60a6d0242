"""What `archlint facts --effects` says of a function: types, what is handed over and when it runs, ways, what stays dark."""

from __future__ import annotations

import json

from project_builder import project_of

from archlint.project.understood import HandedOver, Receiver, Station, UnderstoodFunction, Unresolved, understood
from archlint.report.understood import as_json, as_text

SHOP = """import asyncio
import sqlite3

from fastapi import BackgroundTasks

from mail import send

started = unknown()

async def place(tasks: BackgroundTasks, orders):
    tasks.add_task(send, 1)
    await asyncio.to_thread(store, 1)
    list(map(store, orders))

def store(order):
    with sqlite3.connect("shop.db") as connection:
        connection.execute("INSERT INTO orders VALUES (1)")
        connection.execute("DELETE FROM carts")

def quiet():
    return 1
"""
MAIL = """import smtplib

def send(to):
    smtplib.SMTP("localhost").sendmail("a", to, "b")
"""


def functions() -> dict[str, UnderstoodFunction]:
    project = project_of({"shop.py": SHOP, "mail.py": MAIL})
    return {found.name: found for found in understood(project, project.modules.by_path["shop.py"])}


def test_receivers_have_their_types_and_the_lines_of_their_calls() -> None:
    assert Receiver("connection", "sqlite3.Connection", "high", (17, 18)) in functions()["store"].receivers


def test_what_is_handed_over_says_when_it_runs() -> None:
    assert functions()["place"].handed_over == (
        HandedOver(11, "mail.send", "later"),
        HandedOver(12, "shop.store", "in a thread"),
        HandedOver(13, "shop.store", "for each item"),
    )


def test_a_task_that_is_sent_runs_later() -> None:
    project = project_of(
        {
            "work.py": "from celery import shared_task\nimport time\n\n@shared_task\ndef wait():\n    time.sleep(5)\n",
            "shop.py": "import work\n\ndef place():\n    work.wait.delay()\n    work.wait()\n",
        }
    )
    (place,) = understood(project, project.modules.by_path["shop.py"])
    assert place.handed_over == (HandedOver(4, "work.wait", "later"),)
    ways = {effect.effect: effect.way[0] for effect in place.effects}
    assert ways["enqueue"] == Station("shop.py", 4, "runs celery.Task.delay")
    assert ways["sleep"] == Station("shop.py", 5, "calls work.wait")


def test_effects_have_their_ways_and_what_runs_later_gives_none() -> None:
    effects = {effect.effect: effect for effect in functions()["place"].effects}
    assert "email" not in effects
    assert effects["db.write"].confidence == "high"
    assert effects["db.write"].way[-1] == Station("shop.py", 17, "runs sqlite3.Connection.execute")
    assert functions()["quiet"].effects == ()


def test_module_level_comes_first_and_says_what_stays_dark() -> None:
    found = functions()
    assert next(iter(found)) == ""
    assert found[""].unresolved == (Unresolved(8, "unknown"),)


def test_text_of_the_project_steers_no_terminal() -> None:
    project = project_of({"a.py": 'def f():\n    "\x1b[31m\\u202e".encode().missing()\n'})
    module = project.modules.by_path["a.py"]
    assert json.loads(as_json("a", "a\x1b\ud800.py", understood(project, module)))["functions"][0]["name"] == "f"
    shown = as_text("a", "a\x1b.py", understood(project, module))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
