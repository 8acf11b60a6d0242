"""Whatever changed since the last run, a warm cache says what a cold one says: a random walk over a small project.

`ARCHLINT_WALKS=200` walks longer than the suite does.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from archlint.adapters.disk import DiskFiles
from archlint.adapters.processes import InProcess
from archlint.adapters.store import NoStore, SqliteStore
from archlint.app import target, tool, with_options
from archlint.engine.analyse import analyse
from archlint.engine.baseline import encode
from archlint.engine.baseline_changes import created
from archlint.facts.findings import Report
from archlint.ports import FactStore
from archlint.report import Layout, render

WALKS = int(os.environ.get("ARCHLINT_WALKS", "4"))

MODULES = (
    "shop/web/views.py",
    "shop/domain/orders.py",
    "shop/infra/store.py",
    "shop/jobs.py",
    "other/tool.py",
    "tests/test_x.py",
)
CODE = (
    "",
    "x = 1\n",
    "x = 2\n",
    "import shop.infra.store\nfrom shop.domain import orders\n",
    "from shop.web import views\nfrom shop.domain import *\n",
    "import sqlalchemy\n\ndef rows(session):\n    return session.execute('SELECT * FROM sales')\n",
    "import redis\n\nr = redis.Redis()\nr.set('shop:a', 1)\n",
    "import redis\n\nr = redis.Redis()\nr.set('shop:a', 1)  # archlint: ignore[CCH001] known until 2026-02-01\n",
    "# archlint: ignore-file[ALL] old until 2026-01-20\nimport hashlib\n\ndef f(password):\n    return hashlib.md5(password)\n",
    "x = 1  # archlint: ignore[SQL001]\n",
    "def broken(:\n",
    "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/health')\ndef health():\n    return {}\n",
    "import logging\n\ndef f(password):\n    logging.info('%s', password)\n",
    "\ufeffx = 'ä'\r\ny = 1\f\r\n",
)
FOLDER_CONFIGS = (
    "",
    "[tool.archlint]\nignore = ['SQL']\n",
    "[tool.archlint.severity]\nSQL001 = 'error'\n",
    "[project]\nname = 'x'\n",
)
CONFIGS = (
    "[tool.archlint]\n",
    "# a comment moves all down\n\n[tool.archlint]\n",
    "[tool.archlint]\npreview = true\nfail-level = 'note'\n",
    "[tool.archlint]\nexclude = ['other/**']\nselect = ['SQL', 'CCH', 'ARC']\n",
    "[tool.archlint.per-file-ignores]\n'shop/web/*' = ['ALL']\n",
    "[tool.archlint.layers]\ndomain = ['shop.domain']\ninfrastructure = ['shop.infra', 'shop.gone']\n",
    "# one line more\n[tool.archlint.layers]\ndomain = ['shop.domain']\ninfrastructure = ['shop.infra', 'shop.gone']\n",
    "[[tool.archlint.contracts]]\nname = 'Down'\nkind = 'layers'\nlayers = ['shop.web', 'shop.domain', 'shop.nowhere']\n",
    "[tool.archlint]\nservices = { web = 'shop', gone = 'nowhere' }\ndialect = 'postgres'\n",
    "[tool.archlint.rules.cache-write-without-ttl]\nignore_keys = ['shop:*']\n",
)
ANSWERS = """version: 1
answers:
  database.n-plus-one: {verdict: pass, why: Looked., by: Ada, date: 2026-01-01, until: 2026-01-25}
"""
WATCHING = """version: 1
answers:
  database.n-plus-one:
    {verdict: pass, why: Looked., by: Ada, date: 2026-01-01, watch: [shop/*.py], watched: {shop/jobs.py: ab}}
"""
COMPOSE = "services:\n  web:\n    build: .\n    environment:\n      REDIS_URL: redis://r\n"
ACCEPTED = "-- archlint: ignore[SQL001] ok\nSELECT * FROM a;\n"
OTHERS: dict[str, tuple[str, ...]] = {
    "shop/sales.sql": ("SELECT * FROM sales;\n", "SELECT id FROM sales;\n", "SELECT FROM WHERE (;\n", ACCEPTED),
    "compose.yaml": (COMPOSE, "services: {db: {image: postgres}}\n", "a: [\n"),
    "Dockerfile": ("FROM python:3.12\nCMD ['python']\n", "FROM python:3.12\nHEALTHCHECK CMD curl localhost/health\n"),
    ".gitignore": ("", "other/\n", "*.sql\n", "shop/infra\n"),
    "shop/.gitignore": ("jobs.py\n", "domain/\n"),
    "shop/pyproject.toml": FOLDER_CONFIGS,
    "other/archlint.toml": ("ignore = ['CCH']\n", "[severity]\nSQL001 = 'off'\n"),
    "README.md": ("Hello\n",),
    "archlint-checklist.yaml": (ANSWERS, WATCHING, ANSWERS.replace("n-plus-one", "no-item")),
}
DAYS = ("2026-01-15", "2026-01-20", "2026-01-21", "2026-01-26", "2026-02-01", "2026-02-02", "2027-01-01")
PATHS = st.sampled_from([*MODULES, *OTHERS, "pyproject.toml"])


class Walk(RuleBasedStateMachine):
    """A project, the cache of all runs so far, and edits."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.root = self.home / "project"
        self.store = SqliteStore(self.home / "cache")
        self.today = DAYS[0]
        self.tool = tool()
        self.branches: dict[bool, dict[str, bytes]] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.home)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, newline="")

    def there(self) -> list[Path]:
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    @initialize(
        codes=st.lists(st.sampled_from(CODE), min_size=len(MODULES), max_size=len(MODULES)), config=st.sampled_from(CONFIGS)
    )
    def begin(self, codes: list[str], config: str) -> None:
        for path, text in zip(MODULES, codes, strict=True):
            self.write(path, text)
        self.write("pyproject.toml", config)
        self.write("shop/sales.sql", "SELECT * FROM sales;\n")

    @rule(path=st.sampled_from(MODULES), text=st.sampled_from(CODE))
    def edits_code(self, path: str, text: str) -> None:
        self.write(path, text)

    @rule(path=st.sampled_from(sorted(OTHERS)), data=st.data())
    def edits_another_file(self, path: str, data: st.DataObject) -> None:
        self.write(path, data.draw(st.sampled_from(OTHERS[path])))

    @rule(text=st.sampled_from(CONFIGS))
    def configures(self, text: str) -> None:
        self.write("pyproject.toml", text)

    @rule(path=PATHS)
    def deletes(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)

    @rule(path=st.sampled_from(MODULES))
    def changes_a_letter_and_keeps_size_and_time(self, path: str) -> None:
        file = self.root / path
        if not file.is_file():
            return
        status, text = file.stat(), file.read_bytes()
        swapped = (
            text.replace(b"*", b"a").replace(b"set", b"get") if b"*" in text or b"set" in text else text.replace(b"1", b"7")
        )
        file.write_bytes(swapped)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))

    @rule(seed=st.integers(0, 1000))
    def swaps_two_files(self, seed: int) -> None:
        files = [path for path in self.there() if path.suffix == ".py"]
        if len(files) > 1:
            one, other = random.Random(seed).sample(files, 2)
            first, second = one.read_bytes(), other.read_bytes()
            one.write_bytes(second)
            other.write_bytes(first)

    @rule()
    def renames_a_package(self) -> None:
        here, there = self.root / "shop/infra", self.root / "shop/storage"
        if here.is_dir() and not there.exists():
            here.rename(there)
        elif there.is_dir() and not here.exists():
            there.rename(here)

    @rule(which=st.booleans())
    def switches_the_branch(self, which: bool) -> None:
        """To what the other one was when it was left; the first time, it is the same."""
        self.branches[not which] = {path.relative_to(self.root).as_posix(): path.read_bytes() for path in self.there()}
        files = self.branches.get(which)
        if files is not None:
            shutil.rmtree(self.root)
            for path, data in files.items():
                (self.root / path).parent.mkdir(parents=True, exist_ok=True)
                (self.root / path).write_bytes(data)

    @rule(day=st.sampled_from(DAYS))
    def another_day_comes(self, day: str) -> None:
        self.today = day

    @rule(program=st.sampled_from("ab"), parsers=st.sampled_from("ab"))
    def another_version_comes(self, program: str, parsers: str) -> None:
        self.tool = replace(self.tool, program=program + parsers, parsers=parsers)

    @precondition(lambda self: self.root.is_dir())
    @rule()
    def lists_what_there_is_as_old(self) -> None:
        (self.root / "archlint-baseline.json").unlink(missing_ok=True)
        said = self.said(NoStore())
        if isinstance(said, str):
            return
        self.write("archlint-baseline.json", encode(created(said)).decode())

    @rule(seed=st.integers(0, 1000), garbage=st.binary(max_size=12), honest=st.booleans())
    def a_blob_becomes_garbage(self, seed: int, garbage: bytes, honest: bool) -> None:
        """With its right checksum (`honest`), as another program would write it, or with the old one."""
        with sqlite3.connect(next(self.store.folder.glob("*.sqlite"))) as db:
            keys = [key for (key,) in db.execute("SELECT key FROM blobs ORDER BY key")]
            chosen = random.Random(seed).choice(keys)
            db.execute("UPDATE blobs SET value = ? WHERE key = ?", (garbage, chosen))
            if honest:
                db.execute("UPDATE blobs SET checksum = ? WHERE key = ?", (zlib.crc32(garbage), chosen))
        db.close()

    def said(self, store: FactStore) -> Report | str:
        """The report, or why there is none."""
        try:
            found = with_options(target([self.root], root=self.root), preview=True)
            files = DiskFiles(self.root)
            return analyse(files, store, InProcess(), self.tool, settings=found.settings, today=self.today)
        except Exception as error:
            problems = getattr(error, "problems", None)
            if problems is None:
                raise
            return "\n".join(problems)

    @invariant()
    def warm_is_cold(self) -> None:
        if not self.root.is_dir():
            return
        warm, again, cold = self.said(self.store), self.said(self.store), self.said(NoStore())
        assert bytes_of(warm) == bytes_of(cold)
        assert bytes_of(again) == bytes_of(cold)


def bytes_of(said: Report | str) -> bytes:
    return said.encode() if isinstance(said, str) else render(said, "json", Layout()).encode() + msgspec.json.encode(said)


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=WALKS,
    stateful_step_count=10 if WALKS < 50 else 40,
    derandomize=WALKS < 50,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
