"""The decisions of a review as commands, as a script gives them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from review_project import FLAGS, ORDERS, make, states, verdicts


def archlint(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "archlint", *words, "--jobs", "1"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_from_the_list_to_a_green_gate(tmp_path: Path) -> None:
    project = make(tmp_path)
    listed = json.loads(archlint(project, "review", "list", "--output-format", "json").stdout)
    assert [(f["rule"], f["path"], f["line"]) for f in listed["findings"]] == [
        ("PRF001", "shop/orders.py", 23),
        ("SQL001", "shop/flags.sql", 1),
        ("SQL001", "shop/flags.sql", 2),
        ("SQL001", "shop/orders.py", 7),
        ("SQL001", "shop/orders.py", 14),
    ]
    done = archlint(project, "review", "suppress", "shop/flags.sql:1", "shop/flags.sql:2", "--why", "all of it")
    assert (done.returncode, done.stdout) == (
        0,
        "shop/flags.sql:1: SQL001 suppressed, line 1\nshop/flags.sql:2: SQL001 suppressed, line 2\n",
    )
    fingerprint = listed["findings"][3]["fingerprint"]
    assert archlint(project, "review", "skip", fingerprint).stdout == "shop/orders.py:7: SQL001 skipped\n"
    assert archlint(project, "review", "note", fingerprint, "--text", "ask Ada").returncode == 0
    assert archlint(project, "review", "suppress", "--rule", "select-star", "--all", "--why", "as it is").returncode == 0
    done = archlint(project, "review", "suppress", "--rule", "SQL001", "--all", "--why", "as it is", "--until", "2099-01-01")
    assert (done.returncode, done.stderr) == (2, "error: no finding of SQL001 is open\n")
    assert archlint(project, "review", "baseline", "--rule", "PRF001", "--all", "--why", "later").returncode == 0
    assert archlint(project, "check").returncode == 0
    assert {state for *_, state in states(project)} == {"suppressed", "baselined"}
    text = archlint(project, "review", "list", "--filter", "is:baselined").stdout
    assert "baselined" in text
    assert "later" in text
    assert archlint(project, "review", "undo").stdout == "shop/orders.py:24: PRF001 is not baselined any more\n"
    assert archlint(project, "check").returncode == 1


def test_an_empty_list_says_where_the_findings_are(tmp_path: Path) -> None:
    project = make(tmp_path)
    assert archlint(project, "review", "list", "--filter", "rule:SEC").stdout == "No finding is left by the filter.\n"
    assert archlint(project, "baseline", "create").returncode == 0
    said = "Nothing is there to be reviewed: 5 old in the baseline; `archlint check --no-baseline` shows what is old.\n"
    assert archlint(project, "review", "list").stdout == said


def test_a_whole_file_and_back(tmp_path: Path) -> None:
    project = make(tmp_path)
    done = archlint(project, "review", "suppress", "shop/flags.sql:2", "--file", "--why", "an export")
    assert done.returncode == 0
    assert (project / "shop/flags.sql").read_text().startswith("-- archlint: ignore-file[SQL001] an export\n")
    assert [verdict for _, verdict in verdicts(project)] == ["suppressed in file"] * 2
    assert archlint(project, "review", "undo").returncode == 0
    assert (project / "shop/flags.sql").read_text() == FLAGS
    assert archlint(project, "review", "undo").returncode == 2


def test_a_path_is_seen_from_the_current_folder(tmp_path: Path) -> None:
    project = make(tmp_path)
    done = archlint(project / "shop", "review", "suppress", "orders.py:7", "--why", "all of it")
    assert (done.returncode, done.stdout) == (0, "shop/orders.py:7: SQL001 suppressed, line 7\n")
    assert not (project / "shop/archlint-review.json").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("suppress", "shop/orders.py:7"), "give a reason"),
        (("suppress", "shop/orders.py:7", "--why", "a", "--until", "2020-01-01"), "2020-01-01 is over"),
        (("suppress", "shop/orders.py:8", "--why", "a"), "names no finding"),
        (("suppress", "--why", "a"), "name findings"),
        (("suppress", "--all", "--why", "a"), "name findings"),
        (("baseline", "--rule", "CCH001", "--all", "--why", "a"), "no finding of CCH001 is open"),
        (("baseline", "shop/orders.py:7"), "give a reason"),
        (("note", "shop/orders.py:7"), "a note is one line"),
        (("list", "--output-format", "xml"), "none of text, json"),
        (("list", "--filter", "is:done"), "`done` is no state"),
        (("list", "--diff", "HEAD"), "not in a git repository"),
    ],
)
def test_wrong_use_is_said_and_changes_nothing(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    project = make(tmp_path)
    done = archlint(project, "review", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert (project / "shop/orders.py").read_text() == ORDERS
    assert not (project / "archlint-review.json").exists()


def test_a_session_that_cannot_be_used_is_left_alone(tmp_path: Path) -> None:
    project = make(tmp_path)
    (project / "archlint-review.json").write_text('{"schema": 9}')
    done = archlint(project, "review", "skip", "shop/orders.py:7")
    assert (done.returncode, done.stderr) == (
        2,
        "error: archlint-review.json: its schema is 9; this version of archlint reads 1\n",
    )
    assert (project / "archlint-review.json").read_text() == '{"schema": 9}'
    elsewhere = tmp_path / "mine.json"
    assert archlint(project, "review", "skip", "shop/orders.py:7", "--session", str(elsewhere)).returncode == 0
    assert "skipped" in elsewhere.read_text()


def test_changed_lines_come_first(tmp_path: Path) -> None:
    project = make(tmp_path)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], cwd=project, check=True)
    (project / "shop/flags.sql").write_text(FLAGS + "SELECT * FROM more;\n")
    listed = json.loads(archlint(project, "review", "list", "--diff", "HEAD", "--output-format", "json").stdout)
    assert [(f["path"], f["line"], f["states"]) for f in listed["findings"]][:2] == [
        ("shop/flags.sql", 3, ["changed", "open"]),
        ("shop/orders.py", 23, ["open"]),
    ]
