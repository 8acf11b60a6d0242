"""Queries in loops that PRF001 tells of, beside those that stay notes: what a wrapper executes, who comes to a loop by a name,
what else a turn does, and lists of each of many rows."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

STORE = """\
import sqlite3


class Store:
    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path)

    def run(self, query, params=()):
        cursor = self.connection.cursor()
        cursor.execute(query, params)
        return cursor.fetchall()


def logged(action, line):
    sqlite3.connect("log.db").execute("INSERT INTO log (action, line) VALUES (?, ?)", (action, line))
"""

PAGE = """\
from fastapi import APIRouter
from shop.store import Store, logged

router = APIRouter()


@router.post("/lines")
def lines(store: Store, lines: list[dict]):
    wanted = store.run("SELECT id FROM wanted")
    {body}
"""


def confidence(files: dict[str, str], line: str) -> Confidence | None:
    """How sure the finding is at the line that has the text, None if there is none."""
    found = testing.run_rule("PRF001", {"shop/__init__.py": "", **files})
    sources = {path: text.splitlines() for path, text in files.items()}
    at = [f for f in found if line in sources[f.location.path][f.location.line - 1]]
    return max((f.confidence for f in at), default=None)


@pytest.mark.parametrize(
    ("body", "is_told"),
    [
        ("for line in lines:\n        store.run('INSERT INTO lines (code) VALUES (?)', (line['code'],))", True),
        ("for line in lines:\n        kept = store.run('INSERT INTO lines (code) VALUES (?)', (line['code'],))", False),
        ("for line in lines:\n        store.run('UPDATE lines SET n = ? WHERE id = ?', (line['n'], line['id']))", True),
        ("for line in lines:\n        logged('delete', line['id'])", False),
    ],
)
def test_a_statement_that_is_handed_to_a_wrapper_is_as_good_as_one_of_the_driver(body: str, is_told: bool) -> None:
    files = {"shop/store.py": STORE, "shop/page.py": PAGE.format(body=body)}
    found = confidence(files, body.splitlines()[-1].strip())
    assert found == (Confidence.MEDIUM if is_told else Confidence.LOW)


def test_a_text_to_which_more_is_added_begins_as_it_did() -> None:
    body = (
        "for row in wanted:\n"
        "        query = 'SELECT name FROM lines WHERE id = ?'\n"
        "        if lines:\n"
        "            query += ' AND open = 1'\n"
        "        query += ' ORDER BY name'\n"
        "        names = store.run(query, (row[0],))"
    )
    assert confidence({"shop/store.py": STORE, "shop/page.py": PAGE.format(body=body)}, "names = ") == Confidence.HIGH


MODELS = """\
from django.db import models


class Order(models.Model):
    number = models.CharField(max_length=20)


class Line(models.Model):
    order = models.ForeignKey(Order, related_name="lines", on_delete=models.CASCADE)
    code = models.CharField(max_length=20)


class Part(models.Model):
    code = models.CharField(max_length=20)
"""

JOBS = """\
from shop.models import Order, Part


class Jobs:
    def close_expired(self):
        for order in Order.objects.all():
            print(Part.objects.filter(code=order.number).first())

    def close(self):
        for order in Order.objects.all():
            print(Part.objects.filter(code=order.number).last())


class Others:
    def close(self):
        return 1
"""

ROUTE = """\
from fastapi import APIRouter
from shop.jobs import Jobs

router = APIRouter()


@router.get("/jobs")
def jobs(given):
    {}
    return []
"""


@pytest.mark.parametrize(
    ("call", "method", "is_told"),
    [
        ("given(Jobs).close_expired()", ".first()", True),  # nobody else has the name
        ("given(Jobs).close()", ".last()", False),
        ("scheduler.add_job(func=Jobs().close_expired)", ".first()", True),
        ("print(Jobs)", ".first()", False),
    ],
)
def test_who_comes_to_a_loop_may_be_known_by_a_name_alone(call: str, method: str, is_told: bool) -> None:
    found = confidence({"shop/models.py": MODELS, "shop/jobs.py": JOBS, "shop/page.py": ROUTE.format(call)}, method)
    assert found == (Confidence.HIGH if is_told else Confidence.LOW)


TURNS = """\
import requests
from celery import shared_task
from shop.models import Order, Part


@shared_task
def noted(number):
    return number


@shared_task
def all_orders():
    for order in Order.objects.all():
        {before}
        part = Part.objects.filter(code=order.number).first()
        {after}
"""
POST = "requests.post('https://a.example', json=order.number)"


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        ("pass", "noted.delay(order.number)", True),  # takes no longer than the query
        ("noted.delay(order.number)", "pass", True),
        ("pass", POST, True),  # what is asked of each row by its key does not wait for it
        ("pass", f"if part is None:\n            {POST}", True),
        (POST, "pass", False),
    ],
)
def test_what_takes_longer_than_a_query_excuses_one_behind_it(before: str, after: str, is_told: bool) -> None:
    found = confidence({"shop/models.py": MODELS, "shop/tasks.py": TURNS.format(before=before, after=after)}, "part = ")
    assert found == (Confidence.HIGH if is_told else Confidence.LOW)


LISTS = """\
from celery import shared_task
from shop.models import Order, Part


@shared_task
def all_orders(number):
    {}
"""


@pytest.mark.parametrize(
    ("loops", "is_told"),
    [
        (
            "for order in Order.objects.all():\n        for line in order.lines.all():\n"
            "            Part.objects.filter(code=line.code).first()",
            True,
        ),
        (
            "order = Order.objects.get(number=number)\n    for line in order.lines.all():\n"
            "        Part.objects.filter(code=line.code).first()",
            False,
        ),
    ],
)
def test_what_each_of_many_has_is_no_handful(loops: str, is_told: bool) -> None:
    models = MODELS + "\n\ndef filled(order):\n    Line.objects.create(order=order, code='a')\n"
    found = confidence({"shop/models.py": models, "shop/tasks.py": LISTS.format(loops)}, "Part.objects")
    assert found == (Confidence.HIGH if is_told else Confidence.LOW)


SAVED = """\
from celery import shared_task
from shop.models import Order, Part


@shared_task
def all_orders(parts, given):
    {}
"""


@pytest.mark.parametrize(
    ("loop", "is_told"),
    [
        (
            "for order in Order.objects.all():\n        part = Part.objects.filter(code=order.number).first()\n"
            "        Part.objects.filter(code=order.number).update(code=part.code + order.number)",
            True,
        ),
        (
            "for order in Order.objects.all():\n        part = parts\n"
            "        Part.objects.filter(code=order.number).update(code=part.code + order.number)",
            False,
        ),
        (
            "for order in Order.objects.all():\n        part = Part.objects.filter(code=order.number).first()\n"
            "        n = Part.objects.filter(code=order.number).update(code=part.code + order.number)",
            False,
        ),
    ],
)
def test_a_turn_that_asks_for_each_may_write_behind_the_loop(loop: str, is_told: bool) -> None:
    found = confidence({"shop/models.py": MODELS, "shop/tasks.py": SAVED.format(loop)}, ".update(")
    assert found == (Confidence.MEDIUM if is_told else Confidence.LOW)


ASKED = """\
import sqlite3

from fastapi import APIRouter

router = APIRouter()


def totals(connection: sqlite3.Connection, code):
    cursor = connection.cursor()
    cursor.execute("SELECT count(*) FROM lines WHERE code = ?", (code,))
    found = cursor.fetchone()
    connection.execute("UPDATE codes SET n = ? WHERE code = ?", (found[0], code))


def taken(connection: sqlite3.Connection, code):
    cursor = connection.cursor()
    cursor.execute("SELECT count(*) FROM lines")
    found = cursor.fetchone()
    connection.execute("UPDATE codes SET n = ? WHERE code = ?", (found[0], code))


@router.post("/codes")
def codes(connection: sqlite3.Connection, codes: list[str]):
    for code in codes:
        {}(connection, code)
"""


@pytest.mark.parametrize(("function", "is_told"), [("totals", True), ("taken", False)])
def test_what_a_function_asks_in_sql_by_the_item_decides(function: str, is_told: bool) -> None:
    found = confidence({"shop/page.py": ASKED.format(function)}, f"        {function}(")
    assert found is not None
    assert (found > Confidence.LOW) == is_told


MORE = """\
import sqlite3

from fastapi import APIRouter

router = APIRouter()


def changed(connection: sqlite3.Connection, order):
    found = connection.execute("SELECT code FROM orders WHERE id = ?", (order,)).fetchone()
    connection.execute("DELETE FROM parts WHERE code = ?", (found[0],))


def each(connection: sqlite3.Connection, orders):
    for order in orders:
        yield order
        connection.commit()


@router.post("/orders")
def orders(connection: sqlite3.Connection, given):
    rows = connection.execute("SELECT id FROM orders").fetchall()
    {}
"""


@pytest.mark.parametrize(
    ("body", "line", "is_told"),
    [
        ("for row in rows:\n        changed(connection, row[0])", "        changed(", True),
        (
            "for row in rows:\n        try:\n            changed(connection, row[0])\n        except ValueError:\n"
            "            print(row)",
            "        changed(",
            False,
        ),
        ("for row in each(connection, rows):\n        print(row)", "connection.commit()", False),
    ],
)
def test_what_is_done_for_one_item_by_itself_is_a_note(body: str, line: str, is_told: bool) -> None:
    found = confidence({"shop/page.py": MORE.format(body)}, line)
    assert found is not None
    assert (found > Confidence.LOW) == is_told
