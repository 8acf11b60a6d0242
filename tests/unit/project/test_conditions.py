"""Ways from a loop to an effect: flags that switch it off, answers that are kept, failures' ways out."""

from __future__ import annotations

import pytest
from project_builder import project_of

from archlint.project.caches.cache_writes import CacheWrites
from archlint.project.control.conditions import Conditions
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.spelling import spell

HEAD = """
from sqlalchemy.orm import Session

session = Session()
"""


def kept_and_steps(code: str) -> tuple[str, int] | None:
    """(where the answer is kept, steps) of the way from the call of `start` to the database; None: there is none."""
    project = project_of({"example.py": HEAD + code})
    conditions = Conditions(project)
    found = [
        conditions.path(point)
        for effect in ("db.write", "db.commit", "db.read")
        for point in project.effects.points(effect)
        if point.caller is not None and point.caller.function.name == "start"
    ]
    ways = [path for path in found if path is not None]
    return (ways[0].kept, len(ways[0].steps)) if ways else None


@pytest.mark.parametrize(
    ("call", "runs"),
    [
        ("create(row)", False),
        ("create(row, commit=False)", False),
        ("create(row, commit=True)", True),
        ("create(row, True)", True),
        ("create(row, commit=flag)", True),
        ("create(row, **options)", True),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        "if commit:\n        session.commit()",
        "if commit is not None and commit:\n        session.commit()",
        "if not commit:\n        return\n    session.commit()",
        "if not commit:\n        pass\n    else:\n        session.commit()",
    ],
)
def test_a_flag_that_is_off(call: str, runs: bool, body: str) -> None:
    code = f"\ndef create(row, commit=False):\n    session.add(row)\n    {body}\n\ndef start(row, flag, options):\n    {call}\n"
    assert (kept_and_steps(code) is not None) is runs


def test_a_flag_handed_on() -> None:
    code = """
def save(row, commit):
    if commit:
        session.commit()

def create(row, commit=False):
    save(row, commit)

def start(row):
    create(row)
"""
    assert kept_and_steps(code) is None
    assert kept_and_steps(code.replace("create(row)\n", "create(row, True)\n")) == ("", 3)


def test_only_noted_down_is_no_write() -> None:
    assert kept_and_steps("\ndef start(row):\n    session.add(row)\n") is None


def test_kept_on_the_object_and_for_good() -> None:
    own = """
class Reader:
    def load(self):
        if self._rows is None:
            self._rows = session.execute("SELECT 1").all()
        return self._rows

def start(reader: Reader):
    reader.load()
"""
    assert kept_and_steps(own) == ("object", 2)
    shared = """
rows = None

def load():
    global rows
    if rows is None:
        rows = session.execute("SELECT 1").all()
    return rows

def start():
    load()
"""
    assert kept_and_steps(shared) == ("program", 2)


def test_a_handler_of_any_failure_is_no_way() -> None:
    code = """
def load():
    try:
        work()
    except {caught}:
        session.execute("SELECT 1")

def start():
    load()
"""
    assert kept_and_steps(code.format(caught="Exception")) is None
    assert kept_and_steps(code.format(caught="(OSError, ValueError)")) is None
    assert kept_and_steps(code.format(caught="KeyError")) == ("", 2)


def test_recursion_ends() -> None:
    code = "\ndef start(n):\n    other(n)\n\ndef other(n):\n    start(n)\n    session.execute('SELECT 1')\n"
    assert kept_and_steps(code) == ("", 2)


def test_arguments_go_to_their_parameters() -> None:
    code = """
class Cache:
    def put(self, key, /, value, *rest, ttl=None, **more):
        pass

Cache().put("k", "v", 1, 2, ttl=3, other=4)
Cache().put("k", *values, ttl=5)
"""
    project = project_of({"example.py": code})
    module = project.modules.by_path["example.py"]
    put = next(d for d in project.symbols.functions.values() if d.function.name == "put")
    calls = [c for c in module.body.calls if c.arguments]
    said = [{name: spell(module.body, expr) for name, expr in arguments_by_parameter(call, put).items()} for call in calls]
    assert said == [{"key": '"k"', "value": '"v"', "ttl": "3"}, {"key": '"k"', "ttl": "5"}]


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ("'k', 'v'", "missing"),
        ("'k', 'v', 60", "given"),
        ("'k', 'v', ex=60 * 60", "given"),
        ("'k', 'v', ex=None", "never"),
        ("'k', 'v', ex=ttl", "parameter"),
        ("'k', 'v', ex=ttl or 60", "given"),
        ("'k', 'v', ex=ttl or None", "never"),
        ("'k', 'v', ex=60 if ttl else None", "given"),
        ("'k', 'v', ex=local", "given"),
        ("'k', 'v', keepttl=True", "given"),
        ("'k', 'v', keepttl=False", "missing"),
        ("'k', 'v', **options", "given"),
    ],
)
def test_what_the_arguments_of_a_write_say_of_its_expiry(arguments: str, kind: str) -> None:
    code = f"import redis\nclient = redis.Redis()\ndef f(ttl, options):\n    local = 60\n    client.set({arguments})\n"
    writes = CacheWrites(project_of({"example.py": code}))
    ((site, write),) = writes.all
    assert writes.expiry(site, write).kind == kind
