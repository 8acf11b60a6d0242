"""`archlint check --diff REV`: the whole project is analysed, and what touches changed lines is reported."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from archlint.cli.root import run

FILES = {
    "pyproject.toml": '[tool.archlint]\nselect = ["SQL001", "PRF001", "OBS001"]\n',
    "shop/__init__.py": "",
    "shop/store.py": (
        "import sqlite3\n\n\ndef price(item):\n"
        '    connection = sqlite3.connect("shop.db")\n'
        '    return connection.execute("SELECT price FROM items WHERE id = ?", (item,))\n'
    ),
    "shop/orders.py": "from shop.store import price\n\n\ndef total(items):\n    return [price(item) for item in items]\n",
    "shop/old.py": 'def rows(c):\n    return c.execute("SELECT * FROM users")\n',
    "shop/main.py": (
        "from fastapi import FastAPI\nimport uvicorn\n\napp = FastAPI()\n\n\n"
        '@app.get("/orders")\ndef orders():\n    return []\n\n\nif __name__ == "__main__":\n    uvicorn.run(app)\n'
    ),
}
Archlint = Callable[..., tuple[int, str, str]]


def git(folder: Path, *arguments: str) -> None:
    identity = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, check=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a folder of its repository."""
    root = tmp_path / "repository/backend folder"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root.parent, "init", "-q", "-b", "main")
    git(root.parent, "add", "-A")
    git(root.parent, "commit", "-q", "-m", "start")
    git(root.parent, "checkout", "-q", "-b", "topic")
    return root


@pytest.fixture
def archlint(project: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Archlint:
    monkeypatch.chdir(project)

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run([*arguments, "--jobs", "1"])
        out, err = capsysbinary.readouterr()
        return status, out.decode(), err.decode()

    return call


def found(archlint: Archlint, *arguments: str) -> list[tuple[str, str]]:
    document = json.loads(archlint("check", "--output-format", "json", *arguments)[1])
    return sorted((f["rule"], f["location"]["path"]) for f in document["findings"])


def test_without_a_change_nothing_is_reported(archlint: Archlint) -> None:
    assert found(archlint) == [("OBS001", "shop/main.py"), ("PRF001", "shop/orders.py"), ("SQL001", "shop/old.py")]
    status, out, err = archlint("check", "--diff", "main", "--output-format", "concise")
    assert (status, err) == (0, "")
    assert out.startswith("No findings on lines changed since main (3 elsewhere).\n")


def test_a_changed_line_brings_what_stands_on_it(project: Path, archlint: Archlint) -> None:
    (project / "shop/old.py").write_text(FILES["shop/old.py"] + '\n\ndef more(c):\n    return c.execute("SELECT * FROM x")\n')
    assert found(archlint, "--diff", "main") == [("SQL001", "shop/old.py")]
    git(project, "commit", "-qam", "work")
    assert found(archlint, "--diff", "main") == [("SQL001", "shop/old.py")]
    assert found(archlint, "--diff", "HEAD") == []
    assert archlint("check", "--diff", "main")[0] == 1


def test_a_changed_step_of_a_path_brings_the_finding_at_its_other_end(project: Path, archlint: Archlint) -> None:
    text = FILES["shop/store.py"].replace("SELECT price FROM", "SELECT cost FROM")
    (project / "shop/store.py").write_text(text)
    assert found(archlint, "--diff", "main") == [("PRF001", "shop/orders.py")]


def test_what_an_app_lacks_is_reported_when_its_file_changed(project: Path, archlint: Archlint) -> None:
    (project / "shop/main.py").write_text(FILES["shop/main.py"].replace("return []", "return [1]"))
    assert found(archlint, "--diff", "main") == [("OBS001", "shop/main.py")]


def test_new_and_renamed_files(project: Path, archlint: Archlint) -> None:
    (project / "shop/new.py").write_text(FILES["shop/old.py"].replace("users", "items"))
    git(project, "mv", "shop/old.py", 'shop/zażółć "x".py')
    assert found(archlint, "--diff", "main") == [("SQL001", "shop/new.py")]


def test_an_incomplete_run_is_incomplete_whatever_changed(project: Path, archlint: Archlint) -> None:
    (project / "shop/old.py").write_text("def (:\n")
    git(project, "commit", "-qam", "work")
    assert archlint("check", "--diff", "HEAD")[0] == 2
    assert found(archlint, "--diff", "HEAD") == [("RUN002", "shop/old.py")]


def test_with_a_baseline_the_new_ones_on_changed_lines_count(project: Path, archlint: Archlint) -> None:
    assert archlint("baseline", "create")[0] == 0
    (project / "shop/old.py").write_text(FILES["shop/old.py"].replace("    return ", "    return  "))
    assert found(archlint, "--diff", "main") == []
    document = json.loads(archlint("check", "--diff", "main", "--output-format", "json")[1])
    assert (document["baselined"], document["diff"]["revision"], document["diff"]["elsewhere"]) == (1, "main", 0)
    assert len(document["diff"]["base"]) == 40


def test_a_partial_sarif_report_has_a_category_of_its_own(archlint: Archlint) -> None:
    def category(*arguments: str) -> str:
        document = json.loads(archlint("check", "--output-format", "sarif", *arguments)[1])
        return str(document["runs"][0]["automationDetails"]["id"].rpartition("/")[0])

    assert category() == "archlint"
    assert category("--diff", "main") == "archlint/diff"


def test_wrong_use(project: Path, archlint: Archlint, tmp_path: Path) -> None:
    status, out, err = archlint("check", "--diff", "nowhere")
    assert (status, out, err) == (2, "", "error: unknown revision `nowhere`\n")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/a.py").write_text("")
    status, out, err = archlint("check", "--root", str(tmp_path / "plain"), "--diff", "main")
    assert (status, out, "not in a git repository" in err) == (2, "", True)
