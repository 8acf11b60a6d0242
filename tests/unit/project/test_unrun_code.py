"""Whether anything that is run calls, hands on or names a function or a class."""

from __future__ import annotations

import pytest
from project_builder import project_of

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


def _is_run(files: dict[str, str], path: str = "shop/store.py", said: str = "sleep(") -> bool:
    project = project_of({"shop/__init__.py": "", "shop/store.py": STORE, **files})
    return not project.unrun.holds_at(project.modules.by_path[path], {"shop/store.py": STORE, **files}[path].index(said))


@pytest.mark.parametrize(
    ("routes", "is_run"),
    [
        # imported, and used by nobody
        ("", False),
        ('@app.get("/a")\nasync def a(key: str):\n    await keep(key)\n', True),
        # called by what is not called itself
        ("async def a(key: str):\n    await keep(key)\n", False),
        ("async def a(key: str):\n    await keep(key)\n\nasync def b(key: str):\n    await a(key)\n", False),
        # two that call each other
        (
            "async def a(key: str):\n    await b(key)\n\nasync def b(key: str):\n    await a(key)\n    await keep(key)\n",
            False,
        ),
        # a coroutine is made and left
        ('@app.get("/a")\nasync def a(key: str):\n    keep(key)\n', False),
        # it is handed to who runs it, under its name, another or in a table
        ('@app.get("/a")\nasync def a(tasks):\n    tasks.add_task(keep, "a")\n', True),
        ('JOBS = {"keep": keep}\n', True),
        # its name is in a text
        ('JOBS = ["shop.store.keep"]\n', True),
        # which only says what is exported
        ('__all__ = ["keep"]\n', False),
    ],
)
def test_what_runs_a_function(routes: str, is_run: bool) -> None:
    assert _is_run({"shop/routes.py": APP.format(given=GIVEN) + routes}) is is_run


def test_an_alias_is_its_name() -> None:
    routes = APP.format(given="from shop.store import keep as hold\n") + '@app.get("/a")\nasync def a():\n    await hold("a")\n'
    assert _is_run({"shop/routes.py": routes})


def test_a_test_runs_nothing() -> None:
    tests = "from shop.store import keep\n\nasync def test_keep():\n    await keep('a')\n"
    assert not _is_run({"shop/routes.py": APP.format(given=GIVEN), "tests/test_store.py": tests})


def test_a_program_without_routes_and_tasks_tells_only_of_what_is_imported_where_it_is_used() -> None:
    assert _is_run({"shop/main.py": "import shop.store\n"})
    assert _is_run({"shop/__init__.py": GIVEN})
    assert not _is_run({"shop/main.py": GIVEN})
    assert _is_run({"shop/main.py": GIVEN + "run(keep)\n"})


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


@pytest.mark.parametrize(("route", "is_run"), [("", False), ('path("stock", Stock.as_view())', True)])
def test_a_view_that_no_route_names(route: str, is_run: bool) -> None:
    files = {"shop/views.py": VIEWS, "shop/urls.py": URLS.format(route=route), "shop/others.py": OTHERS}
    files["config/settings.py"] = 'ROOT_URLCONF = "shop.urls"\n'
    assert _is_run(files, "shop/views.py", "logging.info") is is_run


def test_one_of_several_that_are_imported_under_its_name() -> None:
    routes = APP.format(given="") + (
        '\n@app.get("/a")\nasync def a(kind: str):\n    if kind == "a":\n        from shop.store import keep\n'
        "    else:\n        from shop.shelf import keep\n    await keep(kind)\n"
    )
    assert _is_run({"shop/routes.py": routes, "shop/shelf.py": "async def keep(key: str) -> None: ...\n"})


def test_what_makes_an_app_is_run() -> None:
    files = {
        "shop/made.py": "from fastapi import FastAPI\n\ndef made():\n    return FastAPI()\n",
        "shop/main.py": APP.format(given=""),
    }
    assert _is_run(files | {"shop/cli.py": "import shop.made\n"}, "shop/made.py", "return")


HELD = STORE.replace("async def", "class Store(Port):\n    async def").replace("    time.sleep", "        time.sleep")
HELD = f"from shop.port import Port\n{HELD}"
PORT = "class Port:\n    async def keep(self, key: str) -> None: ...\n"
ASKING = APP.format(given="from shop.port import Port\nfrom shop import held\n") + (
    '\n@app.get("/a")\nasync def a(key: str, port: Port):\n    await port.keep(key)\n'
)
LOADING = "from django.utils.module_loading import import_string\n\n\ndef load(name):\n    return import_string(name)()\n"


@pytest.mark.parametrize(
    ("loading", "is_run"),
    [
        ("", False),
        (LOADING, True),
        ("from shop.port import Port\n\nKINDS = [each() for each in Port.__subclasses__()]\n", True),
    ],
)
def test_a_class_that_is_named_nowhere(loading: str, is_run: bool) -> None:
    files = {"shop/held.py": HELD, "shop/port.py": PORT, "shop/routes.py": ASKING, "shop/loading.py": loading}
    assert _is_run(files, "shop/held.py", "sleep(") is is_run
