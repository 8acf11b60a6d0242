"""Ctrl-C at the begin of any phase: the cache stays one that the next run can trust."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archlint import app
from archlint.adapters.processes import InProcess
from archlint.adapters.store import NoStore, SqliteStore
from archlint.engine.analyse import analyse
from archlint.facts.findings import Report
from archlint.facts.settings import Settings
from archlint.ports import FactStore, Progress
from archlint.testing import MemoryFiles

FILES = {
    "shop/__init__.py": "",
    "shop/rows.py": "import sqlite3\nsqlite3.connect('x').execute('SELECT * FROM sales')\n",
    "shop/views.sql": "SELECT * FROM sales;\n",
    "compose.yaml": "services: {slow: {image: redis}}\n",
}
PHASES = [
    "discover",
    "read",
    "look up",
    "load rules",
    "Python files",
    "deployment files",
    "link",
    "rules",
    "SQL texts",
    "settle",
]


class Interrupting:
    """Progress at whose n-th begin of a phase of that name a user gives up."""

    def __init__(self, name: str) -> None:
        self.name = name

    @contextmanager
    def phase(self, name: str, total: int = 0) -> Iterator[None]:
        if name == self.name:
            raise KeyboardInterrupt
        yield

    def done(self, piece: str, seconds: float | None = None) -> None:
        pass


def run(store: FactStore, progress: Progress | None = None) -> Report:
    tool = app.tool()
    return analyse(MemoryFiles(FILES), store, InProcess(), tool, settings=Settings(), today="2026-01-15", progress=progress)


@pytest.fixture(scope="module")
def expected() -> Report:
    return run(NoStore())


@pytest.mark.parametrize("phase", PHASES)
def test_the_run_after_an_interrupted_one_is_right(tmp_path: Path, expected: Report, phase: str) -> None:
    store = SqliteStore(tmp_path / "cache")
    with pytest.raises(KeyboardInterrupt):
        run(store, Interrupting(phase))
    assert run(store) == expected
