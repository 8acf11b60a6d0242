"""Answers on the command line: given, listed, gated on, taken back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from open_items import FAILS, ITEM, NOT_APPLICABLE, TWIN, write

from archlint.checklist.answers import FILE
from archlint.cli.root import run

UNNEEDED = f"{NOT_APPLICABLE}: the code shows that it is not applicable; `pass` would not count"
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write(tmp_path / "project")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def checklist(project: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Command:
    def command(*arguments: str) -> tuple[int, str, str]:
        status = run(["checklist", *arguments])
        out, err = capsysbinary.readouterr()
        return status, out.decode(), err.decode()

    return command


def give(checklist: Command, item: str = ITEM, *more: str) -> tuple[int, str, str]:
    return checklist("answer", item, "--why", "The mesh does it.", "--by", "Ada", "-j1", *more)


def test_an_answer_is_given_shown_and_taken_back(checklist: Command, project: Path) -> None:
    status, out, err = give(
        checklist, ITEM, "--pass", "--until", "2099-12-31", "--watch", "docs/", "--link", "https://x.example/"
    )
    assert (status, out, err) == (0, f"{ITEM}: pass (answered by Ada, until 2099-12-31)\n", "")
    assert "  watched:\n      docs/mesh.md: " in (project / FILE).read_text()
    text, markdown = checklist("-j1")[1], checklist("--output-format", "markdown", "-j1")[1]
    assert "pass (answered by Ada, until 2099-12-31)" in " ".join(text.split())
    assert "The mesh does it." in text
    assert "**pass (answered by Ada, until 2099\\-12\\-31)**" in markdown
    document = json.loads(checklist("--output-format", "json", "-j1")[1])
    answer = next(item["answer"] for item in document["items"] if item["id"] == ITEM)
    assert (answer["standing"], answer["by"], answer["link"]) == ("decides", "Ada", "https://x.example/")
    assert {item["id"] for item in document["items"] if item["answer"]} == {
        ITEM, TWIN
    }  # fmt: skip
    assert document["sections"][0]["answered"] == 1

    (project / "docs/mesh.md").write_text("gone\n")
    assert "the answer is stale: docs/mesh.md changed" in checklist("answers", "-j1")[1]
    listed = json.loads(checklist("answers", "--output-format", "json", "-j1")[1])
    assert {item["answer"]["standing"] for item in listed["items"]} == {"stale"}
    assert checklist("unanswer", ITEM)[0] == 0
    assert checklist("answers", "-j1")[1] == "no answers\n"


def test_an_answer_to_a_twin_item_replaces_the_one_that_stands(checklist: Command, project: Path) -> None:
    give(checklist, ITEM, "--pass")
    assert give(checklist, TWIN, "--fail")[1].startswith(f"{TWIN}: fail (answered")
    assert (project / FILE).read_text().count("verdict:") == 1


def test_a_failure_that_the_code_proves_can_only_be_accepted(checklist: Command, project: Path) -> None:
    status, _, err = give(checklist, FAILS, "--pass")
    assert (status, err) == (2, f"error: {FAILS}: the code proves that it fails: mend that, or accept it until a day\n")
    assert not (project / FILE).exists()
    assert give(checklist, FAILS, "--accept")[2] == "error: until is missing: a failure is accepted up to a day\n"
    assert give(checklist, FAILS, "--accept", "--until", "2099-12-31")[1] == (
        "sql.columns: fail (accepted by Ada until 2099-12-31)\n"
    )
    status, _, err = checklist("--require", "sql.columns", "--min-score", "database design=50", "-j1")
    assert status == 1
    assert err.splitlines()[0].startswith("not met: sql.columns is required and is fail (accepted by Ada until 2099-12-31): ")
    assert err.splitlines()[1] == "not met: the score of database design must be 50% and is 0% (0 of 1)"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((ITEM, "--why", "x"), "give one of --pass, --fail, --not-applicable, --accept"),
        ((ITEM, "--why", "x", "--pass", "--fail"), "give one of --pass, --fail, --not-applicable, --accept"),
        (("sql.column", "--why", "x", "--pass"), "no such item `sql.column`, did you mean `sql.columns`?"),
        ((ITEM, "--pass"), "why is missing"),
        ((ITEM, "--pass", "--why", "x", "--until", "soon"), "until: `soon` is no day (YYYY-MM-DD)"),
        ((ITEM, "--pass", "--why", "x", "--link", "file:///etc/passwd"), "link: no http or https address"),
        ((ITEM, "--accept", "--why", "x", "--until", "2099-12-31"), f"{ITEM}: it is manual: there is no failure to accept"),
        ((NOT_APPLICABLE, "--pass", "--why", "x"), UNNEEDED),
    ],
)  # fmt: skip
def test_wrong_use(checklist: Command, project: Path, arguments: tuple[str, ...], error: str) -> None:
    status, out, err = checklist("answer", *arguments, "--by", "Ada", "-j1")
    assert (status, out, err) == (2, "", f"error: {error}\n")
    assert not (project / FILE).exists()


def test_who_says_so_is_asked_of_git_and_no_answer_is_anonymous(
    checklist: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(project))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(project))
    status, _, err = checklist("answer", ITEM, "--pass", "--why", "x", "-j1")
    assert (status, err) == (2, "error: who says so? Give --by, or tell git your name: `git config user.name`\n")
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "config", "user.name", "Bo"], check=True)
    subprocess.run(["git", "config", "user.email", "bo@x.example"], check=True)
    assert checklist("answer", ITEM, "--pass", "--why", "x", "-j1")[1] == f"{ITEM}: pass (answered by Bo <bo@x.example>)\n"


def test_the_gate_is_met_and_names_what_is_unknown_to_it(checklist: Command) -> None:
    give(checklist, ITEM, "--pass")
    assert checklist("--require", ITEM, "--require", NOT_APPLICABLE, "-j1")[::2] == (0, "")
    status, _, err = checklist("--require", "nothing.*", "--min-score", "x", "-j1")
    assert status == 2
    assert err == "error: --require: no item `nothing.*`\nerror: --min-score: `x` is no percentage from 0 to 100\n"


@pytest.mark.parametrize("command", [["check"], ["checklist"], ["checklist", "answers"]])
def test_a_merge_conflict_in_the_file_stops_every_command(
    project: Path, capsysbinary: pytest.CaptureFixture[bytes], command: list[str]
) -> None:
    (project / FILE).write_text("version: 1\nanswers:\n<<<<<<< HEAD\n  a: {}\n=======\n>>>>>>> theirs\n")
    assert run([*command, "-j1"]) == 2
    assert capsysbinary.readouterr().err.decode() == f"error: {FILE}:3: a merge conflict is not resolved\n"


def test_a_folder_may_have_a_command_s_name(checklist: Command, project: Path) -> None:
    (project / "answer").mkdir()
    (project / "answer" / "pyproject.toml").write_text("[tool.archlint]\n")
    (project / "answer" / "a.py").write_text("x = 1\n")
    status, out, _ = checklist("./answer", "-j1")
    assert (status, out) == (0, checklist("answer/../answer", "-j1")[1])
    assert "1 file" in out


def test_asking_needs_a_terminal(checklist: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, err = checklist("--answer", "-j1")
    assert (status, out) == (2, "")
    assert err == "error: --answer needs a terminal and no CI; answer with `archlint checklist answer ITEM --pass --why ...`\n"


def test_hostile_text_of_an_answer_is_shown_harmless(checklist: Command, project: Path) -> None:
    evil = "\x1b[2J<script>alert(1)</script> [red]x[/red] ::error::y\r\nz \u202egnp"
    assert checklist("answer", ITEM, "--pass", "--why", evil, "--by", evil, "-j1")[0] == 0
    for form in ("text", "markdown", "json"):
        out = checklist("--output-format", form, "-j1")[1]
        assert "\x1b" not in out
        assert "\u202e" not in out.replace("\\u202e", "") or form == "json"
        assert not any(line.lstrip().startswith("::error") for line in out.splitlines())
        if form == "markdown":
            assert "<script>" not in out
    assert "\x1b" not in checklist("answers", "-j1")[1]
