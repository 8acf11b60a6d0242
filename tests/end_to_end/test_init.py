"""`archlint init` without a screen: what it proposes, what it writes, and what it leaves alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from archlint import app
from archlint.cli.root import run

EXAMPLES = Path(__file__).parents[2] / "examples"
CLEAN = {
    "src/shop/__init__.py": "",
    "src/shop/domain/__init__.py": "",
    "src/shop/domain/order.py": "from abc import ABC\nfrom shop.shared import now\nclass Orders(ABC): ...\n",
    "src/shop/usecase/close.py": "from shop.domain.order import Orders\nfrom shop.infrastructure.rows import Rows\n",
    "src/shop/infrastructure/rows.py": "import asyncpg\nfrom shop.domain.order import Orders\nclass Rows(Orders): ...\n",
    "src/shop/presentation/api.py": "from shop.usecase.close import Orders\n",
    "src/shop/shared.py": "from shop.presentation import api\ndef now(): ...\n",
    "src/shop/main.py": "from shop.infrastructure.rows import Rows\n",
}
PROJECT = '[project]\nname = "shop"  # the shop\n\n# ends here\n'
LAYERS = {
    "interface": ["shop.presentation"],
    "infrastructure": ["shop.infrastructure"],
    "application": ["shop.usecase"],
    "domain": ["shop.domain"],
}
Capture = pytest.CaptureFixture[bytes]


def written(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return written(tmp_path / "project", CLEAN | {"pyproject.toml": PROJECT})


def init(capsysbinary: Capture, root: Path, *arguments: str) -> tuple[int, str, str]:
    status = run(["init", "--root", str(root), "--jobs", "1", *arguments])
    out, err = capsysbinary.readouterr()
    return status, out.decode(), err.decode()


def proposed(capsysbinary: Capture, root: Path, *arguments: str) -> dict[str, Any]:
    status, out, err = init(capsysbinary, root, "--output-format", "json", *arguments)
    assert (status, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def table(root: Path, name: str = "pyproject.toml") -> dict[str, Any]:
    document: dict[str, Any] = tomllib.loads((root / name).read_text())
    return document["tool"]["archlint"] if name == "pyproject.toml" else document


def layer_findings(root: Path) -> list[tuple[str, int, str]]:
    target = app.with_options(app.target([root], root=root), select=["ARC001"])
    found = app.run(target, jobs=1, use_cache=False).findings
    assert not [f for f in found if f.rule.startswith("RUN")], [f.message for f in found]
    return [(f.location.path, f.location.line, f.message) for f in found]


def test_the_proposal_as_data(project: Path, capsysbinary: Capture) -> None:
    before = (project / "pyproject.toml").read_bytes()
    found = proposed(capsysbinary, project)
    assert found["changes"] == {"roots": ["src"], "style": "clean", "dialect": "postgres", "layers": LAYERS}
    assert [(layer["name"], layer["modules"], layer["breaking"]) for layer in found["layers"]] == [
        ("interface", 1, 0), ("infrastructure", 1, 0), ("application", 1, 1), ("domain", 2, 1)
    ]  # fmt: skip
    orders = {tuple(o["order"]): (o["style"], o["breaking"]) for o in found["orders"]}
    assert len(orders) == 24
    assert orders["interface", "infrastructure", "application", "domain"] == ("clean", 2)
    assert orders["interface", "application", "infrastructure", "domain"] == ("layered", 1)
    assert orders["domain", "interface", "application", "infrastructure"] == (None, 2)
    assert found["frameworks"] == [{"name": "asyncpg", "kinds": ["driver"], "modules": 1}]
    assert found["written"] == []
    assert (project / "pyproject.toml").read_bytes() == before


def test_yes_writes_it_and_the_layer_findings_are_the_same(project: Path, capsysbinary: Capture) -> None:
    before = layer_findings(project)
    assert len(before) == 2
    status, out, err = init(capsysbinary, project, "--yes")
    assert status == 0
    assert "+[tool.archlint.layers]" in out
    assert "Written: pyproject.toml" in err
    assert (project / "pyproject.toml").read_text().startswith(PROJECT)
    assert table(project) == {"roots": ["src"], "style": "clean", "dialect": "postgres", "layers": LAYERS}
    assert layer_findings(project) == before


def test_a_second_run_changes_nothing(project: Path, capsysbinary: Capture) -> None:
    init(capsysbinary, project, "--yes")
    before = (project / "pyproject.toml").read_bytes()
    status, out, err = init(capsysbinary, project, "--yes")
    assert (status, out) == (0, "")
    assert "Nothing changed: pyproject.toml says all this." in err
    assert (project / "pyproject.toml").read_bytes() == before


def test_a_second_run_proposes_what_changed_alone(project: Path, capsysbinary: Capture) -> None:
    init(capsysbinary, project, "--yes", "--cross-cutting", "shop.usecase")
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace('"shop.infrastructure"]', '"shop.infrastructure"] # ours'))
    written(project, {"src/shop/billing/domain/bill.py": "", "src/shop/billing/application/pay.py": ""})
    shutil.rmtree(project / "src/shop/presentation")
    (project / "src/shop/shared.py").write_text("def now(): ...\n")
    found = proposed(capsysbinary, project)
    assert found["changes"] == {
        "layers": {
            "interface": [],
            "application": ["shop.billing.application"],
            "domain": ["shop.domain", "shop.billing.domain"],
        }
    }
    init(capsysbinary, project, "--yes")
    assert "# ours" in (project / "pyproject.toml").read_text()
    assert "interface" not in table(project)["layers"]
    assert proposed(capsysbinary, project)["changes"] == {}


def test_dry_run_shows_a_patch_that_applies(project: Path, capsysbinary: Capture) -> None:
    before = (project / "pyproject.toml").read_bytes()
    status, out, err = init(capsysbinary, project, "--dry-run", "--yes", "--pre-commit", "--ci", "github")
    assert status == 0
    assert "Nothing is written." in err
    assert (project / "pyproject.toml").read_bytes() == before
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run(["git", "apply", "-"], cwd=project, input=out.encode(), check=True)
    assert table(project)["style"] == "clean"
    assert (project / ".github/workflows/archlint.yml").is_file()
    assert (project / ".pre-commit-config.yaml").is_file()


def test_without_a_pyproject_archlint_has_a_file_of_its_own(tmp_path: Path, capsysbinary: Capture) -> None:
    root = written(tmp_path, CLEAN)
    init(capsysbinary, root, "--yes")
    assert table(root, "archlint.toml")["layers"] == LAYERS
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "archlint.toml").write_text("# ours\n")
    init(capsysbinary, root, "--yes")
    assert table(root, "archlint.toml")["layers"] == LAYERS
    assert (root / "pyproject.toml").read_text() == PROJECT


@pytest.mark.parametrize("example", ["storefront", "storefront-clean", "clinic-django", "notes-flask"])
def test_the_examples_stay_as_they_are_judged(example: str, tmp_path: Path, capsysbinary: Capture) -> None:
    root = tmp_path / example
    shutil.copytree(EXAMPLES / example, root, ignore=shutil.ignore_patterns(".archlint_cache"))
    before = layer_findings(root)
    assert init(capsysbinary, root, "--yes")[0] == 0
    assert layer_findings(root) == before
    assert "Nothing changed" in init(capsysbinary, root, "--yes")[2]


# What the flags say


def test_an_order_of_the_other_style_is_that_style(project: Path, capsysbinary: Capture) -> None:
    order = "interface > application > infrastructure > domain"
    assert proposed(capsysbinary, project, "--layers", order)["style"] == "layered"
    assert proposed(capsysbinary, project, "--style", "layered")["layers"][1]["name"] == "application"


def test_an_order_that_is_no_style_becomes_a_contract_and_can_be_taken_back(project: Path, capsysbinary: Capture) -> None:
    order = "domain > interface > application > infrastructure"
    status, _, err = init(capsysbinary, project, "--yes", "--layers", order)
    assert status == 0
    assert "it becomes a contract, whose findings are errors" in err
    assert table(project)["contracts"] == [
        {
            "name": "The layers look one way",
            "kind": "layers",
            "layers": ["shop.domain", "shop.presentation", "shop.usecase", "shop.infrastructure"],
        }
    ]
    found = app.run(app.with_options(app.target([project], root=project), select=["ARC001"]), jobs=1, use_cache=False)
    assert {str(f.severity.name) for f in found.findings} == {"ERROR"}
    again = proposed(capsysbinary, project)
    assert again["changes"] == {}
    assert again["contract"] == {"breaking": len(found.findings)}
    init(capsysbinary, project, "--yes", "--style", "clean")
    assert "contracts" not in table(project)


def test_dropped_and_moved_packages(project: Path, capsysbinary: Capture) -> None:
    found = proposed(capsysbinary, project, "--layers", "interface > domain", "--layer", "domain=shop.shared")
    assert found["changes"]["layers"] == {
        "interface": ["shop.presentation"],
        "domain": ["shop.domain", "shop.shared"],
        "cross-cutting": ["shop.infrastructure", "shop.usecase"],
    }


def test_style_none_and_parts_that_are_left(project: Path, capsysbinary: Capture) -> None:
    assert proposed(capsysbinary, project, "--style", "none", "--without", "roots,dialect")["changes"] == {"style": "none"}
    everything = proposed(capsysbinary, project, "--without", "roots,exclude,layers,services,dialect")
    assert everything["changes"] == {}
    more = proposed(capsysbinary, project, "--dialect", "mysql", "--exclude", "old/**", "--service", "shop=src/shop")["changes"]
    assert (more["dialect"], more["exclude"], more["services"]) == ("mysql", ["old/**"], {"shop": "src/shop"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "no terminal to ask on: give --yes, --dry-run or --output-format json"),
        (("--yes", "--style", "clen"), "`clen` is none of auto, clean, layered, none, did you mean `clean`?"),
        (("--yes", "--layers", "interface > domian"), "`domian` is none of"),
        (("--yes", "--layers", "interface > interface"), "names a layer twice"),
        (("--yes", "--style", "clean", "--layers", "domain > interface"), "not the order of the style clean"),
        (("--yes", "--layer", "domain"), "`domain` is no NAME=VALUE"),
        (("--yes", "--layer", "domain=shop.domian"), "matches no module of the program, did you mean `shop.domain`?"),
        (("--yes", "--dialect", "postgress"), "did you mean `postgres`?"),
        (("--yes", "--service", "a=nowhere"), "no Python file lies below `nowhere`"),
        (("--yes", "--without", "everything"), "`everything` is none of"),
        (("--yes", "--no-exclude", "x/**"), "--no-exclude"),
        (("--yes", "--ci", "jenkins"), "`jenkins` is none of github, gitlab"),
        (("--output-format", "yaml", "--yes"), "`yaml` is none of text, json"),
    ],
)
def test_wrong_use_is_told_and_nothing_is_written(
    project: Path, capsysbinary: Capture, arguments: tuple[str, ...], words: str
) -> None:
    before = (project / "pyproject.toml").read_bytes()
    status, out, err = init(capsysbinary, project, *arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert (project / "pyproject.toml").read_bytes() == before


# What is found


def test_excludes_have_a_reason_and_what_the_program_imports_stays(project: Path, capsysbinary: Capture) -> None:
    written(
        project,
        {f"examples/e{i}.py": "" for i in range(3)}
        | {"src/shop/vendor/used.py": "", "third_party/lib[1]/a.py": "", "third_party/lib[1]/q.sql": "SELECT 1;\n"}
        | {"src/shop/shared.py": "from shop.vendor import used\ndef now(): ...\n"}
        | {"src/shop/orders_pb2.py": "", "src/shop/orders_pb2_grpc.py": "from shop import orders_pb2\n"},
    )
    found = proposed(capsysbinary, project)["exclude"]
    assert [(e["pattern"], e["files"]) for e in found] == [
        ("*_pb2.py", 1), ("*_pb2_grpc.py", 1), ("examples/**", 3), ("third_party/**", 2)
    ]  # fmt: skip
    init(capsysbinary, project, "--yes", "--no-exclude", "examples/**")
    assert proposed(capsysbinary, project, "--without", "exclude")["changes"] == {}
    files = app.run(app.target([project], root=project), jobs=1, use_cache=False).completeness
    assert files is not None
    assert (project / "examples").is_dir()


def test_services_are_folders_that_are_built_on_their_own(tmp_path: Path, capsysbinary: Capture) -> None:
    files = {f"{name}/Dockerfile": "FROM python\nCOPY . .\nCMD python main.py\n" for name in ("orders", "users")}
    files |= {f"{name}/main.py": "import psycopg2\n" for name in ("orders", "users")}
    root = written(tmp_path, files)
    assert proposed(capsysbinary, root)["services"] == {"orders": "orders", "users": "users"}


def test_a_database_of_the_tests_settings_is_not_the_programs(project: Path, capsysbinary: Capture) -> None:
    written(project, {f"src/shop/configs/{name}.py": "URL = 'sqlite://'\n" for name in ("testing", "local_settings", "dev")})
    assert proposed(capsysbinary, project)["dialect"]["proposed"] == "postgres"
    written(project, {"src/shop/configs/latest.py": "URL = 'sqlite:///shop.db'\n"})
    assert proposed(capsysbinary, project)["dialect"]["proposed"] is None


def test_several_dialects_are_told_and_none_is_written(project: Path, capsysbinary: Capture) -> None:
    written(project, {"src/shop/other.py": "URL = 'mysql+pymysql://db/shop'\nPROSE = 'see sqlite://'\n"})
    dialect = proposed(capsysbinary, project)["dialect"]
    assert dialect["proposed"] is None
    assert sorted(dialect["found"]) == ["mysql", "postgres"]


# Files as they come


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[tool\n", "not TOML"),
        (b"[tool.archlint\n", "not TOML"),
        (b'name = "\xff"\n', "not UTF-8"),
        (b'[tool.archlint]\nstil = "clean"\n', "unknown key `stil`"),
        (b"tool = 7\n", "must be a table"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_left(project: Path, capsysbinary: Capture, data: bytes, words: str) -> None:
    (project / "pyproject.toml").write_bytes(data)
    status, out, err = init(capsysbinary, project, "--yes")
    assert (status, out) == (2, "")
    assert words in err
    assert "archlint itself failed" not in err
    assert (project / "pyproject.toml").read_bytes() == data


def test_a_read_only_file_and_a_link_out_of_the_project_are_left(project: Path, tmp_path: Path, capsysbinary: Capture) -> None:
    config = project / "pyproject.toml"
    config.chmod(0o444)
    assert "is read-only" in init(capsysbinary, project, "--yes")[2]
    assert config.read_text() == PROJECT
    config.unlink()
    outside = tmp_path / "outside.toml"
    outside.write_text(PROJECT)
    config.symlink_to(outside)
    status, _, err = init(capsysbinary, project, "--yes")
    assert status == 2
    assert "a link out of the project" in err
    assert outside.read_text() == PROJECT


def test_a_pipe_in_the_configurations_place_is_refused_and_not_waited_for(project: Path, capsysbinary: Capture) -> None:
    (project / "pyproject.toml").unlink()
    os.mkfifo(project / "pyproject.toml")
    status, _, err = init(capsysbinary, project, "--yes")
    assert (status, err) == (2, "error: pyproject.toml: no regular file\n")


def test_a_link_inside_the_project_stays_one(project: Path, capsysbinary: Capture) -> None:
    (project / "config").mkdir()
    (project / "pyproject.toml").rename(project / "config/real.toml")
    (project / "pyproject.toml").symlink_to("config/real.toml")
    assert init(capsysbinary, project, "--yes")[0] == 0
    assert (project / "pyproject.toml").is_symlink()
    assert table(project)["style"] == "clean"


def test_names_that_are_none_of_pythons_are_shown_harmlessly(tmp_path: Path, capsysbinary: Capture) -> None:
    odd = ["[bold]x[/bold]", 'quo"te', "new\nline", "es\x1b[31mc", "d.o.t", "naïve", "st*r", "{{x}}"]
    files = {f"{name}/Dockerfile": "FROM python\n" for name in odd} | {f"{name}/domain/a.py": "" for name in odd}
    files |= {f"{name}/infrastructure/b.py": "from ..domain import a\n" for name in odd}
    files |= {f"vendor/{name}/c.py": "" for name in odd}
    root = written(tmp_path / "hostile", files)
    status, out, err = init(capsysbinary, root, "--dry-run")
    assert status == 0
    assert "\x1b" not in out + err
    assert "[bold]x[/bold]" in err
    before = layer_findings(root)
    assert init(capsysbinary, root, "--yes")[0] == 0
    assert layer_findings(root) == before
    assert "Nothing changed" in init(capsysbinary, root, "--yes")[2]


# Baseline, pre-commit, CI


def test_the_baseline_lists_what_is_found_today(project: Path, capsysbinary: Capture) -> None:
    assert init(capsysbinary, project, "--yes", "--baseline")[0] == 0
    listed = json.loads((project / "archlint-baseline.json").read_text())["files"]
    assert {entry["rule"] for entries in listed.values() for entry in entries} >= {"ARC001"}
    before = (project / "archlint-baseline.json").read_bytes()
    assert "is there already" in init(capsysbinary, project, "--yes", "--baseline")[2]
    assert (project / "archlint-baseline.json").read_bytes() == before


def test_the_hook_and_the_job(project: Path, capsysbinary: Capture) -> None:
    written(project, {".pre-commit-config.yaml": "repos: []\n", ".gitlab-ci.yml": "stages: [test]\n"})
    _, _, err = init(capsysbinary, project, "--yes", "--pre-commit", "--ci", "gitlab")
    assert "cannot be changed by adding lines alone" in err
    assert "      entry: archlint check" in err
    assert ".gitlab-ci.yml: is there already; add this job" in err
    assert (project / ".pre-commit-config.yaml").read_text() == "repos: []\n"
    (project / ".gitlab-ci.yml").unlink()
    (project / ".pre-commit-config.yaml").unlink()
    init(capsysbinary, project, "--yes", "--pre-commit", "--ci", "gitlab")
    assert "archlint check" in (project / ".gitlab-ci.yml").read_text()
    assert "id: archlint" in (project / ".pre-commit-config.yaml").read_text()
    again = init(capsysbinary, project, "--yes", "--pre-commit", "--ci", "gitlab")[2]
    assert "has the hook already" in again
    assert "runs archlint already" in again


def test_killed_at_any_moment_the_file_is_old_or_new(project: Path) -> None:
    config = project / "pyproject.toml"
    command = [sys.executable, "-m", "archlint", "init", "--root", str(project), "--yes", "--jobs", "1"]
    for pause in (0.3, 0.6, 0.9, 1.2, 1.5):
        config.write_text(PROJECT)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=pause)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        text = config.read_text()
        assert text == PROJECT or (text.startswith(PROJECT) and table(project)["layers"] == LAYERS)
