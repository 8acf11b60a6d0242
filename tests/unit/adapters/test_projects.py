"""Where a project begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from archlint.adapters.projects import config_in, find_root


def tree(root: Path, *files: str) -> None:
    for path in files:
        name, _, text = path.partition("=")
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


@pytest.mark.parametrize(
    ("files", "start", "root"),
    [
        (("p/archlint.toml", "p/src/a/b.py"), "p/src/a", "p"),
        (("p/pyproject.toml=[tool.archlint]", "p/q/pyproject.toml=[tool.ruff]", "p/q/b.py"), "p/q", "p"),
        (("p/pyproject.toml=[tool.archlint]", "p/q/archlint.toml", "p/q/b.py"), "p/q", "p/q"),
        (("p/pyproject.toml", "p/q/b.py"), "p/q/b.py", "p"),
        (("p/.git/HEAD", "p/q/b.py"), "p/q", "p"),
    ],
)
def test_the_root_is_looked_for_upward(tmp_path: Path, files: tuple[str, ...], start: str, root: str) -> None:
    tree(tmp_path, *files)
    assert find_root([tmp_path / start]) == tmp_path / root


def test_several_paths_have_the_root_around_all_of_them(tmp_path: Path) -> None:
    tree(tmp_path, "p/pyproject.toml", "p/a/archlint.toml", "p/a/x.py", "p/b/y.py")
    assert find_root([tmp_path / "p/a/x.py", tmp_path / "p/b/y.py"]) == tmp_path / "p"


def test_a_broken_pyproject_that_names_archlint_is_its_configuration(tmp_path: Path) -> None:
    tree(tmp_path, "pyproject.toml=[tool.archlint")
    assert config_in(tmp_path) == tmp_path / "pyproject.toml"


def test_a_broken_pyproject_of_others_is_not(tmp_path: Path) -> None:
    tree(tmp_path, "pyproject.toml=[tool.other")
    assert config_in(tmp_path) is None
