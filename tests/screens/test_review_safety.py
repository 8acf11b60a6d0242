"""A review that is killed, and a project that would steer the terminal."""

from __future__ import annotations

import json
import random
import re
import signal
import time
from pathlib import Path

import pytest
from review_project import FLAGS, ORDERS, PROJECT, checked, make, start, states, verdicts
from terminal import END, ENTER, Terminal

WHY = "every column is shown"
BURST = ("s", WHY, ENTER, ENTER, "n", "b", "later", ENTER, "u", "f", WHY, ENTER, ENTER, "u", "s", WHY, ENTER, ENTER, "?")
"""Suppresses, lists and undoes, and ends in the page of keys."""


def without_comments(text: str) -> str:
    text = re.sub(r"(?m)^ *(?:#|--) archlint: ignore(?:-file)?\[\w+\] [^\n]*\n", "", text)
    return re.sub(r"  (?:#|--) archlint: ignore\[\w+\] [^\n]*", "", text)


def listed(project: Path) -> int:
    """How many findings a review has to show: the open ones, and those that its session decided.

    A kill between the file and the session leaves a finding that is suppressed and that no session knows: it is done.
    """
    kept = project / "archlint-review.json"
    decided = {d["fingerprint"] for d in json.loads(kept.read_bytes())["decisions"]} if kept.exists() else set()
    return sum(f.state == "new" or f.fingerprint in decided for f in checked(project).findings)


def into_findings(terminal: Terminal, count: int) -> None:
    def counted() -> bool:
        return re.search(rf"\d/{count} ", terminal.text) is not None

    terminal.wait_until(lambda: "Enter into" in terminal.text or counted(), "the first screen")
    if "Enter into" in terminal.text:
        terminal.send(ENTER)
    terminal.wait_until(counted, f"{count} findings")


def test_killed_at_any_moment_every_file_is_whole_and_the_review_goes_on(tmp_path: Path) -> None:
    project = make(tmp_path)
    moments = random.Random(7)
    for _ in range(6):
        count = listed(project)
        with start(project) as terminal:
            into_findings(terminal, count)
            terminal.send(*BURST)
            time.sleep(moments.uniform(0, 0.8))  # the moment itself: nothing waits for it
            terminal.signal(signal.SIGKILL)
            assert terminal.wait_exit() == -signal.SIGKILL
        assert without_comments((project / "shop/orders.py").read_text()) == ORDERS
        assert without_comments((project / "shop/flags.sql").read_text()) == FLAGS
        # A baseline that is not whole would be refused.
        assert len([rule for rule, *_ in states(project) if not rule.startswith("RUN")]) == 5
    count = listed(project)
    with start(project) as terminal:
        into_findings(terminal, count)
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert verdicts(project)


def test_a_kill_between_the_file_and_the_session_leaves_a_finding_that_is_done(tmp_path: Path) -> None:
    flags = FLAGS.replace("flags;", f"flags;  -- archlint: ignore[SQL001] {WHY}")
    project = make(tmp_path, PROJECT | {"shop/flags.sql": flags})
    assert listed(project) == 4
    with start(project) as terminal:
        into_findings(terminal, 4)
        terminal.send("q")
        assert terminal.wait_exit() == 0


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
