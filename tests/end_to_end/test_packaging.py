"""Wheel, sdist and editable install carry the rules."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from archlint.adapters.resources import rule_documents, rules_dir

ROOT = Path(__file__).parents[2]
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
    assert documents_of(build("wheel", source, tmp_path / "wheel")) == documents_of(wheel)
    assert not (source / "tests").exists()


def test_a_checkout_finds_the_rules_beside_it() -> None:
    assert rules_dir() == ROOT / "rules"
    assert sorted(rule_documents()) == DOCUMENTS
