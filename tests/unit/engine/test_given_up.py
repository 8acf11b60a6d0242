"""What a worker gave up: said where it is missing, and tried again by the next run."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

from archlint import app
from archlint.adapters.processes import InProcess
from archlint.engine.analyse import analyse
from archlint.facts.findings import Report
from archlint.facts.settings import Settings
from archlint.ports import FactStore
from archlint.testing import MemoryFiles

FILES = {
    "shop/__init__.py": "",
    "shop/slow.py": "x = 'slow'\n",
    "shop/rows.py": "import sqlite3\nsqlite3.connect('x').execute('SELECT a FROM slow')\n",
    "shop/views.sql": "CREATE VIEW v AS SELECT id FROM slow;\n",
    "compose.yaml": "services: {slow: {image: redis}}\n",
}


class Stuck(InProcess):
    """Workers that are not done with what says `slow`."""

    def map(
        self, function: Any, items: Sequence[Any], on_death: Any, bound: Callable[[Any], float] = lambda _: 0.0
    ) -> Generator[tuple[Any, Any, float], None, None]:
        assert all(60 <= bound(item) <= 61 for item in items)
        for item in items:
            _, payload = item
            if payload == b"x = 'slow'\n" or (isinstance(payload, tuple) and "slow" in str(payload)):
                yield item, on_death(item, "it was not done after 60 s"), 60.0
            else:
                yield from super().map(function, [item], on_death)


class Memory:
    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        return {key: self.blobs[key] for key in keys if key in self.blobs}

    def put_many(self, blobs: dict[str, bytes]) -> None:
        self.blobs |= blobs


def run(workers: InProcess, store: FactStore, files: dict[str, str] = FILES) -> Report:
    return analyse(MemoryFiles(files), store, workers, app.tool(), settings=Settings(), today="2026-01-15")


def bounds(report: Report) -> list[tuple[str, int, str]]:
    return [(f.location.path, f.location.line, f.message) for f in report.findings if f.rule == "RUN006"]


def test_every_kind_of_file_says_that_it_was_given_up() -> None:
    said = "not looked at: it was not done after 60 s"
    report = run(Stuck(), Memory())
    assert bounds(report) == [
        ("compose.yaml", 1, said),
        ("shop/rows.py", 2, said),
        ("shop/slow.py", 1, said),
        ("shop/views.sql", 1, said),
    ]
    assert set(report.completeness.failed) >= {"compose.yaml", "shop/slow.py"}


def test_the_next_run_tries_again() -> None:
    store = Memory()
    assert bounds(run(Stuck(), store))
    assert run(InProcess(), store) == run(InProcess(), Memory())


def test_sql_alone_that_was_given_up_is_tried_again_too() -> None:
    files = {path: FILES[path] for path in ("shop/__init__.py", "shop/views.sql")}
    store = Memory()
    assert bounds(run(Stuck(), store, files))
    assert not bounds(run(InProcess(), store, files))


def test_what_an_interrupted_run_has_parsed_is_kept() -> None:
    class Interrupted(InProcess):
        def map(self, *given: Any) -> Generator[tuple[Any, Any, float], None, None]:
            for count, done in enumerate(super().map(*given)):
                if count == 300:
                    raise KeyboardInterrupt
                yield done

    store = Memory()
    try:
        run(Interrupted(), store, {f"m{n}.py": f"x = {n}\n" for n in range(400)})
    except KeyboardInterrupt:
        assert len(store.blobs) == 256
    else:
        raise AssertionError("not interrupted")
