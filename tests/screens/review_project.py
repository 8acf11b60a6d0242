"""A little backend with findings, and `archlint review` on it in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from terminal import Terminal

from archlint.app import run, target
from archlint.facts.findings import Report

ORDERS = '''"""Orders."""
from sqlalchemy import text
from sqlalchemy.orm import Session


def rows(session: Session):
    return session.execute(text("SELECT * FROM orders")).all()


def more(session: Session):
    return session.execute(
        text(
            """
            SELECT *
            FROM customers
            """
        )
    ).all()


def each(session: Session, ids):
    for one in rows(session):
        session.execute(text("SELECT name FROM orders WHERE id = :id"), {"id": one})
'''
FLAGS = "SELECT * FROM flags;\nSELECT * FROM switches;\n"
PROJECT = {"shop/orders.py": ORDERS, "shop/flags.sql": FLAGS, "archlint.toml": ""}
"""One PRF001 in `orders.py`, then SQL001: two in `flags.sql`, two in `orders.py`, in this order."""

COMMAND = (sys.executable, "-m", "archlint", "review", "--jobs", "1")


def make(folder: Path, files: Mapping[str, str | bytes] = PROJECT) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def start(project: Path, env: Mapping[str, str] | None = None, *, rows: int = 24, cols: int = 80) -> Terminal:
    return Terminal(COMMAND, project, rows=rows, cols=cols, env=env)


def checked(project: Path) -> Report:
    return run(target([project], root=project), jobs=1, use_cache=False)


def states(project: Path) -> list[tuple[str, str, int, str]]:
    """(rule, path, line, state) of every finding, as a check of the project says."""
    return [(f.rule, f.location.path, f.location.line, f.state) for f in checked(project).findings]


def session(project: Path) -> dict[str, object]:
    found = json.loads((project / "archlint-review.json").read_bytes())
    assert isinstance(found, dict)
    return found


def verdicts(project: Path) -> list[tuple[str, str]]:
    """(path:line, verdict) in the order in which it was decided."""
    listed = session(project)["decisions"]
    assert isinstance(listed, list)
    return [(f"{d['path']}:{d['line']}", d["verdict"]) for d in listed]
