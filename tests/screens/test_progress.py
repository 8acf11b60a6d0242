"""The bar as a person sees it, in a terminal; Ctrl-C while it is there."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest
from terminal import CTRL_C, Terminal

SLOW = "def f(x):\n    return [{}, {}]\n"
READING = "archlint: Python files"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seconds of one processor, on any machine."""
    root = tmp_path_factory.mktemp("slow")
    (root / "pyproject.toml").write_text("[tool.archlint]\n")
    for number in range(40):
        (root / f"m{number}.py").write_text(SLOW.format(number, "x, " * 8000))
    return root


def check(root: Path, out: Path, *options: str) -> list[str]:
    """Standard output goes to a file, so that what the terminal shows is standard error."""
    command = [sys.executable, "-m", "archlint", "check", str(root), "--no-cache", "--output-format", "json", *options]
    return ["sh", "-c", f"exec {shlex.join(command)} > {shlex.quote(str(out))}"]


def test_a_bar_comes_and_goes(project: Path, tmp_path: Path) -> None:
    with Terminal(check(project, tmp_path / "out", "--jobs", "1"), project, cols=40, env={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for(READING, "of 40")
        assert all(not line for line in terminal.screen[1:])
        assert terminal.wait_exit() == 0
        assert terminal.text.strip() == ""
        assert b"\x1b" not in terminal.raw
    assert json.loads((tmp_path / "out").read_text())


@pytest.mark.parametrize(("options", "env"), [(["-q"], {}), ([], {"CI": "1"})])
def test_no_bar_where_none_is_wanted(tmp_path: Path, options: list[str], env: dict[str, str]) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.archlint]\n")
    for number in range(12):
        (tmp_path / f"m{number}.py").write_text(SLOW.format(number, "x, " * 8000))
    with Terminal(check(tmp_path, tmp_path / "out", "--jobs", "1", *options), tmp_path, env=env) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.raw == b""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_wipes_the_bar_and_is_status_130(project: Path, tmp_path: Path, jobs: str) -> None:
    with Terminal(check(project, tmp_path / "out", "--jobs", jobs), project) as terminal:
        terminal.wait_for(READING, "of 40")
        terminal.send(CTRL_C)
        assert terminal.wait_exit() == 130
        assert terminal.text.replace("^C", "").strip() == ""
    assert (tmp_path / "out").read_text() == ""
