"""A review that is killed, and a project that would steer the terminal."""

from __future__ import annotations

import random
import re
import signal
import time
from pathlib import Path

import pytest
from review_project import FLAGS, ORDERS, make, start, states, verdicts
from terminal import END, ENTER, Terminal

WHY = "every column is shown"
BURST = ("s", WHY, ENTER, ENTER, "n", "b", "later", ENTER, "u", "f", WHY, ENTER, ENTER, "u", "s", WHY, ENTER, ENTER, "?")
"""Suppresses, lists and undoes, and ends in the page of keys."""


def without_comments(text: str) -> str:
    text = re.sub(r"(?m)^ *(?:#|--) archlint: ignore(?:-file)?\[\w+\] [^\n]*\n", "", text)
    return re.sub(r"  (?:#|--) archlint: ignore\[\w+\] [^\n]*", "", text)


def into_findings(terminal: Terminal) -> None:
    def counted() -> bool:  # five, and what a kill between two files left to be said of the run itself
        return re.search(r"\d/[5-9] ", terminal.text) is not None

    terminal.wait_until(lambda: "Enter into" in terminal.text or counted(), "the first screen")
    if "Enter into" in terminal.text:
        terminal.send(ENTER)
    terminal.wait_until(counted, "the findings")


def test_killed_at_any_moment_every_file_is_whole_and_the_review_goes_on(tmp_path: Path) -> None:
    project = make(tmp_path)
    moments = random.Random(7)
    for _ in range(6):
        with start(project) as terminal:
            into_findings(terminal)
            terminal.send(*BURST)
            time.sleep(moments.uniform(0, 0.8))  # the moment itself: nothing waits for it
            terminal.signal(signal.SIGKILL)
            assert terminal.wait_exit() == -signal.SIGKILL
        assert without_comments((project / "shop/orders.py").read_text()) == ORDERS
        assert without_comments((project / "shop/flags.sql").read_text()) == FLAGS
        # A baseline that is not whole would be refused.
        assert len([rule for rule, *_ in states(project) if not rule.startswith("RUN")]) == 5
    with start(project) as terminal:
        into_findings(terminal)
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert verdicts(project)


STEERING = "\x1b[31mRED\x1b]0;pwned\x07\x9b2J\u202egnp.exe::error::[bold red]x[/]"


def hostile_project(folder: Path) -> Path:
    table = f'"{STEERING}"'
    long_line = f"SELECT '{'x' * 10_000}', * FROM 漢字{'漢' * 100} -- {STEERING}\n;\n"
    name = "\x1b[31mred \x1b]0;pwned\x07.sql"
    return make(folder, {"archlint.toml": "", "a.py": "", name: f"SELECT * FROM {table};\n", "long.sql": long_line})


@pytest.mark.parametrize(("rows", "cols"), [(24, 80), (60, 200)])
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}], ids=["color", "no color"])
def test_nothing_of_the_project_steers_the_terminal(tmp_path: Path, rows: int, cols: int, env: dict[str, str]) -> None:
    project = hostile_project(tmp_path)
    with start(project, env, rows=rows, cols=cols) as terminal:
        terminal.wait_for("2 open")
        terminal.send(ENTER)
        terminal.wait_for("1/2", "\\x1b[31mred \\x1b]0;pwned\\x07.sql:1:8")
        terminal.send("n")
        terminal.wait_for("2/2", "long.sql:1:", "漢字")
        terminal.send(END)
        terminal.wait_for("Not reported")
        assert all(len(line) <= cols for line in terminal.screen)
        terminal.send("q")
        assert terminal.wait_exit() == 0
    for sequence in (b"\x1b]0;", b"\x1b[31mRED", b"\x1b[31mred", "\x9b".encode(), "\u202e".encode(), b"\x07"):
        assert sequence not in terminal.raw
