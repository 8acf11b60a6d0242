"""The command line as its users meet it: exit statuses, what goes where, wrong use in one line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_origin, get_type_hints

import pytest
from typer.main import get_command
from typer.models import OptionInfo

from archlint.cli.root import group, run
from archlint.report import FORMATS

FILES = {
    "pyproject.toml": "[tool.archlint]\n",
    "shop/__init__.py": "",
    "shop/sales.sql": "SELECT * FROM sales;\n",
    "shop/calm.py": "x = 1\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def archlint(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str | Path) -> tuple[int, str, str]:
    status = run([str(argument) for argument in arguments])
    out, err = capsysbinary.readouterr()
    return status, out.decode(), err.decode()


Capture = pytest.CaptureFixture[bytes]


def test_version_and_help(capsysbinary: Capture) -> None:
    assert archlint(capsysbinary, "--version") == (0, "archlint 0.1.0\n", "")
    for asked in (("-h",), ("--help",), ("check", "-h")):
        status, out, err = archlint(capsysbinary, *asked)
        assert (status, err) == (0, "")
        assert "Usage: archlint" in out


def test_findings_are_status_1_and_the_report_is_all_of_standard_output(project: Path, capsysbinary: Capture) -> None:
    status, out, err = archlint(capsysbinary, "check", project, "--output-format", "json", "--select", "SQL001")
    assert (status, err) == (1, "")
    assert json.loads(out)


def test_exit_zero_and_fail_level(project: Path, capsysbinary: Capture) -> None:
    assert archlint(capsysbinary, "check", project, "--select", "SQL001", "--exit-zero")[0] == 0
    assert archlint(capsysbinary, "check", project, "--select", "SQL001", "--fail-level", "error")[0] == 0


def test_paths_restrict_the_report(project: Path, capsysbinary: Capture) -> None:
    assert archlint(capsysbinary, "check", project / "shop/calm.py", "--select", "SQL001")[0] == 0
    assert archlint(capsysbinary, "check", project / "shop/sales.sql", "--select", "SQL001")[0] == 1


def test_the_report_can_go_to_a_file(project: Path, tmp_path: Path, capsysbinary: Capture) -> None:
    target = tmp_path / "new/report.sarif"
    status, out, _ = archlint(
        capsysbinary, "check", project, "--select", "SQL001", "--output-format", "sarif", "--output-file", target
    )
    assert (status, out) == (1, "")
    assert json.loads(target.read_text())["version"] == "2.1.0"
    assert [path.name for path in target.parent.iterdir()] == ["report.sarif"]


def test_where_the_report_is_stands_on_standard_error(project: Path, tmp_path: Path, capsysbinary: Capture) -> None:
    command = ("check", project, "--select", "SQL001", "--output-file", tmp_path / "report.txt")
    assert archlint(capsysbinary, *command)[1:] == ("", f"Found 1 warning. The report is in {tmp_path}/report.txt\n")
    assert archlint(capsysbinary, *command, "--quiet")[1:] == ("", "")


def test_every_command_can_say_where_archlint_itself_failed() -> None:
    without = [name for name, command in commands(get_command(group())) if "--verbose" not in options(command)]
    assert without == []


def commands(found: Any, name: str = "") -> list[tuple[str, Any]]:
    inner = getattr(found, "commands", None)
    return [(name, found)] if inner is None else [pair for word in inner for pair in commands(inner[word], f"{name} {word}")]


def options(command: Any) -> set[str]:
    return {word for parameter in command.params for word in parameter.opts}


def test_the_help_lists_every_format(capsysbinary: Capture) -> None:
    said = archlint(capsysbinary, "check", "--help")[1]
    assert [form for form in FORMATS if not re.search(rf"\b{form}\b", said)] == []


def test_annotations_go_to_the_log_and_all_findings_to_the_job_summary(
    project: Path, tmp_path: Path, capsysbinary: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "shop/sales.sql").write_text("SELECT * FROM sales;\n" * 13)
    summary = tmp_path / "summary.md"
    summary.write_text("from another step\n")
    command = ("check", project, "--select", "SQL001", "--output-format", "github")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    status, out, err = archlint(capsysbinary, *command)
    assert (status, err, out.count("::warning ")) == (1, "", 10)
    assert "3 findings more than GitHub shows as annotations; `archlint check`" in out
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert "the job summary names them" in archlint(capsysbinary, *command)[1]
    text = summary.read_text()
    assert text.startswith("from another step\n## archlint: Found 13 warnings")
    assert text.count("| warning | SQL001 |") == 13
    before = summary.stat().st_size
    archlint(capsysbinary, *command[:-1], "concise")
    assert summary.stat().st_size == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--select", "SQL01"), "there is no rule `SQL01`, did you mean `SQL001`?"),
        (("--ignore", "ALL"), "no rule is selected"),
        (("--output-format", "xml"), "`xml` is none of text, concise, json, sarif, "),
        (("--output-format", "juint"), ", did you mean `junit`?"),
        (("--fail-level", "fatal"), "`fatal` is none of error, warning, note"),
        (("--config", "missing.toml"), "missing.toml: no such file or folder"),
        (("--root", "missing"), "missing: no such file or folder"),
        (("--jobs", "0"), "--jobs"),
        (("--wrong",), "--wrong"),
    ],
)
def test_wrong_use_is_status_2_and_said(project: Path, arguments: tuple[str, ...], words: str, capsysbinary: Capture) -> None:
    status, out, err = archlint(capsysbinary, "check", project, *arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_a_path_that_does_not_exist_is_wrong_use(tmp_path: Path, capsysbinary: Capture) -> None:
    status, _, err = archlint(capsysbinary, "check", tmp_path / "nowhere")
    assert status == 2
    assert "no such file or folder" in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.archlint]\nselct = []\n", "unknown key `selct`, did you mean `select`?"),
        ("[tool.archlint]\nselect = ['SQL01']\n", "select: there is no rule `SQL01`"),
        ("[tool.archlint\n", "not TOML"),
        ("[tool.archlint.rules.SQL001]\nnope = 1\n", "SQL001 select-star has no parameter `nope`"),
    ],
)
def test_a_wrong_configuration_is_status_2(project: Path, text: str, words: str, capsysbinary: Capture) -> None:
    (project / "pyproject.toml").write_text(text)
    status, out, err = archlint(capsysbinary, "check", project)
    assert (status, out) == (2, "")
    assert words in err


def test_an_incomplete_run_is_status_2_whatever_is_asked(project: Path, capsysbinary: Capture) -> None:
    (project / "shop/broken.py").write_text("def f(:\n")
    for asked in ((), ("--exit-zero",), ("--select", "SQL001", "--fail-level", "error")):
        assert archlint(capsysbinary, "check", project, *asked)[0] == 2


def test_an_empty_folder_is_status_2(tmp_path: Path, capsysbinary: Capture) -> None:
    status, out, _ = archlint(capsysbinary, "check", "--root", tmp_path, "--output-format", "concise")
    assert status == 2
    assert "RUN003" in out


def test_the_cache_can_be_seen_and_cleaned(project: Path, capsysbinary: Capture) -> None:
    archlint(capsysbinary, "check", project, "--select", "SQL001")
    assert archlint(capsysbinary, "cache", "dir", project) == (0, f"{project.resolve()}/.archlint_cache\n", "")
    assert " 0 entries" not in archlint(capsysbinary, "cache", "info", project)[1]
    assert archlint(capsysbinary, "cache", "clean", project)[0] == 0
    assert " 0 entries" in archlint(capsysbinary, "cache", "info", project)[1]


def test_no_cache_leaves_nothing_behind(project: Path, capsysbinary: Capture) -> None:
    archlint(capsysbinary, "check", project, "--select", "SQL001", "--no-cache")
    assert not (project / ".archlint_cache").exists()


def test_a_cache_that_is_a_link_is_left_alone(project: Path, tmp_path: Path, capsysbinary: Capture) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project / ".archlint_cache").symlink_to(elsewhere)
    assert archlint(capsysbinary, "check", project, "--select", "SQL001")[0] == 1
    assert list(elsewhere.iterdir()) == []


def test_rules_and_explain(capsysbinary: Capture) -> None:
    status, out, _ = archlint(capsysbinary, "explain", "select-star")
    assert (status, "SQL001 select-star" in out, "How to fix" in out) == (0, True, True)
    status, _, err = archlint(capsysbinary, "explain", "SQL01")
    assert (status, "did you mean `SQL001`?" in err) == (2, True)
    assert "SQL001" in archlint(capsysbinary, "rules")[1]
    assert json.loads(archlint(capsysbinary, "rules", "--output-format", "json")[1])
    assert archlint(capsysbinary, "rules", "--output-format", "markdown")[1].startswith("| Rule |")


def test_facts_of_the_schema(project: Path, capsysbinary: Capture) -> None:
    (project / "shop/schema.sql").write_text("CREATE TABLE a (\n    id serial PRIMARY KEY,\n    b int REFERENCES a (id)\n);\n")
    status, out, err = archlint(capsysbinary, "facts", "--schema", project)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "schema: 1 tables by statements in shop",
        "",
        "  a (shop/schema.sql:1)",
        "    id INT not null generated",
        "    b INT",
        "    primary key (id)",
        "    foreign key (b) to a (id)",
    ]
    status, out, _ = archlint(capsysbinary, "facts", "--schema", project, "--output-format", "json")
    [schema] = json.loads(out)["schemas"]
    assert [(column["name"], column["line"]) for column in schema["tables"][0]["columns"]] == [("id", 2), ("b", 3)]
    assert archlint(capsysbinary, "facts", project)[0] == 2


def test_facts_of_a_file(project: Path, capsysbinary: Capture) -> None:
    status, out, err = archlint(capsysbinary, "facts", project / "shop/calm.py")
    assert (status, err) == (0, "")
    assert out.startswith("shop.calm (shop/calm.py)")
    status, out, err = archlint(capsysbinary, "facts", project / "shop/sales.sql")
    assert (status, out) == (2, "")
    assert "has no facts" in err


def test_facts_with_effects_and_their_ways(tmp_path: Path, capsysbinary: Capture) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.archlint]\n")
    (tmp_path / "shop.py").write_text(
        "import httpx\n\n\nasync def load(client: httpx.AsyncClient):\n    return await client.get('https://example.org')\n"
    )
    status, out, err = archlint(capsysbinary, "facts", "--effects", tmp_path / "shop.py")
    assert (status, err) == (0, "")
    assert out == (
        "shop (shop.py)\n\n  async load (line 4)\n    client is httpx.AsyncClient, called on line 5\n"
        "    http (high)\n      line 5 runs httpx.Client.get\n"
    )
    status, out, _ = archlint(capsysbinary, "facts", "--effects", tmp_path / "shop.py", "--output-format", "json")
    (function,) = json.loads(out)["functions"]
    assert (status, function["name"], function["is_async"]) == (0, "load", True)
    assert [(effect["effect"], effect["way"]) for effect in function["effects"]] == [
        ("http", [{"path": "shop.py", "line": 5, "message": "runs httpx.Client.get"}])
    ]
    for wrong in (["--output-format", "json"], ["--effects", "--output-format", "xml"]):
        status, out, err = archlint(capsysbinary, "facts", tmp_path / "shop.py", *wrong)
        assert (status, out, "--output-format" in err) == (2, "", True)


def test_python_m_archlint_and_no_color(project: Path) -> None:
    command = [sys.executable, "-m", "archlint", "check", str(project), "--select", "SQL001"]
    colors = {"FORCE_COLOR": "1", "NO_COLOR": "1"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, **colors})
    assert done.returncode == 1
    assert "\x1b" not in done.stdout


@pytest.fixture
def answers_interrupts() -> Iterator[None]:
    """A shell has what it runs in the background ignore interrupts, and what that starts inherits it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("answers_interrupts")
@pytest.mark.parametrize(("later", "jobs"), [(0.0, "2"), (0.3, "2"), (1.5, "2"), (0.5, "1")])
def test_interrupted_is_status_130(project: Path, later: float, jobs: str) -> None:
    """`--verbose` says which project it is once the command has begun: before that, the interpreter answers a signal."""
    for number in range(400):
        (project / f"shop/m{number}.py").write_text(f"def f(x):\n    return [{number}, {'x, ' * 2000}]\n")
    command = [sys.executable, "-m", "archlint", "check", str(project), "--no-cache", "--verbose", "--jobs", jobs]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert running.stderr is not None
    assert running.stderr.readline().startswith("project ")
    time.sleep(later)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert (running.returncode, out, err) == (130, "", "")


STARTS = """
import signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            exec("signal.raise_signal(signal.SIGINT)", {"signal": signal})
sys.meta_path.insert(0, Interrupting())
from archlint.cli import main
main()
"""


@pytest.mark.usefixtures("answers_interrupts")
def test_an_interrupt_while_the_command_is_imported_is_status_130(tmp_path: Path) -> None:
    """In code that is made as a text too, as that of a dataclass is: under `-m` Python takes such a one for unanswered."""
    (tmp_path / "starts.py").write_text(STARTS)
    for way in (["-m", "starts"], ["starts.py"]):
        done = subprocess.run([sys.executable, *way], check=False, capture_output=True, text=True, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


CLASSES = """
import signal, sys
class Member:
    def __set_name__(self, owner, name):
        signal.raise_signal(signal.SIGINT)
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == MODULE:
            class Made:
                member = Member()
sys.meta_path.insert(0, Interrupting())
from archlint.cli import main
main()
"""


@pytest.mark.usefixtures("answers_interrupts")
@pytest.mark.parametrize(
    "module", ["archlint.cli.root", "archlint.cli.check", "archlint.checks.sql.select_star", "sqlglot.dialects.postgres"]
)
def test_an_interrupt_while_a_class_is_made_is_status_130(project: Path, module: str) -> None:
    """Python up to 3.11 hands it on as a RuntimeError: no guard against errors of our own may take it for one."""
    (project / "shop/sales.sql").write_text("SELECT a FROM sales;\n")
    (project / "starts.py").write_text(CLASSES.replace("MODULE", repr(module)))
    words = ["check", str(project), "--select", "SQL001", "--no-cache", "--jobs", "1"]
    done = subprocess.run([sys.executable, "starts.py", *words], check=False, capture_output=True, text=True, cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_profile_tells_where_the_time_went_and_changes_no_report(project: Path, capsysbinary: Capture) -> None:
    plain = archlint(capsysbinary, "check", project, "--output-format", "json", "--no-cache")
    file = project.parent / "profile.json"
    assert archlint(capsysbinary, "check", project, "--output-format", "json", "--no-cache", "--profile", file) == plain
    profile = json.loads(file.read_text())
    phases = {phase["name"]: phase for phase in profile["phases"]}
    assert list(phases)[:2] == ["discover", "read"]
    assert {"Python files", "SQL texts", "link", "rules", "settle"} <= set(phases)
    assert {piece["name"] for piece in phases["Python files"]["slowest"]} <= {"shop/__init__.py", "shop/calm.py"}
    assert "SQL001" in {piece["name"] for piece in phases["rules"]["slowest"]}
    assert phases["rules"]["pieces"] == phases["rules"]["pieces_done"]
    assert profile["complete"] is True

    archlint(capsysbinary, "check", project, "--no-cache", "--profile", file, "--no-profile-paths")
    assert "shop" not in file.read_text()
    assert str(project) not in file.read_text()


def test_a_profile_that_cannot_be_written_is_wrong_use(project: Path, capsysbinary: Capture) -> None:
    (project.parent / "file").write_text("")
    status, _, err = archlint(capsysbinary, "check", project, "--profile", project.parent / "file/profile.json")
    assert status == 2
    assert err.startswith("error: --profile: ")
    assert err.count("\n") == 1


def test_a_cache_of_no_use_is_told_with_verbose(project: Path, capsysbinary: Capture) -> None:
    (project / ".archlint_cache").symlink_to(project.parent)
    assert "cache" not in archlint(capsysbinary, "check", project)[2]
    assert "the cache" in archlint(capsysbinary, "check", project, "--verbose")[2]


def test_an_option_that_takes_a_path_takes_no_other_option_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    taking = [
        (str(command.name), (option.param_decls or [f"--{name.replace('_', '-')}"])[0])
        for command in group().registered_commands
        if command.callback is not None
        for name, hint in get_type_hints(command.callback, include_extras=True).items()
        if get_origin(hint) is Annotated and hint.__origin__ == Path | None
        for option in hint.__metadata__
        if isinstance(option, OptionInfo)
    ]
    assert len(taking) > 20
    for name, option in taking:
        status, out, err = archlint(capsysbinary, *name.split(" "), option, "--quiet")
        assert (status, out) == (2, ""), (name, option)
        assert "looks like an option" in err, (name, option)
    assert not list(tmp_path.iterdir())
