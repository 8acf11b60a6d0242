"""`archlint review` as people use it: each key, at both sizes, with and without colour."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest
from review_project import COMMAND, FLAGS, ORDERS, make, session, start, states, verdicts
from terminal import CTRL_C, DOWN, END, ENTER, ESCAPE, HOME, LEFT, PAGE_DOWN, RIGHT, Terminal

WHY = "every column is shown"


def into_all(terminal: Terminal) -> None:
    terminal.wait_for("Enter into a rule", "all")
    terminal.send(ENTER)
    terminal.wait_for("1/5", "PRF001 n-plus-one-query")


def answer(terminal: Terminal, *answers: tuple[str, str]) -> None:
    for question, text in answers:
        terminal.wait_for(question)
        terminal.send(text, ENTER)


@pytest.mark.parametrize(("rows", "cols"), [(24, 80), (60, 200)])
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}], ids=["color", "no color"])
def test_from_the_table_to_a_suppression(tmp_path: Path, rows: int, cols: int, env: dict[str, str]) -> None:
    project = make(tmp_path)
    with start(project, env, rows=rows, cols=cols) as terminal:
        terminal.wait_for("Review  5 open, 0 decided", "4        0  warning   SQL001  select-star")
        terminal.send(DOWN)
        terminal.wait_for(">      4")
        terminal.send(ENTER)
        terminal.wait_for(
            "1/4  SQL001 select-star  warning  [open]", "shop/flags.sql:1:8", ">    1 | SELECT * FROM flags;", "Why"
        )
        assert ("red" in terminal.colors or len(terminal.colors) > 1) == (not env)
        terminal.send("s")
        answer(terminal, ("Why is SQL001 here accepted", WHY), ("Until which day", "2099-01-31"))
        terminal.wait_for("suppressed by a comment on line 1", "2/4")
        assert all(len(line) <= cols for line in terminal.screen)
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert "1 suppressed; 4 still count." in terminal.text
    comment = f"  -- archlint: ignore[SQL001] {WHY}, until 2099-01-31"
    assert (project / "shop/flags.sql").read_text() == FLAGS.replace("flags;", f"flags;{comment}")
    assert ("SQL001", "shop/flags.sql", 1, "suppressed") in states(project)
    assert verdicts(project) == [("shop/flags.sql:1", "suppressed")]


def test_moving_through_the_findings(tmp_path: Path) -> None:
    with start(make(tmp_path)) as terminal:
        into_all(terminal)
        terminal.send("n", RIGHT)
        terminal.wait_for("3/5")
        terminal.send("p", LEFT)
        terminal.wait_for("1/5", "[skipped]")
        terminal.send("p")
        terminal.wait_for("1/5")
        terminal.send(END)
        terminal.wait_for("Not reported")
        terminal.send(HOME)
        terminal.wait_for("shop/orders.py:23:9  in each", "The way there", "1. shop/orders.py:22")
        terminal.send(PAGE_DOWN)
        terminal.wait_gone("shop/orders.py:23:9")
        terminal.send("nnnnn")
        terminal.wait_for("5/5", "this is the last one")
        terminal.send("t")
        terminal.wait_for("0 open, 5 decided")
        terminal.send("?")
        terminal.wait_for("suppress it here: a comment with your reason")
        terminal.send("x")
        terminal.wait_for("Enter into a rule")
        terminal.resize(60, 200)
        terminal.send(ENTER)
        terminal.wait_for("How to fix", "Not reported")
        terminal.send(ESCAPE)
        terminal.wait_for("Enter into a rule")
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert {verdict for _, verdict in verdicts(tmp_path)} == {"skipped"}


def test_a_whole_file_the_baseline_a_note_and_undo(tmp_path: Path) -> None:
    project = make(tmp_path)
    with start(project) as terminal:
        into_all(terminal)
        terminal.send("b")
        answer(terminal, ("stay for now", "next quarter"))
        terminal.wait_for("2/5", "is in the baseline")
        terminal.send("f")
        answer(terminal, ("Why is all SQL001 in this file accepted", WHY), ("Until", ""))
        terminal.wait_for("4/5", "suppressed by a comment on line 1")
        terminal.send("p")
        terminal.wait_for("3/5", "[suppressed]", "suppressed in file: every column is shown")
        assert ("PRF001", "shop/orders.py", 23, "baselined") in states(project)
        assert (project / "shop/flags.sql").read_text() == f"-- archlint: ignore-file[SQL001] {WHY}\n{FLAGS}"
        terminal.send("n", "m")
        answer(terminal, ("Note", "ask Ada"))
        terminal.wait_for("4/5", "noted: ask Ada")
        terminal.send("u")
        terminal.wait_for("(was noted)")
        terminal.send("u")
        terminal.wait_for("2/5", "undone: SQL001 in shop/flags.sql and 1 more (was suppressed in file)")
        assert (project / "shop/flags.sql").read_text() == FLAGS
        terminal.send("u")
        terminal.wait_for("1/5", "[open]", "(was baselined)")
        assert not (project / "archlint-baseline.json").exists()
        terminal.send("u")
        terminal.wait_for("there is nothing to undo")
        terminal.send(CTRL_C)
        assert terminal.wait_exit() == 130
    assert {state for *_, state in states(project)} == {"new"}


def test_undo_leaves_a_file_that_somebody_has_changed(tmp_path: Path) -> None:
    project = make(tmp_path)
    with start(project) as terminal:
        into_all(terminal)
        terminal.send("n", "s")
        answer(terminal, ("accepted", WHY), ("Until", ""))
        terminal.wait_for("3/5")
        changed = (project / "shop/flags.sql").read_text() + "-- more\n"
        (project / "shop/flags.sql").write_text(changed)
        terminal.send("u")
        terminal.wait_for("shop/flags.sql has been changed since: nothing is undone")
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert (project / "shop/flags.sql").read_text() == changed


def test_a_file_that_was_changed_since_the_check_is_not_written(tmp_path: Path) -> None:
    project = make(tmp_path)
    with start(project) as terminal:
        into_all(terminal)
        (project / "shop/orders.py").write_text("# new\n" + ORDERS)
        terminal.send("s")
        answer(terminal, ("accepted", WHY), ("Until", ""))
        terminal.wait_for("has been changed since it was checked")
        terminal.send("c")
        terminal.wait_for("0 gone, 0 new", "shop/orders.py:24:9")
        terminal.send("s")
        answer(terminal, ("accepted", WHY), ("Until", ""))
        terminal.wait_for("2/5")
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert ("PRF001", "shop/orders.py", 25, "suppressed") in states(project)  # below a comment of its own


def test_all_of_a_rule_and_a_filter(tmp_path: Path) -> None:
    project = make(tmp_path)
    with start(project) as terminal:
        into_all(terminal)
        terminal.send("/")
        answer(terminal, ("Filter", "is:nothing"))
        terminal.wait_for("`nothing` is no state")
        terminal.send("\x15", "rule:SQL001 path:*.py", ENTER)
        terminal.wait_for("1/2", "filter: rule:SQL001 path:*.py")
        terminal.send("a")
        terminal.wait_for("All 2 open SQL001 that are shown")
        terminal.send("s")
        answer(terminal, ("Why is all of SQL001 accepted", WHY), ("Until", ""))
        terminal.wait_for("Suppress: 2 findings of SQL001 (y/n)")
        terminal.send("n")
        terminal.wait_gone("(y/n)")
        assert (project / "shop/orders.py").read_text() == ORDERS
        terminal.send("a")
        terminal.wait_for("(s/b/k)")
        terminal.send("s")
        answer(terminal, ("Why is all of SQL001 accepted", WHY), ("Until", ""))
        terminal.wait_for("(y/n)")
        terminal.send("y")
        terminal.wait_for("2 of 2 suppressed; u undoes all")
        terminal.send("u")
        terminal.wait_for("and 1 more (was suppressed)")
        assert (project / "shop/orders.py").read_text() == ORDERS
        terminal.send("a")
        terminal.wait_for("(s/b/k)")
        terminal.send("b")
        answer(terminal, ("stay for now", "later"))
        terminal.wait_for("(y/n)")
        terminal.send("y")
        terminal.wait_for("2 findings of SQL001 are in the baseline")
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert [state for *_, state in states(project)] == ["new", "new", "baselined", "baselined", "new"]
    with start(project) as terminal:
        terminal.wait_for("1/2", "filter: rule:SQL001 path:*.py", "[baselined]")


def test_what_is_asked_can_be_left_and_a_bad_answer_mended(tmp_path: Path) -> None:
    project = make(tmp_path)
    with start(project) as terminal:
        into_all(terminal)
        terminal.send("s")
        answer(terminal, ("accepted", "  "))
        terminal.wait_for("give a reason")
        terminal.send(f"{WHY} # really", ENTER)
        terminal.wait_for("would be read as `every column is shown` only")
        terminal.send("\x7f" * 9, ENTER)
        answer(terminal, ("Until", "soon"))
        terminal.wait_for("`soon` is no day")
        terminal.send(ESCAPE)
        terminal.wait_for("n next p previous")
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert (project / "shop/orders.py").read_text() == ORDERS


def editor(folder: Path, body: str) -> str:
    script = folder / "my editor"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(stat.S_IRWXU)
    return f"'{script}' --flag"


def test_the_editor_is_given_the_terminal_and_the_project_is_checked_again(tmp_path: Path) -> None:
    project = make(tmp_path / "project")
    body = 'echo "EDITING $*"; read line; sed -i s/SELECT.*flags/SELECT\\ name\\ FROM\\ flags/ "$2"'
    with start(project, {"EDITOR": editor(tmp_path, body)}) as terminal:
        into_all(terminal)
        terminal.send("n")
        terminal.wait_for("2/5", "shop/flags.sql:1")
        terminal.send("e")
        terminal.wait_for("EDITING --flag")
        terminal.send("\n")
        terminal.wait_for("this finding is gone; 1 gone, 0 new", "2/4", "shop/flags.sql:2")
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert (project / "shop/flags.sql").read_text() == FLAGS.replace("* FROM flags", "name FROM flags")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("", "set $EDITOR (or $VISUAL)"),
        ("no-such-editor", "cannot be run"),
        ("false", "ended with status 1"),
        ("'", "cannot be read"),
    ],
)
def test_an_editor_that_does_not_run_is_said(tmp_path: Path, setting: str, words: str) -> None:
    with start(make(tmp_path), {"EDITOR": setting}) as terminal:
        into_all(terminal)
        terminal.send("e")
        terminal.wait_for(words)
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_findings_about_the_run_can_be_looked_at_only(tmp_path: Path) -> None:
    project = make(tmp_path, {"archlint.toml": "", "a.py": "x = 1  # archlint: ignore[SQL001] nothing here\n"})
    with start(project) as terminal:
        terminal.wait_for("RUN007")
        terminal.send(ENTER)
        terminal.wait_for("1/1  RUN007")
        for key in "sfba":
            terminal.send(key)
            terminal.wait_for("RUN007 is about the run itself")
            terminal.send("t", ENTER)
            terminal.wait_gone("about the run itself")
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_no_finding_at_all(tmp_path: Path) -> None:
    with start(make(tmp_path, {"archlint.toml": "", "a.py": "x = 1\n"})) as terminal:
        terminal.wait_for("0 open, 0 decided")
        terminal.send(ENTER)
        terminal.wait_for("there is no finding")
        terminal.send("s")
        terminal.wait_for("choose a finding first")
        terminal.send("q")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("env", [{"CI": "true"}, {}], ids=["CI", "no terminal"])
def test_without_a_terminal_it_names_its_twin(tmp_path: Path, env: dict[str, str]) -> None:
    project = make(tmp_path)
    if env:
        with start(project, env) as terminal:
            assert terminal.wait_exit() == 2
            assert "`archlint review list`" in terminal.text
    else:
        done = subprocess.run(COMMAND, cwd=project, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "`archlint review list`" in done.stderr
    assert not (project / "archlint-review.json").exists()


def test_it_goes_on_where_it_was_left(tmp_path: Path) -> None:
    project = make(tmp_path)
    with start(project) as terminal:
        into_all(terminal)
        terminal.send("nn")
        terminal.wait_for("3/5")
        terminal.send(CTRL_C)
        assert terminal.wait_exit() == 130
    assert session(project)["position"]
    with start(project) as terminal:
        terminal.wait_for("3/5  SQL001")
        terminal.send("p")
        terminal.wait_for("2/5", "[skipped]")
