"""docs/getting-started.md does what it says: its commands are run in a copy of the example, and say what it shows."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/getting-started.md").read_text("utf-8")
LEFT_OUT = "…"
WRITTEN_DAY = "2027-01-31"
"""The last day of a suppression in the text, which must lie ahead when it is given."""

pytestmark = pytest.mark.skipif(os.name == "nt" or shutil.which("git") is None, reason="the text is for a POSIX shell with git")


def test_the_commands_run_and_say_what_is_shown(tmp_path: Path) -> None:
    project = tmp_path / "storefront"
    shutil.copytree(ROOT / "examples/storefront", project, ignore=shutil.ignore_patterns(".archlint_cache", "__pycache__"))
    shell("git init -q -b main && git add --all && git commit -q -m start", project)
    ahead = datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=90)
    blocks = re.findall(r"^```(console|diff)\n(.+?)^```$", TEXT.replace(WRITTEN_DAY, str(ahead)), re.M | re.S)
    assert [kind for kind, _ in blocks].count("console") > 5
    for kind, block in blocks:
        if kind == "diff":
            subprocess.run(["git", "apply"], cwd=project, input=block, text=True, check=True)
            continue
        for part in block.removeprefix("$ ").split("\n$ "):
            command, _, output = part.partition("\n")
            done = shell(command, project)
            wanted = re.search(r"# exit status (\d)$", command)
            said = f"$ {command}\n{done.stdout}{done.stderr}"
            assert done.returncode == (int(wanted[1]) if wanted else 0), said
            missing = [line for line in output.splitlines() if plain(line) not in plain(done.stdout + done.stderr)]
            assert missing == [], said


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    config = {"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Ada"}
    config |= {"GIT_CONFIG_KEY_1": "user.email", "GIT_CONFIG_VALUE_1": "ada@example.org"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    environment = {**kept, **config, "PATH": path}
    return subprocess.run(["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False)


def plain(line: str) -> str:
    """Without what is left out at its end, and however the line is broken."""
    return " ".join(line.removesuffix(LEFT_OUT).split())
