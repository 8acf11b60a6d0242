"""The examples: what archlint says of them is what their marks say, and what it said before.

`# expect: RULE` (or `-- expect: RULE`) at the end of a line says that a finding of that rule starts there; the rules that
the marks of an example name, and all others, have nothing else to report.  `UPDATE_GOLDEN=1 pytest …` rewrites the reports
under `golden/`; read the difference before it is committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from archlint import app
from archlint.adapters.disk import DiskFiles
from archlint.adapters.processes import InProcess
from archlint.adapters.store import NoStore
from archlint.engine.analyse import analyse, understand
from archlint.engine.module_graph import module_graph
from archlint.facts.findings import Report
from archlint.report import render
from archlint.report.graph_folding import View
from archlint.report.graph_formats import render as render_graph

EXAMPLES = Path(__file__).parents[2] / "examples"
GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
TODAY = "2026-01-15"
_MARK = re.compile(r"(?:#|--) expect: ([A-Z]{3}\d{3}(?:, [A-Z]{3}\d{3})*)\s*$")


@cache
def report(name: str) -> Report:
    """The report on an example, with its own configuration."""
    root = EXAMPLES / name
    settings = app.target([root], root=root).settings
    return analyse(DiskFiles(root), NoStore(), InProcess(), app.tool(), settings=settings, today=TODAY)


def marks(name: str) -> Iterator[tuple[str, int, str]]:
    """(path, line, rule) of every mark in the sources; a README only tells how they look."""
    root = EXAMPLES / name
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".sql", ".yaml", ".yml") and ".archlint_cache" not in path.parts:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = _MARK.search(line)
                for rule in match[1].split(", ") if match else ():
                    yield path.relative_to(root).as_posix(), number, rule


def compare(golden: Path, shown: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(shown, encoding="utf-8")
    assert golden.is_file(), f"there is no {golden.name}: run with UPDATE_GOLDEN=1"
    assert shown == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_findings_are_those_that_are_marked(name: str) -> None:
    found = {(f.location.path, f.location.line, f.rule) for f in report(name).active}
    marked = set(marks(name))
    assert {"missing": sorted(marked - found), "not marked": sorted(found - marked)} == {"missing": [], "not marked": []}


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith("-clean")])
def test_an_example_has_something_to_show(name: str) -> None:
    assert list(marks(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_run_is_complete(name: str) -> None:
    looked = report(name).completeness
    assert (looked.failed, looked.crashed) == ((), ())


@pytest.mark.parametrize("name", NAMES)
def test_the_report_is_as_before(name: str) -> None:
    compare(GOLDEN / f"{name}.txt", render(report(name), "concise"))


@pytest.mark.parametrize("name", NAMES)
def test_the_checklist_is_as_before(name: str) -> None:
    lines = [f"{item.id}: {item.status}, {item.reason}\n" for item in report(name).checklist]
    compare(GOLDEN / f"{name}.checklist.txt", "".join(lines))


@pytest.mark.parametrize("name", NAMES)
def test_the_graph_is_as_before(name: str) -> None:
    root = EXAMPLES / name
    project = understand(DiskFiles(root), NoStore(), InProcess(), app.tool(), settings=app.target([root], root=root).settings)
    drawn, _ = render_graph(module_graph(project, report(name)), "mermaid", View(), title=name, version="")
    compare(GOLDEN / f"{name}.mmd", drawn)


def test_the_clean_example_fails_nothing() -> None:
    found = report("storefront-clean")
    assert found.findings == ()
    assert [item.id for item in found.checklist if item.status == "fail"] == []
