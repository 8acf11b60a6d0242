"""The hook, as pre-commit runs it: this repository's hook in a scratch repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BAD = (
    'import redis\n\nclient = redis.Redis()\n\n\ndef remember(body: str) -> None:\n    client.set("shop:lock", body, nx=True)\n'
)


CONFIG = "repos: [{{repo: '{repository}', rev: {commit}, hooks: [{{id: archlint, verbose: true}}]}}]\n"


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
    environment |= {"PRE_COMMIT_HOME": str(folder.parent / "pre-commit"), "PYTHONPATH": ""}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    done = run(folder, "git", *identity, *arguments)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "pyproject.toml").write_text('[tool.archlint]\nselect = ["CCH001"]\n')
    (folder / "notes.md").write_text("nothing\n")
    if run(ROOT, "git", "rev-parse", "--verify", "HEAD").returncode != 0:
        pytest.skip("this is no checkout with a commit: pre-commit clones the repository of a hook")
    commit = run(ROOT, "git", "rev-parse", "HEAD").stdout.strip()
    (folder / ".pre-commit-config.yaml").write_text(CONFIG.format(repository=ROOT, commit=commit))
    (folder / "shop.py").write_text(BAD)
    return folder


def hook(folder: Path) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "pre_commit", "run")


def test_the_hook_checks_the_project_when_python_changed_and_only_then(scratch: Path) -> None:
    git(scratch, "add", "notes.md", ".pre-commit-config.yaml")
    skipped = hook(scratch)
    assert skipped.returncode == 0, skipped.stdout + skipped.stderr
    assert "no files to check" in skipped.stdout

    git(scratch, "add", "shop.py", "pyproject.toml")
    failed = hook(scratch)
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "CCH001" in failed.stdout
    assert "Looked at:" in failed.stdout

    (scratch / "shop.py").write_text(BAD.replace("nx=True", "nx=True, ex=30"))
    git(scratch, "add", "shop.py")
    passed = hook(scratch)
    assert passed.returncode == 0, passed.stdout + passed.stderr
