"""The tree on disk: nothing outside it is read, and nothing in it makes the walk run for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archlint.adapters.disk import DiskFiles, replace_file


def everything(_folder: str) -> bool:
    return True


def walked(root: Path) -> dict[str, str]:
    return {entry.path: entry.problem for entry in DiskFiles(root).walk(everything)}


def test_files_of_all_folders_are_listed_with_their_sizes(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/c.py").write_text("x = 1")
    (tmp_path / "d.py").write_text("")
    files = DiskFiles(tmp_path)
    assert sorted((e.path, files.size(e.path)) for e in files.walk(everything)) == [("a/b/c.py", 5), ("d.py", 0)]
    assert files.read("a/b/c.py") == b"x = 1"
    assert files.read("d.py") == b""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_file_that_does_not_say_its_size_is_read_whole() -> None:
    assert b"VmHWM" in DiskFiles(Path("/proc/self")).read("status")


def test_a_folder_that_is_not_to_be_entered_is_not(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/c.py").write_text("")
    asked: list[str] = []

    def enter(folder: str) -> bool:
        asked.append(folder)
        return False

    assert list(DiskFiles(tmp_path).walk(enter)) == []
    assert asked == ["a"]


def test_links_are_not_followed_and_said(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("")
    root = tmp_path / "root"
    (root / "pkg").mkdir(parents=True)
    (root / "pkg/a.py").write_text("")
    (root / "out.py").symlink_to(outside / "secret.py")
    (root / "out").symlink_to(outside)
    (root / "again.py").symlink_to("pkg/a.py")
    (root / "gone.py").symlink_to("nothing.py")
    (root / "pkg/up").symlink_to("..")
    (root / "self").symlink_to("self")
    assert walked(root) == {
        "pkg/a.py": "",
        "out.py": "link out of the project",
        "out": "link out of the project",
        "again.py": "link inside the project",
        "gone.py": "broken link",
        "pkg/up": "link inside the project",
        "self": "broken link",
    }


def test_a_root_that_is_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.py").write_text("")
    (tmp_path / "link").symlink_to("real")
    assert walked(tmp_path / "link") == {"a.py": ""}


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert walked(tmp_path) == {"pipe.py": "no regular file"}


def test_a_folder_that_vanishes_under_the_walk_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()

    def enter(folder: str) -> bool:
        (tmp_path / folder).rmdir()
        return True

    (entry,) = DiskFiles(tmp_path).walk(enter)
    assert (entry.path, entry.problem) == ("a", "folder cannot be listed: No such file or directory")


def test_names_that_are_no_text_are_listed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("")
    files = DiskFiles(tmp_path)
    assert [entry.path for entry in files.walk(everything)] == ["caf\\xe9.py"]
    assert files.read("caf\\xe9.py") == b""


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.json"
    replace_file(path, b"one")
    path.chmod(0o600)
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["report.json"]


def test_what_a_link_points_at_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"one")
    (tmp_path / "link").symlink_to("real")
    replace_file(tmp_path / "link", b"two")
    assert (tmp_path / "real").read_bytes() == b"two"
    assert (tmp_path / "link").is_symlink()


def test_a_file_that_cannot_be_replaced_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        replace_file(tmp_path / "folder", b"two")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]
