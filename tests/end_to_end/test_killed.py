"""Real runs on one cache: several at once, and runs that are killed at any moment with all their workers' work in hand."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

STOREFRONT = Path(__file__).parents[2] / "examples/storefront"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    shutil.copytree(STOREFRONT, root, ignore=shutil.ignore_patterns(".archlint_cache"))
    return root


def start(root: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "archlint", "check", str(root), "--output-format", "json", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def report_of(running: subprocess.Popen[str]) -> Any:
    out, err = running.communicate(timeout=300)
    assert (running.returncode, err) == (1, "")
    return json.loads(out)


def test_runs_on_one_cache_at_once_say_the_same(project: Path) -> None:
    running = [start(project, "--jobs", str(1 + number % 2)) for number in range(3)]
    reports = [report_of(run) for run in running]
    assert reports == [report_of(start(project, "--no-cache"))] * 3
    assert report_of(start(project)) == reports[0]


def test_after_killed_runs_a_run_is_right(project: Path) -> None:
    expected = report_of(start(project, "--no-cache"))
    chance = random.Random(11)
    for number in range(4):
        (project / "src/storefront/changing.py").write_text(f"x = {number}\n")
        running = start(project, "--jobs", str(1 + number % 2))
        time.sleep(chance.random() * 3)
        running.kill()
        running.communicate()
    (project / "src/storefront/changing.py").unlink()
    assert report_of(start(project)) == expected
