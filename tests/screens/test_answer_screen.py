"""`archlint checklist --answer` as a person meets it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from open_items import write
from terminal import BACKSPACE, CTRL_C, DOWN, ENTER, ESCAPE, PAGE_DOWN, Terminal

from archlint import app
from archlint.checklist.answers import FILE
from archlint.checklist.answers_file import read_answers

COMMAND = [sys.executable, "-m", "archlint", "checklist", "--answer", "-j1"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "project")


@pytest.fixture(scope="module")
def ids(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is asked, in order: as many as this version's rules leave open."""
    root = write(tmp_path_factory.mktemp("open"))
    return app.questions(app.target([root]), jobs=1, use_cache=False).open()


@pytest.fixture(params=[(24, 80, ""), (24, 80, "1"), (60, 200, ""), (60, 200, "1")], ids=str)
def terminal(project: Path, ids: list[str], request: pytest.FixtureRequest) -> Iterator[Terminal]:
    rows, cols, no_color = request.param
    with Terminal(COMMAND, project, rows, cols, {"NO_COLOR": no_color} if no_color else {}) as found:
        found.wait_for(f"1 of {len(ids)}  {ids[0]}")
        assert bool(found.colors) is not bool(no_color)
        yield found


def answer(terminal: Terminal, verdict: str, why: str, *, by: str = "Ada", until: str = "", watch: str = "") -> None:
    for key, label in ((verdict, ": Why:"), (why, ": Link ("), ("", ": Who says so:")):
        terminal.send(key, *([] if key == verdict else [ENTER]))
        terminal.wait_for(label)
    terminal.send(*[BACKSPACE] * 40, by, ENTER)
    terminal.wait_for(": Until (")
    terminal.send(until, ENTER)
    terminal.wait_for(": Watch (")
    terminal.send(watch, ENTER)


def kept(project: Path) -> dict[str, tuple[str, str, str, str]]:
    if not (project / FILE).exists():
        return {}
    found = read_answers((project / FILE).read_bytes())
    assert not any(entry.problems for entry in found.values())
    return {item: (e.answer.verdict, e.answer.why, e.answer.by, e.answer.until) for item, e in found.items()}


def test_a_walk(terminal: Terminal, project: Path, ids: list[str]) -> None:
    asked = next(item.question for item in app.tool().checklist().items if item.id == ids[0])
    terminal.wait_for(asked, "An answer could rest on", "q quit")
    answer(terminal, "p", "Envoy: ejects <script> hosts", until="2099-12-31", watch="docs/ 'orders/*.sql'")
    terminal.wait_for(f"2 of {len(ids)}  {ids[1]}", "(1 answered")
    assert kept(project) == {ids[0]: ("pass", "Envoy: ejects <script> hosts", "Ada", "2099-12-31")}
    assert list(read_answers((project / FILE).read_bytes())[ids[0]].answer.watched) == ["docs/mesh.md", "orders/sales.sql"]

    terminal.send("s")
    terminal.wait_for(f"3 of {len(ids)}")
    terminal.send("b")
    terminal.wait_for(f"2 of {len(ids)}")
    answer(terminal, "n", "One call.")
    terminal.wait_for(f"3 of {len(ids)}", "(2 answered")
    terminal.send("u")
    terminal.wait_for(f"2 of {len(ids)}", "taken back", "(1 answered")
    assert list(kept(project)) == [ids[0]]
    terminal.send("q")
    terminal.wait_for(f"1 answered, {len(ids) - 1} still open.")
    assert terminal.wait_exit() == 0


def test_it_resumes_and_asks_again_once_a_watched_file_changed(terminal: Terminal, project: Path, ids: list[str]) -> None:
    answer(terminal, "p", "Seen.", watch="docs/")
    terminal.wait_for(f"2 of {len(ids)}")
    terminal.send("q")
    assert terminal.wait_exit() == 0
    with Terminal(COMMAND, project) as again:
        again.wait_for(f"1 of {len(ids) - 1}  {ids[1]}")
        again.send("q")
        assert again.wait_exit() == 0
    (project / "docs/mesh.md").write_text("no more\n")
    with Terminal(COMMAND, project) as again:
        again.wait_for(f"1 of {len(ids)}  {ids[0]}", "the answer is stale: docs/mesh.md changed", "answer: pass (Ada")
        again.send("p")
        again.wait_for("pass: Why: Seen.")
        again.send(CTRL_C)
        assert again.wait_exit() == 130


def test_what_is_wrong_is_said_and_asked_again(terminal: Terminal, project: Path, ids: list[str]) -> None:
    terminal.send("a")
    terminal.wait_for("there is no failure to accept")
    terminal.send("p")
    terminal.wait_for("pass: Why:")
    terminal.send(ENTER)
    terminal.wait_for("this must be said")
    terminal.send(ESCAPE)
    terminal.wait_for("q quit")
    answer(terminal, "p", "Seen.", until="soon")
    terminal.wait_for("until: `soon` is no day (YYYY-MM-DD)", "Until (YYYY-MM-DD; empty: no end): soon")
    terminal.send(*[BACKSPACE] * 4, ENTER)
    terminal.wait_for(": Watch (")
    terminal.send("'docs", ENTER)
    terminal.wait_for("not kept: No closing quotation")
    terminal.send("x'", ENTER)
    terminal.wait_for("watch: `docsx` matches no file")
    assert kept(project) == {}
    terminal.send(*[BACKSPACE] * 10, ENTER)
    terminal.wait_for(f"2 of {len(ids)}")
    assert kept(project) == {ids[0]: ("pass", "Seen.", "Ada", "")}


def test_ctrl_c_and_a_kill_lose_only_what_is_half_typed(terminal: Terminal, project: Path, ids: list[str]) -> None:
    answer(terminal, "f", "Not there.")
    terminal.wait_for(f"2 of {len(ids)}")
    terminal.send("p")
    terminal.wait_for(": Why:")
    terminal.send("half an ans")
    terminal.wait_for("half an ans")
    terminal.send(CTRL_C)
    assert terminal.wait_exit() == 130
    assert kept(project) == {ids[0]: ("fail", "Not there.", "Ada", "")}
    with Terminal(COMMAND, project) as again:
        again.wait_for(f"1 of {len(ids) - 1}")
        answer(again, "p", "One call.")
        again.signal(signal.SIGKILL)
        again.wait_exit()
    found = kept(project)
    assert found.pop(ids[0]) == ("fail", "Not there.", "Ada", "")
    assert found in ({}, {ids[1]: ("pass", "One call.", "Ada", "")})
    leftovers = [path.name for path in project.iterdir() if "partial" in path.name]
    assert len(leftovers) <= 1, "at most the file that was being written when the process was killed"


def test_a_file_that_breaks_meanwhile_stops_nothing(project: Path, ids: list[str]) -> None:
    with Terminal(COMMAND, project) as terminal:
        terminal.wait_for(f"1 of {len(ids)}")
        (project / FILE).write_text("<<<<<<< HEAD\n")
        answer(terminal, "p", "Seen.")
        terminal.wait_for("a merge conflict is not resolved")
        (project / FILE).unlink()
        terminal.send(ENTER)
        terminal.wait_for(f"2 of {len(ids)}")
        assert list(kept(project)) == [ids[0]]


def test_hostile_text_is_shown_and_not_obeyed(project: Path, ids: list[str]) -> None:
    evil = "\\e]0;owned\\a\\e[2J[bold]\\u202e"  # as YAML writes it
    (project / "compose.yaml").write_text((project / "compose.yaml").read_text().replace("orders:\n", f'"{evil}":\n'))
    (project / FILE).write_text(
        f'version: 1\nanswers:\n  {ids[0]}:\n    verdict: "{evil}"\n    why: "{evil}{"y" * 9000}"\n    by: "{evil}"\n'
    )
    with Terminal(COMMAND, project) as terminal:
        terminal.wait_for("1 of ", "\\x1b[2J[bold]\\u202e", "more lines")
        assert b"owned\x07" not in terminal.raw
        assert all(len(line) <= 80 for line in terminal.screen)
        for _ in range(14):
            terminal.send(PAGE_DOWN, DOWN)
        terminal.wait_for("An answer could rest on")


def test_in_a_pipeline_nothing_is_asked(project: Path) -> None:
    with Terminal(COMMAND, project, env={"CI": "true"}) as terminal:
        terminal.wait_for("--answer needs a terminal and no CI")
        assert terminal.wait_exit() == 2
    assert os.listdir(project).count(FILE) == 0  # noqa: PTH208
