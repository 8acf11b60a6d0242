"""Which files are taken, which are left out, and that every one is counted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.adapters.disk import DiskFiles
from archlint.engine.discover import MAX_BYTES, Inventory, discover
from archlint.engine.ignores import Patterns
from archlint.facts.settings import Settings
from archlint.ports import FileEntry
from archlint.testing import MemoryFiles


def found(files: dict[str, str], settings: Settings | None = None) -> Inventory:
    return discover(MemoryFiles(files), settings or Settings())


def test_files_are_told_apart_by_what_they_are() -> None:
    inventory = found(
        {
            "app/main.py": "",
            "app/window.pyw": "",
            "reports/sales.sql": "",
            "Dockerfile": "",
            "deploy/docker-compose.yml": "",
            "README.md": "",
            ".py": "",
        }
    )
    assert inventory.python == ["app/main.py", "app/window.pyw"]
    assert inventory.sql == ["reports/sales.sql"]
    assert inventory.deployment == ["Dockerfile", "deploy/docker-compose.yml"]
    assert inventory.others == [".py", "README.md"]


def test_what_is_left_out_is_counted_by_reason() -> None:
    inventory = found(
        {
            "a.py": "",
            "a.pyi": "",
            "notes.ipynb": "{}",
            ".venv/lib/x.py": "",
            "env/pyvenv.cfg": "",
            "env/lib/y.py": "",
            "build/lib/a.py": "",
            "generated/b.py": "",
            "secret.py": "",
            ".gitignore": "secret.py\n",
        },
        Settings(exclude=("generated",)),
    )
    assert inventory.python == ["a.py"]
    assert dict(inventory.skipped) == {
        "stubs (.pyi)": 1,
        "notebooks": 1,
        "virtual environments and installed packages (folders)": 2,
        "build results (folders)": 1,
        "excluded by the configuration (folders)": 1,
        "ignored by .gitignore": 1,
    }


def test_templates_of_projects_are_no_code_yet() -> None:
    inventory = found(
        {
            "app.py": "",
            "template/{{cookiecutter.name}}/main.py": "{% if x %}",
            "{% if db %}models{% endif %}/x.py": "",
            "{one}/b.py": "",
            "{{ a file }}.py": "",
        }
    )
    assert inventory.python == ["app.py", "{one}/b.py", "{{ a file }}.py"]
    assert dict(inventory.skipped) == {"templates of projects (folders)": 2}


def test_a_package_called_build_is_code() -> None:
    assert found({"build/__init__.py": "", "build/a.py": ""}).python == ["build/__init__.py", "build/a.py"]


def test_version_control_and_caches_are_no_part_of_a_project() -> None:
    inventory = found({".git/hooks/x.py": "", "pkg/__pycache__/a.py": "", ".mypy_cache/a.py": "", "pkg/a.py": ""})
    assert inventory.python == ["pkg/a.py"]
    assert not inventory.skipped


def test_gitignore_can_be_turned_off() -> None:
    files = {".gitignore": "*.py\n", "a.py": ""}
    assert found(files).python == []
    assert found(files, Settings(respect_gitignore=False)).python == ["a.py"]


def test_a_huge_file_is_named_and_not_taken() -> None:
    class Huge(MemoryFiles):
        def walk(self, enter: object) -> Iterator[FileEntry]:
            yield from (FileEntry("big.py"), FileEntry("small.py"))

        def size(self, path: str) -> int:
            return MAX_BYTES + 1 if path == "big.py" else 1

    inventory = discover(Huge({}), Settings())
    assert (inventory.python, inventory.too_big) == (["small.py"], {"big.py": MAX_BYTES + 1})


IGNORES = {
    "": "*.log\n/top.py\nbuild_out/\n!keep.log\ndocs/**/tmp.py\n# a comment\n\\#odd.py\nspace.py \n[ab].py\n"
    "[z-a].py\n!\nc.py\\\n",
    "sub": "!/x.log\ny.py\n/only_here.py\n*.tmp.py\n!very.tmp.py\n",
    "sub/deep": "*\n!z.py\n!.gitignore\n",
}
TREE = [
    "a.py",
    "b.py",
    "c.py",
    "top.py",
    "x.log",
    "keep.log",
    "#odd.py",
    "space.py",
    "build_out/q.py",
    "docs/tmp.py",
    "docs/a/tmp.py",
    "docs/a/b/tmp.py",
    "sub/top.py",
    "sub/x.log",
    "sub/y.py",
    "sub/only_here.py",
    "sub/more/only_here.py",
    "sub/more/y.py",
    "sub/a.tmp.py",
    "sub/very.tmp.py",
    "sub/deep/z.py",
    "sub/deep/w.py",
    "sub/deep/er/z.py",
    "other/build_out/q.py",
    "other/x.log",
]


def test_gitignore_files_mean_what_git_takes_them_to_mean(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for folder, text in IGNORES.items():
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / ".gitignore").write_text(text)
    for path in TREE:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    listed = subprocess.run(
        ["git", "-C", str(tmp_path), "ls-files", "--others", "--exclude-standard", "-z"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    ours = discover(DiskFiles(tmp_path), Settings())
    expected = sorted(path for path in listed if path.endswith(".py"))
    assert ours.python == expected


def test_gitignore_files_above_the_project_count_up_to_the_repository(tmp_path: Path) -> None:
    project = tmp_path / "repo/services/shop"
    (project / "gen").mkdir(parents=True)
    (tmp_path / "repo/.git").mkdir()
    (tmp_path / ".gitignore").write_text("*.py\n")
    (tmp_path / "repo/.gitignore").write_text("/services/shop/gen/\nsecret.py\nkept.py\n")
    (tmp_path / "repo/services/.gitignore").write_text("!kept.py\n")
    for path in ("a.py", "gen/b.py", "secret.py", "kept.py"):
        (project / path).write_text("")
    assert discover(DiskFiles(project), Settings()).python == ["a.py", "kept.py"]


@given(
    st.lists(st.text(alphabet="ab/*!?[]^-:#\\\\ .{}()|+$\t\u0085é", max_size=12), max_size=4),
    st.sampled_from(["a.py", "a/b/c.py", "a/"]),
)
def test_no_line_of_an_ignore_file_is_too_odd(lines: list[str], path: str) -> None:
    assert Patterns(lines).verdict(path) in (True, False, None)


@pytest.mark.parametrize("pattern", ["sub/**", "sub", "/sub/", "**/sub/*.py"])
def test_exclude_takes_globs_as_in_gitignore(pattern: str) -> None:
    assert found({"sub/a.py": "", "b.py": ""}, Settings(exclude=(pattern,))).python == ["b.py"]
