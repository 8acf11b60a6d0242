"""`archlint graph` as its users meet it: formats, exit statuses, wrong use in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archlint.cli.root import run

FILES = {
    "archlint.toml": '[[contracts]]\nname = "Down"\nkind = "layers"\nlayers = ["shop.api", "shop.model"]\n',
    "shop/__init__.py": "",
    "shop/api.py": "import shop.model\n",
    "shop/model.py": "def f():\n    from shop import api\n",
    "shop/other.py": "from shop import model\n",
    "tests/test_shop.py": "import shop.api\n\ndef test_it(): ...\n",
}
Capture = pytest.CaptureFixture[bytes]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def graph(capture: Capture, *arguments: str | Path) -> tuple[int, str, str]:
    status = run(["graph", *map(str, arguments), "--jobs", "1"])
    out, err = capture.readouterr()
    return status, out.decode(), err.decode()


def test_the_drawing_is_all_of_standard_output(project: Path, capsysbinary: Capture) -> None:
    status, out, err = graph(capsysbinary, project)
    assert (status, err) == (0, "")
    assert out.startswith("flowchart TD\n")
    assert '==>|"ARC001"|' in out
    assert "test_shop" not in out


def test_the_same_with_and_without_the_cache(project: Path, capsysbinary: Capture) -> None:
    first, second, third = (graph(capsysbinary, project, *more)[1] for more in ((), (), ("--no-cache",)))
    assert first == second == third


@pytest.mark.parametrize(
    ("name", "start"), [("g.mmd", "flowchart"), ("g.gv", "digraph"), ("g.json", "{"), ("g.txt", "flowchart")]
)
def test_the_name_of_the_file_says_its_format(project: Path, capsysbinary: Capture, name: str, start: str) -> None:
    file = project / name
    assert graph(capsysbinary, project, "--output-file", file) == (0, "", "")
    assert file.read_text("utf-8").startswith(start)


def test_paths_say_what_is_drawn(project: Path, capsysbinary: Capture) -> None:
    status, out, _ = graph(capsysbinary, project / "shop/model.py", project / "shop/other.py", "--format", "json")
    document = json.loads(out)
    assert status == 0
    assert [module["name"] for module in document["modules"]] == ["shop.model", "shop.other"]
    assert [edge["importer"] for edge in document["edges"]] == ["shop.other"]


def test_everything_is_drawn_when_it_is_asked_for(project: Path, capsysbinary: Capture) -> None:
    assert "test_shop" in graph(capsysbinary, project, "--all")[1]


def test_layers_and_packages(project: Path, capsysbinary: Capture) -> None:
    assert 'subgraph f0["shop.api"]' in graph(capsysbinary, project, "--layers")[1]
    assert '"shop<br/>' in graph(capsysbinary, project, "--depth", "1")[1]
    assert "other" not in graph(capsysbinary, project, "--package", "shop.api")[1]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--format", "mermaide"), "--format: `mermaide` is none of mermaid, dot, html, json, did you mean `mermaid`?"),
        (("--package", "shop.apy"), "--package: no module to draw is in `shop.apy`, did you mean `shop.api`?"),
        (("--format", "json", "--depth", "2"), "JSON has every module with its layer: --depth and --layers are for drawings"),
    ],
)
def test_wrong_use_is_one_line(project: Path, capsysbinary: Capture, arguments: tuple[str, ...], error: str) -> None:
    assert graph(capsysbinary, project, *arguments) == (2, "", f"error: {error}\n")


def test_there_must_be_something_to_draw(tmp_path: Path, capsysbinary: Capture) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text("def test_a(): ...\n")
    assert graph(capsysbinary, "--root", tmp_path) == (
        2, "", "error: there is no module to draw (--all draws tests, migrations and scripts too)\n"
    )  # fmt: skip
    assert graph(capsysbinary, "--root", tmp_path, "--all")[0] == 0
    assert graph(capsysbinary, "--root", tmp_path, "--all", "--layers") == (
        2, "", "error: --layers: this project has no layers; `archlint init` proposes some\n"
    )  # fmt: skip


def test_what_is_missing_in_the_drawing_is_said(project: Path, capsysbinary: Capture) -> None:
    (project / "shop/broken.py").write_text("def (:\n")
    status, out, err = graph(capsysbinary, project)
    assert status == 2
    assert out.startswith("flowchart TD\n")
    assert err.startswith("shop/broken.py: RUN002 ")
