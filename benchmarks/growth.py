"""Whether the cost of one file grows in proportion to it, for the things that a file may hold many of.

    python benchmarks/growth.py [--rows 500] [SHAPE...]

Each shape is a project of one file (or of many) with N, 2N and 4N of something: statements of SQL, models, routes, loops,
queries in one function.  Printed are the CPU seconds of a whole run on each, without a cache, and how many times more
the last took than the one before: 2 is in proportion, 4 is quadratic.  Nothing is judged; a number says little below 0.1 s.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

from archlint.testing import analyse_files

Shape = Callable[[int], dict[str, str]]

_TABLES = 50
"""Rows share so many tables, models, functions."""


def _rows(path: str, head: str, row: str, tail: str, count: int) -> dict[str, str]:
    """One file: a head, so many rows with their number `{i}` and that of something shared, `{m}`, and a tail."""
    return {path: head + "\n".join(row.format(i=i, m=i % _TABLES) for i in range(count)) + tail + "\n"}


def _sql(row: str) -> Shape:
    return partial(_rows, "migrations/001.sql", "", row, "")


def _python(head: str, row: str, tail: str = "") -> Shape:
    return partial(_rows, "app/module.py", head, row, tail)


def _modules(count: int) -> dict[str, str]:
    return {f"app/m{i}.py": f"from app.m{i * 7 % count} import f\n\ndef f{i}():\n    return f()\n" for i in range(count // 4)}


_DATABASE = "import sqlite3\nc = sqlite3.connect('x')\n"
_MODELS = "from django.db import models\n"
_MODEL = "    a = models.ForeignKey('M{m}', on_delete=models.CASCADE)"
_MIGRATION = "from alembic import op\nimport sqlalchemy as sa\nrevision = 'a'\ndown_revision = None\n\ndef upgrade():\n"

SHAPES: dict[str, Shape] = {
    "stars": _sql("SELECT * FROM t{m} WHERE c{i} = 1;"),
    "inserts": _sql("INSERT INTO t{m} (a, b) VALUES ({i}, {i});"),
    "tables": _sql("CREATE TABLE t{i} (id bigint PRIMARY KEY, p int REFERENCES t{m}(id));"),
    "columns": _sql("ALTER TABLE t{m} ADD COLUMN c{i} integer;"),
    "indexes": _sql("CREATE INDEX i{i} ON t{m} (c{i});"),
    "routines": _sql("CREATE FUNCTION f{i}() RETURNS int AS $$ SELECT * FROM t{m} $$ LANGUAGE sql;"),
    "pages": _sql("UPDATE t{m} SET a = {i} WHERE b = {i} LIMIT 5 OFFSET {i};"),
    "temporary tables": _sql("CREATE TEMP TABLE t{i} AS SELECT * FROM s{m};"),
    "functions with a query": _python(_DATABASE, "def f{i}(a):\n    c.execute(f'SELECT * FROM t{m} WHERE a = {{a}}')\n"),
    "queries in one function": _python(_DATABASE + "def f(a):\n", "    c.execute('SELECT * FROM t{m} WHERE a = ' + a)"),
    "parts of one query": _python("def f(a):\n    q = ''\n", "    q += 'SELECT a{i} FROM t{m}'"),
    "operations of a revision": partial(
        _rows, "alembic/versions/a.py", _MIGRATION, "    op.add_column('t{m}', sa.Column('c{i}', sa.Integer()))", ""
    ),
    "routes": _python("from fastapi import FastAPI\napp = FastAPI()\n", "@app.get('/a{i}')\nasync def g{i}():\n    return 1\n"),
    "models": _python(_MODELS, "class M{i}(models.Model):\n" + _MODEL + "\n"),
    "loops": _python(
        _MODELS + "class M0(models.Model):\n" + _MODEL.format(m=0) + "\n",
        "def g{i}():\n    for x in M0.objects.all():\n        print(x.a.b)\n",
    ),
    "lines of one loop": _python(
        _MODELS + "class M0(models.Model):\n" + _MODEL.format(m=0) + "\ndef g():\n    for x in M0.objects.all():\n",
        "        print(x.a.b, {i})",
    ),
    "entries of a mapping": _python("D = {\n", "    'k{i}': {i},", "\n}"),
    "calls": _python("", "def f{i}(a):\n    return f{m}(a) + g{i}(a)\n"),
    "logs": _python("import logging\nl = logging.getLogger()\n", "def f{i}(password, a):\n    l.info('x %s', a.x{i})\n"),
    "settings": _python("import os\n", "SETTING_{i} = os.environ.get('X{i}', 'abc{i}')"),
    "cached values": _python(
        "import redis\nr = redis.Redis()\n", "def f{i}(a):\n    r.set('k{i}', a)\n    return r.get('k{i}')\n"
    ),
    "methods": _python("class A:\n", "    def f{i}(self):\n        self.x{i} = self.f{m}()\n"),
    "subclasses": _python("class A:\n    pass\n\n", "class B{i}(A):\n    def run(self):\n        return self.run()\n"),
    "tasks": _python("from celery import shared_task\n", "@shared_task\ndef t{i}(a):\n    t{m}.delay(a)\n"),
    "modules": _modules,
}


def seconds(files: dict[str, str]) -> float:
    """CPU seconds of one run."""
    begin = time.process_time()
    analyse_files(files)
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"which of: {', '.join(SHAPES)}")
    parser.add_argument("--rows", type=int, default=500, help="how many rows the smallest has")
    given = parser.parse_args()
    unknown = sorted(set(given.shapes) - set(SHAPES))
    if unknown:
        parser.error(f"no such shape: {', '.join(unknown)}")
    seconds({"app/module.py": "x = 1\n"})  # what is read once
    print(f"{'shape':26} {'N':>7} {'2N':>7} {'4N':>7}  4N over 2N")
    for name in given.shapes or SHAPES:
        taken = [seconds(SHAPES[name](given.rows * times)) for times in (1, 2, 4)]
        print(f"{name:26} {taken[0]:7.2f} {taken[1]:7.2f} {taken[2]:7.2f}  {taken[2] / taken[1]:.1f}")


if __name__ == "__main__":
    main()
