"""RES007: what nothing in a program runs holds no event loop, and is a note."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

CLIENT = """\
import time

from shop.port import Store

class Bucket(Store):
    async def keep(self, key: str) -> None:
        time.sleep(2)
"""
PORT = """\
from typing import Protocol

class Store(Protocol):
    async def keep(self, key: str) -> None: ...
"""
ROUTES = """\
from fastapi import FastAPI
from shop.client import Bucket
from shop.port import Store

app = FastAPI()

@app.get("/health")
async def health() -> str:
    return "ok"
"""


@pytest.mark.parametrize(
    ("routes", "sure"),
    [
        # nothing calls it
        ("", Confidence.LOW),
        # a route does
        ('@app.get("/a")\nasync def a(key: str):\n    await Bucket().keep(key)\n', Confidence.HIGH),
        # by the name of what it stands in for
        ('@app.get("/a")\nasync def a(key: str, store: Store):\n    await store.keep(key)\n', Confidence.HIGH),
        # nobody knows what that calls
        ('@app.get("/a")\nasync def a(key: str, store):\n    await store.keep(key)\n', Confidence.HIGH),
        # it is handed on
        ('@app.get("/a")\nasync def a(key: str):\n    await run(Bucket().keep)\n', Confidence.HIGH),
        # another's method of that name is called
        (
            "class Shelf:\n    async def keep(self, key: str) -> None: ...\n\n"
            '@app.get("/a")\nasync def a(key: str):\n    await Shelf().keep(key)\n',
            Confidence.LOW,
        ),
    ],
)
def test_what_runs_a_coroutine(routes: str, sure: Confidence) -> None:
    files = {"shop/port.py": PORT, "shop/client.py": CLIENT, "shop/routes.py": ROUTES + routes}
    found = [f for f in testing.run_rule("RES007", files) if f.location.path == "shop/client.py"]
    assert [f.confidence for f in found] == [sure]


DECORATOR = """\
import time
from functools import wraps

def timed(place: str):
    def decorator(function):
        @wraps(function)
        async def wrapper(*args):
            time.sleep(2)
            return await function(*args)
        return wrapper
    return decorator
"""
APP = """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/health")
async def health() -> str:
    return "ok"
"""


@pytest.mark.parametrize(
    ("own", "routes", "sure"),
    [
        ("", "", Confidence.LOW),
        ("", 'from shop.timing import timed\n\n@app.get("/a")\n@timed("a")\nasync def a(): ...\n', Confidence.HIGH),
        ("", 'import shop.timing\n\n@app.get("/a")\n@shop.timing.timed("a")\nasync def a(): ...\n', Confidence.HIGH),
        ('\n@timed("own")\nasync def own(): ...\n', "", Confidence.HIGH),
        ("\nALL = [timed]\n", "", Confidence.HIGH),
    ],
)
def test_a_decorator_that_nothing_uses(own: str, routes: str, sure: Confidence) -> None:
    files = {"shop/timing.py": DECORATOR + own, "shop/routes.py": APP + routes}
    found = [f for f in testing.run_rule("RES007", files) if f.location.path == "shop/timing.py"]
    assert [f.confidence for f in found] == [sure]


GUARD = """\
import time

class Guard:
    def __init__(self, answer):
        self.answer = answer

    def __call__(self, request):
        return %s

    async def __acall__(self, request):
        time.sleep(2)
"""


@pytest.mark.parametrize(
    ("answer", "sure"), [("self.answer(request)", Confidence.LOW), ("self.__acall__(request)", Confidence.HIGH)]
)
def test_a_special_name_that_python_does_not_know(answer: str, sure: Confidence) -> None:
    found = testing.run_rule("RES007", {"shop/guard.py": GUARD % answer, "shop/routes.py": APP})
    assert [f.confidence for f in found] == [sure]
