"""`archlint baseline` and `check` with one, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from archlint.cli.root import run

FILES = {
    "pyproject.toml": '[tool.archlint]\nselect = ["SQL001"]\n',
    "shop/__init__.py": "",
    "shop/a.py": 'def load(c):\n    c.execute("SELECT * FROM users")\n    c.execute("SELECT * FROM users")\n',
    "shop/b.py": 'def find(c):\n    c.execute("SELECT * FROM orders")\n',
}
NAME = "archlint-baseline.json"

Archlint = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.fixture
def archlint(project: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Archlint:
    monkeypatch.chdir(project)

    def call(*arguments: str) -> tuple[int, str, str]:
        jobs = () if arguments[:2] == ("baseline", "show") else ("--jobs", "1")
        status = run([*arguments, *jobs])
        out, err = capsysbinary.readouterr()
        return status, out.decode(), err.decode()

    return call


def concise(archlint: Archlint, *arguments: str) -> tuple[int, list[str]]:
    status, out, _ = archlint("check", "--output-format", "concise", *arguments)
    return status, [line.partition(" `")[0] for line in out.splitlines() if not line.startswith("Looked")]


def test_from_the_first_run_to_the_last_old_finding(project: Path, archlint: Archlint) -> None:
    assert archlint("check")[0] == 1
    assert archlint("baseline", "create") == (0, "", f"{NAME}: 3 old findings listed\n")
    assert concise(archlint) == (0, ["No findings (3 old left in the baseline)."])
    # something new
    (project / "shop/b.py").write_text(FILES["shop/b.py"] + '    # more\n    c.execute("SELECT * FROM items")\n')
    new = ["shop/b.py:4:23: SQL001", "Found 1 warning, 3 old left in the baseline."]
    assert concise(archlint) == (1, new)
    before = (project / NAME).read_bytes()
    status, out, err = archlint("baseline", "update")
    assert (status, out) == (1, "")
    assert err == (
        'SQL001: 1 finding is not in the baseline; mend it, or say why not: --allow-increase SQL001 "why"\n'
        f"{NAME} is as it was\n"
    )
    assert (project / NAME).read_bytes() == before
    status, _, err = archlint("baseline", "update", "--allow-increase", "select-star", "an export = all columns")
    assert (status, err) == (0, f"{NAME}: SQL001 1 added; 4 old findings left\n")
    assert json.loads((project / NAME).read_text())["increases"][0]["why"] == "an export = all columns"
    assert concise(archlint)[0] == 0
    # something mended: one of two twins
    (project / "shop/a.py").write_text('def load(c):\n    c.execute("SELECT * FROM users")\n')
    status, lines = concise(archlint)
    assert (status, len(lines)) == (1, 2)
    assert lines[0].startswith(f"{NAME}:5:") and lines[0].endswith("RUN010 2 of SQL001 are listed in")
    assert archlint("baseline", "prune")[2] == f"{NAME}: 1 taken out; 3 old findings left\n"
    assert concise(archlint) == (0, ["No findings (3 old left in the baseline)."])
    # all mended
    for name in ("a", "b"):
        (project / f"shop/{name}.py").write_text("")
    assert archlint("baseline", "update")[2] == f"{NAME}: 3 taken out; 0 old findings left\n"
    assert json.loads((project / NAME).read_text())["files"] == {}
    assert concise(archlint) == (0, ["No findings."])


def test_another_file_and_none(project: Path, archlint: Archlint) -> None:
    assert archlint("baseline", "create", "--baseline", "old.json")[0] == 0
    assert archlint("check")[0] == 1, "nobody named it"
    assert archlint("check", "--baseline", "old.json")[0] == 0
    assert archlint("check", "--baseline", "old.json", "--no-baseline")[0] == 2
    assert archlint("check", "--baseline", "none.json")[::2] == (
        2,
        "error: none.json: cannot be read: No such file or directory\n",
    )
    (project / "pyproject.toml").write_text(FILES["pyproject.toml"] + 'baseline = "old.json"\n')
    assert archlint("check")[0] == 0
    assert archlint("check", "--no-baseline")[0] == 1
    (project / "pyproject.toml").write_text(FILES["pyproject.toml"] + 'baseline = ""\n')
    assert archlint("check")[0] == 1
    assert archlint("baseline", "create")[0] == 2
    for outside in ("../old.json", "/etc/passwd", "C:/x"):
        (project / "pyproject.toml").write_text(FILES["pyproject.toml"] + f'baseline = "{outside}"\n')
        status, _, err = archlint("baseline", "create")
        assert (status, "must be a path below the project's root" in err) == (2, True)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"schema": 9, "files": {}}', b"<<<<<<< HEAD\n", b"\xff\xfe", b"null"]
)  # fmt: skip
@pytest.mark.parametrize("command", ["check", "checklist", "baseline update", "baseline show"])
def test_a_file_that_is_no_baseline_is_wrong_use(project: Path, archlint: Archlint, data: bytes, command: str) -> None:
    (project / NAME).write_bytes(data)
    status, out, err = archlint(*command.split())
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {NAME}")
    assert err.count("\n") == 1
    assert (project / NAME).read_bytes() == data


def test_create_overwrites_nothing_and_the_others_want_one(project: Path, archlint: Archlint) -> None:
    for command in ("update", "prune", "show"):
        assert archlint("baseline", command)[::2] == (2, f"error: there is no {NAME}: `archlint baseline create` makes one\n")
    (project / NAME).write_text("anything")
    assert archlint("baseline", "create")[0] == 2
    assert (project / NAME).read_text() == "anything"
    (project / NAME).unlink()
    (project / NAME).symlink_to(project / "pyproject.toml")
    assert archlint("baseline", "create")[0] == 2
    assert (project / "pyproject.toml").read_text() == FILES["pyproject.toml"]
    status, out, _ = archlint("check", "--output-format", "concise")
    assert (status, f"{NAME}:1:1: RUN001" in out) == (2, True), "a link is not followed, and that is said"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("SQL001",), 'say why: --allow-increase SQL001 "why"'),
        (("SQL001", " "), 'say why: --allow-increase SQL001 "why"'),
        (("SQL999", "x"), "there is no rule `SQL999`"),
        (("RUN002", "x"), "RUN002 cannot be baselined"),
        (("SQL001", "x", "--allow-increase", "select-star", "y"), "SQL001 is named twice"),
    ],
)
def test_a_reason_is_wanted(archlint: Archlint, arguments: tuple[str, ...], said: str) -> None:
    archlint("baseline", "create")
    status, _, err = archlint("baseline", "update", "--allow-increase", *arguments)
    assert status == 2
    assert said in err


def test_all_or_nothing(project: Path, archlint: Archlint) -> None:
    (project / "pyproject.toml").write_text('[tool.archlint]\nselect = ["SQL001", "SEC003"]\n')
    archlint("baseline", "create")
    (project / "shop/a.py").write_text('def other(c):\n    c.execute("SELECT * FROM items")\n')
    (project / "shop/c.py").write_text(
        "import hashlib\n\n\ndef token(secret):\n    return hashlib.md5(secret.encode()).hexdigest()\n"
    )
    before = (project / NAME).read_bytes()
    status, _, err = archlint("baseline", "update", "--allow-increase", "SQL001", "why")
    assert (status, "SEC003: 1 finding is not in the baseline" in err) == (1, True)
    assert (project / NAME).read_bytes() == before


def test_a_run_of_some_rules_or_paths_leaves_other_entries_alone(project: Path, archlint: Archlint) -> None:
    archlint("baseline", "create")
    (project / "shop/b.py").write_text("")
    assert concise(archlint, "--select", "SEC")[0] == 0
    assert concise(archlint, "shop/a.py")[0] == 0
    before = (project / NAME).read_bytes()
    for command in ("prune", "update"):
        status, _, err = archlint("baseline", command, "--select", "SEC")
        assert (status, err) == (
            0,
            f"{NAME}: 0 taken out; 3 old findings left, 3 of them not looked for in this run\n",
        )
        assert (project / NAME).read_bytes() == before
    (project / "shop/a.py").write_text("def (:\n")
    assert archlint("baseline", "prune")[0] == 2
    assert (project / NAME).read_bytes() == before


def test_show(project: Path, archlint: Archlint) -> None:
    archlint("baseline", "create")
    (project / "shop/c.py").write_text("def more(c):\n    c.execute('SELECT * FROM \"it\x1b[31mems\"')\n")
    archlint("baseline", "update", "--allow-increase", "SQL001", "\x1b[31mwhy\x1b[0m")
    status, out, err = archlint("baseline", "show")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[:2] == [f"{NAME}: 4 old findings in 3 files", "     4  SQL001  in 3 files"]
    assert "  SQL001 ×2 (load)  `*` takes every column of `users`" in lines
    assert lines[-1].endswith(r"  SQL001 by 1: \x1b[31mwhy\x1b[0m")
    assert "\x1b" not in out
    status, out, _ = archlint("baseline", "show", "--output-format", "json")
    shown = json.loads(out)
    assert (status, shown["findings"], shown["rules"]) == (0, 4, [{"rule": "SQL001", "findings": 4, "files": 3}])
    assert shown["files"][0]["entries"][0]["symbol"] == "load"
    assert archlint("baseline", "show", "--output-format", "xml")[0] == 2


def test_reports_say_how_many_are_left(archlint: Archlint) -> None:
    archlint("baseline", "create")
    assert "No findings (3 old left in the baseline)." in archlint("check")[1]
    assert "[in the baseline]" in " ".join(archlint("check", "--show-suppressed")[1].split())
    document = json.loads(archlint("check", "--output-format", "json")[1])
    assert (document["findings"], document["suppressed"], document["baselined"]) == ([], 0, 3)
    assert document["baseline"] == {"path": NAME, "stale": 0, "not_looked_at": 0}
    run = json.loads(archlint("check", "--output-format", "sarif")[1])["runs"][0]
    assert run["results"] == []
    run = json.loads(archlint("check", "--output-format", "sarif", "--show-suppressed")[1])["runs"][0]
    assert [s["kind"] for result in run["results"] for s in result["suppressions"]] == ["external"] * 3
    out = archlint("checklist")[1]
    assert "fail (accepted: 3)" in out


def test_a_warm_cache_says_what_a_cold_one_says(project: Path, archlint: Archlint) -> None:
    archlint("baseline", "create")
    for change in (
        "[]",
        None,
        (project / NAME).read_text().replace('"count": 2', '"count": 1'),
        "",
        (project / NAME).read_text(),
    ):
        if change is None:
            (project / NAME).unlink()
        else:
            (project / NAME).write_text(change)
        cold = archlint("check", "--output-format", "json", "--no-cache")
        assert archlint("check", "--output-format", "json") == cold
        assert archlint("check", "--output-format", "json") == cold


def test_it_can_be_asked_from_a_folder_below(project: Path, archlint: Archlint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "shop")
    assert archlint("baseline", "create")[0] == 0
    assert (project / NAME).is_file()
    assert archlint("baseline", "show")[0] == 0
