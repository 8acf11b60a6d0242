"""What is found in a function or class that nothing which runs asks for is a note, for all rules at once."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

STORE = """\
import time

async def keep(key: str) -> None:
    time.sleep(2)
"""
APP = """\
from fastapi import FastAPI
{given}
app = FastAPI()

@app.get("/health")
async def health() -> str:
    return "ok"
"""
GIVEN = "from shop.store import keep\n"


def _sure(files: dict[str, str]) -> Confidence:
    (finding,) = testing.run_rule("RES007", {"shop/__init__.py": "", "shop/store.py": STORE, **files})
    return finding.confidence


@pytest.mark.parametrize(
    ("routes", "sure"),
    [
        # imported, and used by nobody
        ("", Confidence.LOW),
        ('@app.get("/a")\nasync def a(key: str):\n    await keep(key)\n', Confidence.HIGH),
        # called by what is not called itself
        ("async def a(key: str):\n    await keep(key)\n", Confidence.LOW),
        ("async def a(key: str):\n    await keep(key)\n\nasync def b(key: str):\n    await a(key)\n", Confidence.LOW),
        # two that call each other
        (
            "async def a(key: str):\n    await b(key)\n\nasync def b(key: str):\n    await a(key)\n    await keep(key)\n",
            Confidence.LOW,
        ),
        # a coroutine is made and left
        ('@app.get("/a")\nasync def a(key: str):\n    keep(key)\n', Confidence.LOW),
        # it is handed to who runs it, under its name, another or in a table
        ('@app.get("/a")\nasync def a(tasks):\n    tasks.add_task(keep, "a")\n', Confidence.HIGH),
        ('JOBS = {"keep": keep}\n', Confidence.HIGH),
        # its name is in a text
        ('JOBS = ["shop.store.keep"]\n', Confidence.HIGH),
        # which only says what is exported
        ('__all__ = ["keep"]\n', Confidence.LOW),
    ],
)
def test_what_runs_a_function(routes: str, sure: Confidence) -> None:
    assert _sure({"shop/routes.py": APP.format(given=GIVEN) + routes}) is sure


def test_an_alias_is_its_name() -> None:
    routes = APP.format(given="from shop.store import keep as hold\n") + '@app.get("/a")\nasync def a():\n    await hold("a")\n'
    assert _sure({"shop/routes.py": routes}) is Confidence.HIGH


def test_a_test_runs_nothing() -> None:
    tests = "from shop.store import keep\n\nasync def test_keep():\n    await keep('a')\n"
    assert _sure({"shop/routes.py": APP.format(given=GIVEN), "tests/test_store.py": tests}) is Confidence.LOW


def test_a_program_without_routes_and_tasks_tells_only_of_what_is_imported_where_it_is_used() -> None:
    assert _sure({"shop/main.py": "import shop.store\n"}) is Confidence.HIGH
    assert _sure({"shop/__init__.py": GIVEN}) is Confidence.HIGH
    assert _sure({"shop/main.py": GIVEN}) is Confidence.LOW
    assert _sure({"shop/main.py": GIVEN + "run(keep)\n"}) is Confidence.HIGH


VIEWS = """\
import logging

from rest_framework.views import APIView

class Base:
    def fetch(self, password: str) -> None:
        logging.info("asked with %s", password)

class Stock(Base, APIView):
    def get(self, request, key):
        return self.fetch(request.data["password"])
"""
URLS = """\
from django.urls import path
from shop.views import Stock
from shop.others import other

urlpatterns = [path("others", other), {route}]
"""
OTHERS = "def other(request): ...\n"


@pytest.mark.parametrize(("route", "sure"), [("", Confidence.LOW), ('path("stock", Stock.as_view())', Confidence.HIGH)])
def test_a_view_that_no_route_names(route: str, sure: Confidence) -> None:
    files = {"shop/views.py": VIEWS, "shop/urls.py": URLS.format(route=route), "shop/others.py": OTHERS}
    (finding,) = testing.run_rule(
        "SEC004", {"shop/__init__.py": "", "config/settings.py": 'ROOT_URLCONF = "shop.urls"\n', **files}
    )
    assert finding.confidence is sure
