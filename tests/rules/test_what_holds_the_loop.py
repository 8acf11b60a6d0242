"""How sure RES007 is: what a program does before it serves, and what it does once and keeps, are notes."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

SERVES = """\
import subprocess
from fastapi import FastAPI
app = FastAPI()
def key(): return subprocess.check_output(['key'])
"""


def confidences(code: str) -> list[Confidence]:
    return [finding.confidence for finding in testing.run_rule("RES007", {"a.py": SERVES + code})]


@pytest.mark.parametrize(
    "code",
    [
        "@app.get('/')\nasync def answer(): return key()",
        "@app.post('/setup')\nasync def setup(): return key()",
        "async def helper(): return key()\n@app.get('/')\nasync def answer(): return await helper()",
    ],
)
def test_what_serves_counts(code: str) -> None:
    assert confidences(code) == [Confidence.HIGH]


@pytest.mark.parametrize(
    ("code", "sure"),
    [
        (
            "import asyncio\ndef tree(): return asyncio.run(walk())\nasync def walk(): return await read()\n"
            "async def read(): return key()",
            Confidence.LOW,
        ),
        (
            "import asyncio\ndef tree(): return asyncio.run(walk())\nasync def walk():\n"
            "    async def told(): return key()\n    return await other(told)\nasync def other(told): ...\n",
            Confidence.LOW,
        ),
        (
            "import asyncio\ndef tree(): return asyncio.run(walk())\nasync def opened(): yield 1\n"
            "async def walk():\n    async with opened():\n        return key()\n",
            Confidence.LOW,
        ),
        (
            "async def walk():\n    async def told(): return key()\n    return await other(told)\nasync def other(told): ...\n"
            "@app.get('/')\nasync def answer(): return await walk()",
            Confidence.HIGH,
        ),
        (
            "import asyncio\ndef tree(): return asyncio.run(walk())\nasync def walk(): return await read()\n"
            "async def read(): return key()\n@app.get('/')\nasync def answer(): return await read()",
            Confidence.HIGH,
        ),
        (
            "import asyncio\ndef tree(): return asyncio.run(walk())\nasync def walk():\n    asyncio.create_task(other())\n"
            "    return await read()\nasync def other(): ...\nasync def read(): return key()",
            Confidence.HIGH,
        ),
        (
            "import asyncio\ndef ended(work):\n    loop = asyncio.new_event_loop()\n    return loop.run_until_complete(work)\n"
            "def tree(): return ended(walk())\nasync def walk(): return key()",
            Confidence.LOW,
        ),
        (
            "import asyncio\ndef noted(work):\n    print(work)\n    return asyncio.run(other())\nasync def other(): ...\n"
            "def tree(): return noted(walk())\nasync def walk(): return key()",
            Confidence.HIGH,
        ),
        (
            "import asyncio\ndef tree(): return asyncio.run(walk())\nasync def walk(): return await fetch_appropriate()\n"
            "async def fetch_appropriate(): return key()",
            Confidence.LOW,
        ),
        (
            "import asyncio\ndef tree(): return asyncio.run(walk())\n"
            "async def walk(): return await asyncio.wait_for(read(), 5)\n"
            "async def read(): return key()",
            Confidence.LOW,
        ),
        (
            "import asyncio\ndef tree(): return asyncio.run(walk())\n"
            "async def walk(): return await asyncio.wait_for(asyncio.gather(read(), read()), 5)\n"
            "async def read(): return key()",
            Confidence.HIGH,
        ),
        (
            "import asyncio\ndef poll(): asyncio.run(walk())\nasync def walk(): return await read()\n"
            "async def read(): return key()",
            Confidence.HIGH,
        ),
        (
            "import asyncio\nclass Task:\n    def __call__(self, account):\n        with asyncio.Runner() as runner:\n"
            "            return runner.run(self.run(account))\n    async def run(self, account): ...\n"
            "class Mail(Task):\n    async def run(self, account): return key()",
            Confidence.LOW,
        ),
        (
            "import asyncio\nfrom contextlib import asynccontextmanager\nclass Task:\n    def __call__(self, account):\n"
            "        with asyncio.Runner() as runner:\n            return runner.run(self.run(account))\n"
            "    @asynccontextmanager\n    async def mailer(self): yield 1\n"
            "class Mail(Task):\n    async def run(self, account):\n        async with self.mailer() as mailer:\n"
            "            return key()",
            Confidence.LOW,
        ),
        (
            "import asyncio\nclass Bot:\n    def begin(self):\n        asyncio.run(self.run())\n"
            "    async def run(self): return key()",
            Confidence.HIGH,
        ),
    ],
)
def test_what_plain_code_runs_alone_on_a_loop_is_a_note(code: str, sure: Confidence) -> None:
    assert confidences(code) == [sure]


@pytest.mark.parametrize(
    "code",
    [
        "async def initialize(): return key()",
        "@traced\nasync def main(): return key()",
        "async def load(): return key()\nasync def init_users(): return await load()",
        "kept = None\nasync def answer():\n    global kept\n    if kept is None:\n        kept = first()\n    return kept\n"
        "def first():\n    global kept\n    if kept is None:\n        kept = key()\n    return kept",
    ],
)
def test_what_runs_once_is_a_note(code: str) -> None:
    assert confidences(code) == [Confidence.LOW]


BOOKS = """
from peewee import CharField, Model, {made}

db = {made}("shop")


class Book(Model):
    title = CharField()

    class Meta:
        database = db


@app.get("/titles")
async def titles():
    return [book.title for book in Book.select()]
"""


def test_a_database_in_a_file_is_a_note_and_one_on_another_machine_is_none() -> None:
    assert set(confidences(BOOKS.replace("{made}", "SqliteDatabase"))) == {Confidence.LOW}
    assert Confidence.LOW not in confidences(BOOKS.replace("{made}", "PostgresqlDatabase")) != []


def test_what_plain_code_runs_before_it_serves_is_a_note_whatever_that_code_is_called() -> None:
    code = """
import asyncio, time

async def build():
    time.sleep(1)

def run():
    asyncio.run(build())
"""
    assert set(confidences(code)) == {Confidence.LOW}
    assert set(confidences(code.replace("build", "serve"))) == {Confidence.HIGH}


@pytest.mark.parametrize(("seconds", "sure"), [("0.001", Confidence.LOW), ("0.5", Confidence.HIGH), ("pause", Confidence.HIGH)])
def test_a_sleep_of_some_milliseconds_is_a_note(seconds: str, sure: Confidence) -> None:
    code = f"import time\n@app.get('/')\nasync def answer(pause: float):\n    time.sleep({seconds})"
    assert confidences(code) == [sure]


def test_what_async_to_sync_runs_has_a_loop_of_its_own() -> None:
    code = """
from asgiref.sync import async_to_sync

async def load(depth):
    if depth:
        await load(depth - 1)
    key()

async_to_sync(load)(3)
"""
    assert set(confidences(code)) == {Confidence.LOW}
    assert Confidence.HIGH in confidences(code + "@app.get('/')\nasync def answer(): await load(1)")


@pytest.mark.parametrize(
    ("code", "sure"),
    [
        ("open('terms.txt').read()", Confidence.LOW),
        ("shutil.copyfileobj(source, target)", Confidence.HIGH),
    ],
)
def test_what_a_handler_does_with_a_file_is_a_note_unless_it_goes_through_all_of_it(code: str, sure: Confidence) -> None:
    assert confidences(f"import shutil\n@app.get('/')\nasync def answer(source, target):\n    {code}\n") == [sure]
    assert confidences(f"import shutil\nasync def aside(source, target):\n    {code}\n") == []


def test_an_app_that_makes_a_loop_for_each_request_holds_nobody_elses() -> None:
    flask = "import time\nfrom flask import Blueprint\npages = Blueprint('pages', __name__)\n"
    view = "@pages.get('/page')\nasync def page():\n    time.sleep(1)\n    await rest()\nasync def rest(): time.sleep(1)\n"
    beside = "@pages.get('/both')\nasync def both():\n    asyncio.create_task(rest())\n    time.sleep(1)\n"

    def found(code: str) -> list[Confidence]:
        return [finding.confidence for finding in testing.run_rule("RES007", {"pages.py": code})]

    assert found(flask + view) == [Confidence.LOW, Confidence.LOW]
    assert set(found(f"import asyncio\n{flask}{view}{beside}")) == {Confidence.LOW, Confidence.HIGH}
    assert set(found(flask.replace("flask", "quart") + "from quart import Quart\napp = Quart(__name__)\n" + view)) == {
        Confidence.HIGH
    }


JOBS = """
import asyncio
import time

class Task:
    async def run(self, *args): raise NotImplementedError
    def __call__(self, *args):
        {runs}
    async def _prepare_and_run(self, *args):
        return await self.run(*args)

class Upload(Task):
    async def run(self, key: int):
        await self._send(key)
    async def _send(self, key: int):
        time.sleep(key)
"""


@pytest.mark.parametrize(
    ("runs", "sure"),
    [
        ("return asyncio.run(self._prepare_and_run(*args))", Confidence.LOW),
        ("return asyncio.create_task(self._prepare_and_run(*args))", Confidence.HIGH),
    ],
)
def test_a_job_that_its_base_runs_to_its_end_has_a_loop_of_its_own(runs: str, sure: Confidence) -> None:
    assert set(confidences(JOBS.replace("{runs}", runs))) == {sure}


def test_what_is_asked_once_in_a_process_is_a_note() -> None:
    code = """
import time
_client = None
def connected():
    global _client
    if _client is not None:
        return _client
    _client = object()
    time.sleep(1)
    return _client
async def answer():
    return connected()
"""
    assert confidences(code) == [Confidence.LOW]
    assert confidences(code.replace("return _client\n    _client", "print(_client)\n    _client")) == [Confidence.HIGH]


GATHERED = """
import asyncio
import time
from celery import Celery
from flask import Flask
app = Flask(__name__)
queue = Celery("shop")

{head}
def pages(number):
    return asyncio.run(run_pages(number))

async def run_pages(number):
    time.sleep(number)
    await asyncio.gather(*[page(each) for each in range(number)])
    await first(number)

async def first(number):
    await second(number)

async def second(number):
    time.sleep(number)

async def page(number): ...
"""


def test_what_a_plain_handler_or_task_runs_to_its_end_holds_nobody_else() -> None:
    assert set(confidences(GATHERED.replace("{head}", "@app.get('/pages/<number>')"))) == {Confidence.LOW}
    assert set(confidences(GATHERED.replace("{head}", "@queue.task"))) == {Confidence.LOW}
    assert set(confidences(GATHERED.replace("{head}", ""))) == {Confidence.HIGH}
    kept = GATHERED.replace("await asyncio.gather(*[page(each) for each in range(number)])", "asyncio.create_task(page(1))")
    assert Confidence.HIGH in confidences(kept.replace("{head}", "@queue.task"))


TOLD_TO_A_BOT = """
import asyncio
import time
from celery import Celery
queue = Celery("shop")

{head}
def send_order_to_bot_task(number):
    asyncio.run(send_order_to_bot(number))

async def send_order_to_bot(number):
    time.sleep(number)
    await send_to_bot(number)

async def send_to_bot(number):
    time.sleep(number)
"""


def test_what_a_task_runs_to_its_end_does_not_last_whatever_it_is_called() -> None:
    assert confidences(TOLD_TO_A_BOT.replace("{head}", "@queue.task")) == [Confidence.LOW, Confidence.LOW]
    assert confidences(TOLD_TO_A_BOT.replace("{head}", "")) == [Confidence.HIGH, Confidence.HIGH]
    another = TOLD_TO_A_BOT + "\nasync def poll_bot():\n    await send_to_bot(1)\n\nasyncio.run(poll_bot())\n"
    assert confidences(another.replace("{head}", "@queue.task")) == [Confidence.LOW, Confidence.HIGH]


def test_a_poll_that_is_told_to_wait_for_nothing_holds_nothing() -> None:
    code = """
from confluent_kafka import Consumer
consumer = Consumer({})
async def ask():
    return consumer.poll(timeout={seconds})
"""
    assert confidences(code.replace("{seconds}", "0.0")) == []
    assert confidences(code.replace("{seconds}", "5")) == [Confidence.HIGH]


@pytest.mark.parametrize(
    ("code", "sure"),
    [
        (
            "async def looked(): key()\nasync def opened(app):\n    await looked()\n    yield\napi = FastAPI(lifespan=opened)",
            Confidence.LOW,
        ),
        (
            "async def looked(): key()\nasync def opened(app):\n    await looked()\n    yield\napi = FastAPI(root_path=opened)",
            Confidence.HIGH,
        ),
        (
            "async def looked(): key()\nasync def ready(): await looked()\napp.add_event_handler('startup', ready)",
            Confidence.LOW,
        ),
        (
            "import uvicorn\nasync def begun():\n    key()\n    await uvicorn.Server(uvicorn.Config(app)).serve()",
            Confidence.LOW,
        ),
        (
            "import asyncio\ndef told(): return asyncio.run(run_phases())\nasync def run_phases() -> list[str]: return [key()]",
            Confidence.LOW,
        ),
        (
            "import asyncio\ndef told(): return asyncio.run(run_phases())\nasync def run_phases() -> dict: return {1: key()}",
            Confidence.LOW,
        ),
        (
            "import asyncio\ndef told(): return asyncio.run(run_phases())\nasync def run_phases() -> None: key()",
            Confidence.HIGH,
        ),
    ],
)
def test_what_the_start_runs_and_what_is_run_for_its_answer_are_notes(code: str, sure: Confidence) -> None:
    assert confidences(code) == [sure]


def test_a_module_beside_a_package_of_its_name_is_never_imported() -> None:
    code = SERVES + "@app.get('/')\nasync def answer(): return key()"
    assert (
        testing.run_rule("RES007", {"shop/api/orders.py": code, "shop/api/orders/__init__.py": "", "shop/__init__.py": ""})
        == []
    )
    assert testing.run_rule("RES007", {"orders.py": code, "orders/__init__.py": ""}) != []  # a server may be given the file


@pytest.mark.parametrize(
    ("code", "sure"),
    [
        (
            "import importlib.util, subprocess\ndef ensure(name):\n    if not importlib.util.find_spec(name):\n"
            "        subprocess.check_call(['pip', 'install', name])\n"
            "@app.get('/')\nasync def answer(name: str): ensure(name)",
            [Confidence.LOW],
        ),
        (
            "import subprocess\ndef ensure(name):\n    if not known(name):\n"
            "        subprocess.check_call(['pip', 'install', name])\n"
            "@app.get('/')\nasync def answer(name: str): ensure(name)",
            [Confidence.HIGH],
        ),
        (
            "_key = None\n_name = None\ndef made():\n    global _key, _name\n"
            "    if _key is not None:\n        return _key, _name\n"
            "    found = key()\n    _key = found\n    _name = found\n    return _key, _name\n"
            "@app.get('/')\nasync def answer(): return made()",
            [Confidence.LOW],
        ),
        (
            "class Tunnel:\n    def __enter__(self): key()\n    def __exit__(self, *a): ...\n"
            "    async def __aenter__(self): ...\n    async def __aexit__(self, *a): ...\n"
            "@app.get('/')\nasync def answer():\n    async with Tunnel(): ...",
            [],
        ),
        (
            "class Tunnel:\n    def __enter__(self): key()\n    def __exit__(self, *a): ...\n"
            "    async def __aenter__(self): ...\n    async def __aexit__(self, *a): ...\n"
            "@app.get('/')\nasync def answer():\n    with Tunnel(): ...",
            [Confidence.HIGH],
        ),
    ],
)
def test_what_is_there_the_next_time_and_what_is_entered_asynchronously(code: str, sure: list[Confidence]) -> None:
    assert confidences(code) == sure


IN_A_FILE = """\
import sqlite3

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


async def titles(name: str) -> list[str]:
    connection = sqlite3.connect(name)
    return connection.execute("SELECT title FROM book").fetchall()


@app.get("/books")
async def books(tasks: BackgroundTasks) -> list[str]:
    {use}
"""


@pytest.mark.parametrize(
    ("use", "confidence"),
    [('return await titles("books")', Confidence.HIGH), ('tasks.add_task(titles, "books")', Confidence.LOW)],
)
def test_a_database_in_a_file_is_told_where_a_request_waits_for_it(use: str, confidence: Confidence) -> None:
    found = testing.run_rule("RES007", {"shop/books.py": IN_A_FILE.format(use=use)})
    assert {each.confidence for each in found} == {confidence}
