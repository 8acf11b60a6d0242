"""A review's files on disk: what is written, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from archlint.adapters.desk import DiskDesk
from archlint.adapters.disk import DiskFiles
from archlint.engine.line_length import line_length
from archlint.engine.review_session import Session, SessionError
from archlint.facts.findings import Report


def check() -> Report:
    raise AssertionError("nothing asks for it")


def test_a_session_is_kept(tmp_path: Path) -> None:
    desk = DiskDesk(tmp_path, tmp_path / "s.json", check)
    assert desk.load() == Session()
    desk.save(Session(filter="is:open"))
    assert desk.load() == Session(filter="is:open")


def test_a_session_that_is_a_link_or_no_session_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.json").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "t.json").write_text("{}")
    (tmp_path / "u.json").mkdir()
    for name, words in (("s.json", "is a link"), ("t.json", "no `schema`"), ("u.json", "cannot be read")):
        with pytest.raises(SessionError, match=words):
            DiskDesk(tmp_path, tmp_path / name, check).load()
    assert not (tmp_path / "elsewhere").exists()


def test_nothing_outside_of_the_project_and_nothing_read_only_is_written(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "out").symlink_to(tmp_path)
    (project / "a.py").write_text("x")
    (project / "a.py").chmod(0o444)
    desk = DiskDesk(project, project / "s.json", check)
    for path, words in (("../b.json", "not in the project"), ("out/b.json", "not in the project"), ("a.py", "read-only")):
        with pytest.raises(PermissionError, match=words):
            desk.write(path, b"y")
    desk.write("c/d.json", b"y")
    assert desk.read("c/d.json") == b"y"
    desk.remove("c/d.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project"]
    assert (project / "a.py").read_text() == "x"


@pytest.mark.parametrize(
    ("files", "length"),
    [
        ({}, 120),
        ({"pyproject.toml": "[tool.ruff]\nline-length = 99\n[tool.black]\nline-length = 88\n"}, 99),
        ({"pyproject.toml": "[tool.black]\nline-length = 88\n"}, 88),
        ({"ruff.toml": "line-length = 100\n"}, 100),
        ({"pyproject.toml": "[tool]\nruff = 3\n", "ruff.toml": "line-length = 'x'\n"}, 120),
        ({"pyproject.toml": "not TOML", ".ruff.toml": "line-length = 0\n"}, 120),
    ],
)
def test_how_long_lines_may_be(tmp_path: Path, files: dict[str, str], length: int) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert line_length(DiskFiles(tmp_path)) == length
