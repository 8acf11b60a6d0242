"""Git is asked for what it has stored, and nothing that a repository's own configuration names is ever run."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from archlint.adapters.disk import DiskFiles
from archlint.adapters.git import GitError, Repository
from archlint.adapters.history import changed_since
from archlint.facts.findings import Location


def git(folder: Path, *arguments: str, data: bytes = b"") -> str:
    identity = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
    identity |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}
    environment = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *arguments], cwd=folder, env=environment, input=data, capture_output=True, check=True)
    return done.stdout.decode().strip()


def commit(folder: Path, files: dict[str, str | bytes] | None = None, message: str = "work") -> str:
    for path, text in (files or {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, {"a.py": "one\ntwo\nthree\n", "sub/b.py": "x\n"})
    return folder


def lines(folder: Path, revision: str, path: str) -> list[int] | None:
    """The changed lines of a file; None: all of it."""

    def now(asked: str) -> str | None:
        file = folder / asked
        return file.read_bytes().decode("utf-8", "replace") if file.is_file() else None

    changed = changed_since(folder, Repository(folder).fork_point(revision), [path], now)
    text = now(path)
    assert text is not None
    count = len(text.splitlines())
    touched = [n for n in range(1, count + 1) if changed.touches(Location(path, n, 1, n, 2))]
    return None if changed.touches(Location(path, 10_000, 1, 10_000, 2)) else touched


def test_the_fork_point_is_where_the_work_left_a_revision(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "-q", "-b", "topic")
    commit(repository, {"a.py": "one\n2\nthree\n"})
    git(repository, "checkout", "-q", "main")
    commit(repository, {"c.py": "later\n"})
    git(repository, "checkout", "-q", "topic")
    assert Repository(repository).fork_point("main") == base
    assert lines(repository, "main", "a.py") == [2]
    (repository / "a.py").write_text("one\n2\nthree\nfour\n")
    assert lines(repository, "main", "a.py") == [2, 4], "what is not committed counts too"
    assert lines(repository, "HEAD", "a.py") == [4]


def test_untracked_renamed_and_untouched_files(repository: Path) -> None:
    (repository / "new.py").write_text("a\nb\n")
    assert lines(repository, "HEAD", "new.py") is None
    assert lines(repository, "HEAD", "a.py") == []
    (repository / "a.py").rename(repository / "renamed.py")
    assert lines(repository, "HEAD", "renamed.py") == []
    (repository / "renamed.py").write_text("one\ntwo\nthree\nfour\n")
    assert lines(repository, "HEAD", "renamed.py") == [4]


def test_a_line_that_was_taken_out_marks_its_neighbours(repository: Path) -> None:
    (repository / "a.py").write_text("one\nthree\n")
    assert lines(repository, "HEAD", "a.py") == [1, 2]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_are_no_change(repository: Path, end: str) -> None:
    (repository / "a.py").write_bytes("one\ntwo\nthree\nfour\n".replace("\n", end).encode())
    assert lines(repository, "HEAD", "a.py") == [4]


ODD = ["with space.py", "quo\"te'.py", "line\nbreak.py", "tab\there.py", "zażółć.py", "[a-z]*?.py", ":(top)x.py", "-n.py"]


@pytest.mark.parametrize("name", ODD)
def test_odd_names_in_an_odd_folder(repository: Path, name: str) -> None:
    for folder in ("", "sub folder\n[é]/", ":(exclude)/"):
        path = f"{folder}{name}"
        commit(repository, {path: "one\ntwo\n"})
        (repository / path).write_text("one\n2\n")
        assert lines(repository, "HEAD", path) == [2]
        assert lines(repository / folder, "HEAD", name) == [2], "the project may be a folder of the repository"


def test_names_that_are_no_text_are_written_as_the_disk_writes_them(repository: Path) -> None:
    raw = os.fsencode(repository) + b"/b\xffd.py"
    try:
        Path(os.fsdecode(raw)).write_text("x\n")
    except OSError:
        pytest.skip("this file system takes no such name")
    base = commit(repository)
    shown = {entry.path for entry in DiskFiles(repository).walk(lambda folder: folder != ".git")}
    assert set(Repository(repository).tree(base)) == shown


@pytest.mark.parametrize(
    "revision", ["nowhere", "", "-x", "--all", "HEAD..main", ":/", "HEAD:a.py", "a\nb", "a\0b", "$(touch x)"]
)
def test_unknown_revisions_are_said(repository: Path, revision: str) -> None:
    with pytest.raises(GitError, match="unknown revision"):
        Repository(repository).fork_point(revision)


def test_no_repository_and_no_commit(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not in a git repository"):
        Repository(tmp_path)
    git(tmp_path, "init", "-q")
    with pytest.raises(GitError, match="unknown revision `HEAD`"):
        Repository(tmp_path).fork_point("HEAD")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/.git").write_text("gitdir: /nowhere/at/all\n")
    with pytest.raises(GitError, match="git rev-parse failed"):
        Repository(tmp_path / "broken")


def test_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GitError, match="git is not installed"):
        Repository(repository)


def test_a_shallow_clone_says_how_to_get_the_rest(repository: Path, tmp_path: Path) -> None:
    old = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "-q", "-b", "topic")
    commit(repository, {"a.py": "new\n"})
    git(repository, "checkout", "-q", "main")
    commit(repository, {"c.py": "later\n"})
    source = f"file://{repository}"
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", "-b", "topic", source, "shallow")
    with pytest.raises(GitError, match=r"unknown revision .*: the clone is shallow; fetch its history"):
        Repository(tmp_path / "shallow").fork_point(old)
    with pytest.raises(GitError, match=r"no common ancestor: the clone is shallow"):
        Repository(tmp_path / "shallow").fork_point("origin/main")


def test_a_worktree_and_variables_of_a_hook(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(repository, "worktree", "add", "-q", "-b", "topic", str(tmp_path / "tree"))
    (tmp_path / "tree/a.py").write_text("one\ntwo\n3\n")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no-index"))
    assert lines(tmp_path / "tree", "main", "a.py") == [3]


def hostile(repository: Path, tmp_path: Path) -> Path:
    """Whatever a repository can name to be run leaves a mark in the folder that is given back."""
    marks = tmp_path / "marks"
    marks.mkdir()
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> "{marks}/ran"\ncat\n')
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in (
        "post-index-change",
        "reference-transaction",
        "post-checkout",
        "fsmonitor-watchman",
        "pre-auto-gc",
        "post-rewrite",
    ):
        shutil.copy(program, hooks / name)
        shutil.copy(program, repository / ".git/hooks" / name)
    for key in (
        *("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.gitProxy", "core.askPass"),
        *("core.alternateRefsCommand", "diff.external", "diff.hostile.command", "diff.hostile.textconv", "credential.helper"),
        *("filter.hostile.clean", "filter.hostile.smudge", "filter.hostile.process", "merge.hostile.driver", "gpg.program"),
        *("pager.rev-parse", "pager.ls-tree", "pager.cat-file", "pager.merge-base", "uploadpack.packObjectsHook"),
        *(
            "alias.rev-parse",
            "alias.ls-tree",
            "alias.cat-file",
            "alias.merge-base",
            "interactive.diffFilter",
            "sequence.editor",
        ),
        *("remote.origin.uploadpack", "remote.origin.receivepack", "trailer.x.command", "browser.x.cmd", "man.x.cmd"),
    ):
        git(repository, "config", key, f"!{program}" if key.startswith("alias") else str(program))
    git(repository, "config", "core.hooksPath", str(hooks))
    git(repository, "config", "filter.hostile.required", "true")
    git(repository, "config", "core.untrackedCache", "true")
    git(repository, "config", "log.showSignature", "true")
    (repository / ".gitattributes").write_text("* filter=hostile diff=hostile merge=hostile text\n")
    (repository / ".git/info/attributes").write_text("* filter=hostile diff=hostile\n")
    return marks


def test_nothing_that_a_hostile_repository_names_is_run(repository: Path, tmp_path: Path) -> None:
    marks = hostile(repository, tmp_path)
    (repository / "a.py").write_text("one\n2\nthree\n")
    (repository / "new.py").write_text("new\n")
    assert lines(repository, "HEAD", "a.py") == [2]
    assert lines(repository, "HEAD", "new.py") is None
    with pytest.raises(GitError):
        Repository(repository).fork_point("nowhere")
    assert list(marks.iterdir()) == []
    subprocess.run(["git", "status"], cwd=repository, capture_output=True, check=False)
    assert list(marks.iterdir()), "the trap is set: plain git runs what this repository names"


def test_what_a_partial_clone_lacks_is_not_fetched_by_a_program_of_its_own(repository: Path, tmp_path: Path) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{repository}", "partial")
    partial = tmp_path / "partial"
    git(partial, "read-tree", "HEAD")
    mark = tmp_path / "mark"
    (partial / "a.py").write_text("one\n")
    for url, vcs in ((f"ext::sh -c touch% {mark}", ""), (f"ext::sh -c touch% {mark}", "ext"), (f"file://{repository}", "")):
        git(partial, "config", "remote.origin.url", url)
        git(partial, "config", "remote.origin.vcs", vcs)
        git(partial, "config", "remote.origin.uploadpack", f"touch {mark};")
        git(partial, "config", "core.sshCommand", f"touch {mark};")
        git(partial, "config", "protocol.allow", "always")
        with pytest.raises(GitError, match="clone without `--filter`"):
            lines(partial, "HEAD", "a.py")
        assert not mark.exists()
    git(partial, "config", "--unset", "remote.origin.vcs")
    subprocess.run(["git", "cat-file", "-p", "HEAD:a.py"], cwd=partial, capture_output=True, check=False)
    assert mark.exists(), "the trap is set: plain git runs what this repository names"


def test_a_bare_repository_among_the_project_s_files_is_not_taken_for_its_own(repository: Path) -> None:
    git(repository, "init", "-q", "--bare", "sub/bare")
    base = commit(repository)
    assert Repository(repository / "sub/bare").fork_point("HEAD") == base
    (repository / "sub/bare/.git").mkdir()
    with pytest.raises(GitError, match="git rev-parse failed"):
        Repository(repository / "sub/bare")
