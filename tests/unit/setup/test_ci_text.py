"""The jobs that `init` writes are what the hosts read, and the host is told by the project."""

from __future__ import annotations

import pytest
import yaml

from archlint.engine.setup.ci import host_of, snippet


def test_the_workflow() -> None:
    text = snippet("github", "1.2.3", "main")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read", "security-events": "write"}
    steps = workflow["jobs"]["archlint"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    assert runs[0] == 'python -m pip install "archlint==1.2.3"'
    assert all("--no-cache" in run for run in runs[1:])
    assert "--exit-zero" not in runs[-1]
    assert steps[-1].get("run") == runs[-1]
    assert "${{" not in text
    assert yaml.safe_load(snippet("github", "1", "x]: ; rm"))[True]["push"]["branches"] == ["main"]


def test_the_job() -> None:
    job = yaml.safe_load(snippet("gitlab", "1.2.3"))["archlint"]
    assert job["artifacts"]["reports"] == {"codequality": "gl-code-quality-report.json"}
    assert "--exit-zero" not in job["script"][-1]


@pytest.mark.parametrize(
    ("paths", "config", "host"),
    [
        ([".github/workflows"], "", "github"),
        ([".gitlab-ci.yml"], 'url = git@github.com:a/b.git"', "gitlab"),
        ([], '[remote "origin"]\n\turl = git@github.com:a/b.git\n', "github"),
        ([], '[remote "origin"]\n\turl = https://gitlab.example.org/a/b.git\n', "gitlab"),
        ([], '[remote "origin"]\n\turl = https://notgithub.com/a\n', None),
        ([], "", None),
    ],
)
def test_whose_job_it_is(paths: list[str], config: str, host: str | None) -> None:
    assert host_of(paths, config) == host
