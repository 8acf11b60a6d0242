"""Wheel, sdist and editable install carry the rules and the report's page."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from archlint.adapters.resources import rule_documents, rules_dir

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.name for path in (ROOT / "src/archlint/report/pages").iterdir())
DOCUMENTS = sorted(path.relative_to(ROOT / "rules").as_posix() for path in (ROOT / "rules").rglob("*.yaml"))


def build(what: str, source: Path, target: Path) -> Path:
    command = [sys.executable, "-m", "build", f"--{what}", "--no-isolation", "--outdir", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (made,) = target.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def documents_of(wheel: Path) -> list[str]:
    prefix = "archlint/rules/"
    return sorted(
        n.removeprefix(prefix) for n in zipfile.ZipFile(wheel).namelist() if n.startswith(prefix) and n.endswith(".yaml")
    )


def test_the_wheel_carries_every_document_and_its_types(wheel: Path) -> None:
    assert documents_of(wheel) == DOCUMENTS
    names = zipfile.ZipFile(wheel).namelist()
    assert "archlint/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def pages_of(wheel: Path) -> list[str]:
    prefix = "archlint/report/pages/"
    return sorted(n.removeprefix(prefix) for n in zipfile.ZipFile(wheel).namelist() if n.startswith(prefix))


def test_the_wheel_carries_the_page_and_renders_it(wheel: Path, tmp_path: Path) -> None:
    assert pages_of(wheel) == PAGES
    assert {"page.css", "page.js", "graph.html", "report.html"} <= set(PAGES)
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    (tmp_path / "shop.py").write_text("x = 1\n")
    command = [sys.executable, "-m", "archlint", "check", ".", "--output-format", "html", "--no-cache", "--exit-zero"]
    environment = {"PYTHONPATH": str(tmp_path / "site")}
    page = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=tmp_path).stdout
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>\n")


def test_the_installed_wheel_finds_its_rules(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = "from archlint.adapters.resources import rules_dir, rule_documents; print(rules_dir(), len(rule_documents()))"
    command = [sys.executable, "-c", code]
    environment = {"PYTHONPATH": str(tmp_path / "site")}
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=tmp_path).stdout
    assert said.split() == [str(tmp_path / "site/archlint/rules"), str(len(DOCUMENTS))]


def test_the_sdist_carries_all_that_the_wheel_is_built_from(wheel: Path, tmp_path: Path) -> None:
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    again = build("wheel", source, tmp_path / "wheel")
    assert documents_of(again) == documents_of(wheel)
    assert pages_of(again) == PAGES
    assert not (source / "tests").exists()


def test_a_checkout_finds_the_rules_beside_it() -> None:
    assert rules_dir() == ROOT / "rules"
    assert sorted(rule_documents()) == DOCUMENTS
