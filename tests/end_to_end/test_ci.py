"""The GitHub action and the GitLab template: well formed, and their shell run as the runners run it."""

from __future__ import annotations

import json
import os
import re
import shutil
import site
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
TEMPLATE = yaml.safe_load((ROOT / "templates/archlint.gitlab-ci.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
PROJECTS = {
    "findings": {"shop/sales.sql": "SELECT * FROM sales;\n", "shop/calm.py": "x = 1\n", "pyproject.toml": "[tool.archlint]\n"},
    "clean": {"shop/calm.py": "x = 1\n", "pyproject.toml": '[tool.archlint]\nselect = ["SQL001"]\n'},
    "broken": {"shop/calm.py": "x = 1\n", "pyproject.toml": '[tool.archlint]\nstil = "clean"\n'},
    "incomplete": {"shop/calm.py": "x = (\n", "pyproject.toml": "[tool.archlint]\n"},
}
BASH = shutil.which("bash") or "bash"


# The action is well formed


def test_the_action_has_the_keys_of_a_composite_action() -> None:
    assert set(ACTION) == {"name", "description", "branding", "inputs", "outputs", "runs"}
    assert set(ACTION["runs"]) == {"using", "steps"}
    assert ACTION["runs"]["using"] == "composite"
    for given in ACTION["inputs"].values():
        assert set(given) == {"description", "default"}
        assert isinstance(given["default"], str)
    for given in ACTION["outputs"].values():
        assert set(given) == {"description", "value"}
    for step in STEPS:
        assert ("run" in step) != ("uses" in step)
        assert set(step) <= {"name", "id", "if", "shell", "env", "run", "uses", "with"}
        assert ("shell" in step) == ("run" in step)
        assert re.fullmatch(r"[\w./-]+@v\d+", step.get("uses", "a/b@v1"))


def test_expressions_are_in_no_shell_text_and_name_what_there_is() -> None:
    ids = {step["id"] for step in STEPS if "id" in step}
    for step in STEPS:
        assert "${{" not in step.get("run", "")
        values = [*step.get("env", {}).values(), *step.get("with", {}).values()]
        expressions = [e for v in values if isinstance(v, str) for e in EXPRESSION.findall(v)] + [step.get("if", "")]
        for expression in expressions:
            for kind, name in re.findall(r"\b(inputs|steps)\.([\w-]+)", expression):
                assert name in (ACTION["inputs"] if kind == "inputs" else ids)
        used = set(re.findall(r"\$\{?(ARCHLINT_\w+)", step.get("run", "")))
        assert used == set(step.get("env", {})) if "run" in step else not used


def test_the_upload_and_the_gate_come_in_their_order() -> None:
    names = [step["name"] for step in STEPS]
    assert names == ["Set up Python", "Install archlint", "Check", "Upload the findings", "Summary", "Gate"]
    upload = STEPS[3]
    assert upload["uses"] == "github/codeql-action/upload-sarif@v3"
    assert set(upload["with"]) == {"sarif_file", "category"}
    assert "if" not in STEPS[5]


# Its shell, as the runner runs it


@dataclass
class Runner:
    """Runs the action's shell steps in a project, with the files and variables that GitHub's runner gives."""

    temp: Path
    project: Path
    inputs: dict[str, str]
    event: str = "push"
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        path = self.temp / "summary.md"
        return path.read_text("utf-8") if path.exists() else ""

    def value(self, expression: str) -> str:
        parts = expression.split(".")
        match parts:
            case ["inputs", name]:
                return self.inputs.get(name, str(ACTION["inputs"][name]["default"]))
            case ["steps", step, "outputs", name]:
                return self.outputs.get(step, {}).get(name, "")
            case ["github", "action_path"]:
                return str(ROOT)
        raise AssertionError(f"the test knows no {expression}")

    def run(self, *names: str) -> None:
        for step in STEPS:
            if step["name"] not in names or ("if" in step and not self.outputs.get("check", {}).get("sarif")):
                continue
            env = {key: EXPRESSION.sub(lambda m: self.value(m[1]), value) for key, value in step.get("env", {}).items()}
            self._bash(step, env)

    def _bash(self, step: dict[str, Any], env: dict[str, str]) -> None:
        output = self.temp / "output"
        output.write_text("")
        script = self.temp / "script.sh"
        script.write_text(step["run"])
        given = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.temp),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
            "GITHUB_EVENT_NAME": self.event,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
        }
        done = subprocess.run(
            [BASH, "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.project,
            env=given | OFFLINE | env,
            capture_output=True,
            text=True,
            check=False,
        )
        self.statuses[step["name"]] = done.returncode
        self.said[step["name"]] = done.stdout + done.stderr
        lines = output.read_text().splitlines()
        told = {name: value for name, _, value in (line.partition("=") for line in lines)}
        self.outputs.setdefault(step.get("id", step["name"]), {}).update(told)


OFFLINE = {
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # an option that turns something off: pip takes the value for the thing
    "PIP_NO_INDEX": "1",
    "PYTHONPATH": os.pathsep.join(site.getsitepackages()),
}
"""What archlint and its build need comes from the tests' own environment; archlint itself is installed."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner's folder after the action's own installation step."""
    temp = tmp_path_factory.mktemp("runner temp")
    runner = Runner(temp, temp, {}, outputs={"python": {"python-path": sys.executable}})
    runner.run("Install archlint")
    assert runner.statuses == {"Install archlint": 0}, runner.said
    assert "archlint 0" in runner.said["Install archlint"]
    return temp


@pytest.fixture
def temp(installed: Path) -> Iterator[Path]:
    yield installed
    for path in installed.iterdir():
        if path.is_file():
            path.unlink()


def made(tmp_path: Path, name: str, folder: str = "a project's folder") -> Path:
    root = tmp_path / folder
    for path, text in PROJECTS[name].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def test_findings_fail_the_gate_after_everything_else(temp: Path, tmp_path: Path) -> None:
    runner = Runner(temp, made(tmp_path, "findings"), {})
    runner.run("Check", "Summary", "Gate")
    assert runner.statuses == {"Check": 0, "Summary": 0, "Gate": 1}, runner.said
    assert runner.outputs["check"] == {"status": "1", "sarif": str(temp / "archlint.sarif")}
    results = json.loads((temp / "archlint.sarif").read_text())["runs"][0]["results"]
    assert "SQL001" in [result["ruleId"] for result in results]
    assert "SQL001" in runner.summary
    assert "::" not in runner.said["Summary"]


def test_a_clean_project_passes(temp: Path, tmp_path: Path) -> None:
    runner = Runner(temp, made(tmp_path, "clean"), {})
    runner.run("Check", "Summary", "Gate")
    assert runner.statuses == {"Check": 0, "Summary": 0, "Gate": 0}, runner.said
    assert runner.outputs["check"]["status"] == "0"
    assert runner.summary


def test_a_bad_configuration_and_an_incomplete_run_end_with_2(temp: Path, tmp_path: Path) -> None:
    runner = Runner(temp, made(tmp_path, "broken"), {})
    runner.run("Check", "Summary", "Gate")
    assert runner.statuses == {"Check": 0, "Gate": 2}, runner.said
    assert runner.outputs["check"] == {"status": "2"}
    assert "unknown key `stil`" in runner.said["Check"]
    runner = Runner(temp, made(tmp_path, "incomplete", "another"), {})
    runner.run("Check", "Summary", "Gate")
    assert runner.statuses == {"Check": 0, "Summary": 0, "Gate": 2}, runner.said
    assert "RUN002" in runner.summary


def test_the_inputs_reach_the_command_whole_and_nothing_in_them_runs(temp: Path, tmp_path: Path) -> None:
    made(tmp_path, "findings", "work space/-x; touch $(touch ran)")
    inputs = {
        "path": "-x; touch $(touch ran)",
        "args": "--ignore\r\nSQL001\n\n--select\nSQL001,CCH001\n",
        "fail-level": "note",
    }
    runner = Runner(temp, tmp_path / "work space", inputs)
    runner.run("Check", "Summary", "Gate")
    assert runner.statuses == {"Check": 0, "Summary": 0, "Gate": 0}, runner.said
    assert not list(tmp_path.rglob("ran"))
    wrong = Runner(temp, tmp_path / "work space", {"path": inputs["path"], "fail-level": '"; exit 0; "'})
    wrong.run("Check", "Gate")
    assert wrong.statuses["Gate"] == 2
    baselined = Runner(temp, tmp_path / "work space", {"path": inputs["path"], "baseline": "no such; file.json"})
    baselined.run("Check", "Gate")
    assert "no such; file.json" in baselined.said["Check"] + str(baselined.statuses)


def test_a_pull_request_neither_reads_nor_writes_a_cache(temp: Path, tmp_path: Path) -> None:
    project = made(tmp_path, "findings")
    Runner(temp, project, {}, event="pull_request").run("Check", "Summary")
    assert not (project / ".archlint_cache").exists()
    Runner(temp, project, {}).run("Check")
    assert (project / ".archlint_cache").exists()


def test_without_an_upload_the_findings_are_annotations(temp: Path, tmp_path: Path) -> None:
    with_upload = Runner(temp, made(tmp_path, "findings"), {})
    with_upload.run("Check", "Summary")
    expected = with_upload.summary.count("sales.sql")
    (temp / "summary.md").unlink()
    runner = Runner(temp, tmp_path / "a project's folder", {"sarif-upload": "false"})
    runner.run("Check", "Summary")
    assert re.search(r"^::(error|warning) file=shop/sales.sql", runner.said["Summary"], re.M)
    assert runner.summary.count("sales.sql") == expected > 0


# GitLab


@pytest.mark.parametrize(("name", "status"), [("findings", 1), ("clean", 0), ("broken", 2)])
def test_the_gitlab_job(installed: Path, tmp_path: Path, name: str, status: int) -> None:
    job = TEMPLATE["archlint"]
    assert set(TEMPLATE) == {"archlint"}
    assert set(job) == {"stage", "image", "variables", "before_script", "script", "artifacts"}
    project = made(tmp_path, name)
    done = subprocess.run(
        [BASH, "-eo", "pipefail", "-c", "\n".join(job["script"])],
        cwd=project,
        env={**os.environ, **OFFLINE, **job["variables"], "PATH": f"{installed / 'archlint/bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    reports = {kind: project / path for kind, path in job["artifacts"]["reports"].items()}
    if status < 2:
        listed = json.loads(reports["codequality"].read_text())
        assert bool([entry for entry in listed if entry["check_name"] == "select-star"]) == (status == 1)
        assert ET.parse(reports["junit"]).getroot().tag == "testsuites"
    assert not (project / ".archlint_cache").exists()
