"""The same report, byte for byte: any order of files, any number of workers, a cold or a warm cache."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from archlint.adapters import resources
from archlint.adapters.disk import DiskFiles
from archlint.adapters.installed import installed_version
from archlint.adapters.processes import InProcess, Processes
from archlint.adapters.store import NoStore, SqliteStore
from archlint.app import target, tool
from archlint.engine.analyse import analyse
from archlint.facts.findings import Report
from archlint.facts.settings import Settings
from archlint.ports import FactStore, FileEntry, Workers

STOREFRONT = Path(__file__).parents[2] / "examples/storefront"
TODAY = "2026-01-15"


class Shuffled(DiskFiles):
    """The tree in another order."""

    def __init__(self, root: Path, seed: int) -> None:
        super().__init__(root)
        self._random = random.Random(seed)

    def walk(self, enter: Callable[[str], bool]) -> Iterator[FileEntry]:
        entries = list(super().walk(enter))
        self._random.shuffle(entries)
        yield from entries


def report(
    root: Path, store: FactStore | None = None, workers: Workers | None = None, files: DiskFiles | None = None
) -> Report:
    tree = files or DiskFiles(root)
    return analyse(tree, store or NoStore(), workers or InProcess(), tool(), settings=Settings(), today=TODAY)


def bytes_of(found: Report) -> bytes:
    return msgspec.json.encode(found)


@pytest.fixture(scope="module")
def expected() -> bytes:
    return bytes_of(report(STOREFRONT))


def test_the_order_of_files_does_not_matter(expected: bytes) -> None:
    for seed in (1, 2):
        assert bytes_of(report(STOREFRONT, files=Shuffled(STOREFRONT, seed))) == expected


def test_the_number_of_workers_does_not_matter(expected: bytes) -> None:
    assert bytes_of(report(STOREFRONT, workers=Processes(2, worth=1))) == expected


def test_a_warm_cache_says_the_same(expected: bytes, tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "cache")
    assert bytes_of(report(STOREFRONT, store)) == expected
    assert bytes_of(report(STOREFRONT, store)) == expected


def test_after_a_change_a_warm_cache_says_what_a_cold_one_says(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(STOREFRONT, root, ignore=shutil.ignore_patterns(".archlint_cache"))
    store = SqliteStore(tmp_path / "cache")
    report(root, store)
    changed = next(path for path in sorted(root.rglob("*.py")) if path.stat().st_size > 500)
    changed.write_text("\n\n" + changed.read_text())
    (root / "src/storefront/new_module.py").write_text("x = 1\n")
    assert bytes_of(report(root, store)) == bytes_of(report(root))


def test_facts_are_kept_by_content_not_by_name(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.py").write_text("x = 1\n")

    class Counting(InProcess):
        parsed = 0

        def map(self, function, items, *others):  # type: ignore[no-untyped-def]
            Counting.parsed += len(items)
            return super().map(function, items, *others)

    store = SqliteStore(tmp_path / "cache")
    report(root, store, Counting())
    (root / "a.py").rename(root / "b.py")
    report(root, store, Counting())
    assert Counting.parsed == 1


def test_a_report_is_forgotten_when_a_suppression_in_it_expires(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    comment = "# archlint: ignore[RUN999] why until 2026-02-01"
    (root / "a.py").write_text(f"x = 1  {comment}\n")
    store = SqliteStore(tmp_path / "cache")

    def messages(today: str) -> list[str]:
        found = analyse(DiskFiles(root), store, InProcess(), tool(), settings=Settings(), today=today)
        return [f.message for f in found.findings]

    before = messages("2026-01-15")
    assert messages("2026-02-01") == before
    assert messages("2026-02-02") != before
    assert messages("2026-01-15") == before


IMPORTS = """
import sys
from pathlib import Path
from archlint import app
app.run(app.target([Path(sys.argv[1])]), jobs=1)
print(sorted({name.partition('.')[0] for name in sys.modules} & {'libcst', 'sqlglot', 'rich', 'typer'}))
"""


def test_a_run_with_nothing_changed_imports_no_parser(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(STOREFRONT, root, ignore=shutil.ignore_patterns(".archlint_cache"))
    runs = [
        subprocess.run([sys.executable, "-c", IMPORTS, str(root)], check=True, capture_output=True, text=True).stdout.strip()
        for _ in range(2)
    ]
    assert "libcst" in runs[0]
    assert runs[1] == "[]"


SAID = """
import sys, msgspec
from pathlib import Path
from archlint import app
found = app.run(app.target([Path(sys.argv[1])]), jobs=1, use_cache=False)
sys.stdout.buffer.write(msgspec.json.encode(found))
"""


def test_hash_seeds_do_not_matter() -> None:
    said = []
    for seed in ("1", "2"):
        command = [sys.executable, "-c", SAID, str(STOREFRONT)]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        said.append(subprocess.run(command, check=True, capture_output=True, env=environment).stdout)
    assert said[0] == said[1]


def test_a_finding_in_the_configuration_moves_with_its_lines(tmp_path: Path) -> None:
    contract = "[[tool.archlint.contracts]]\nname = 'Down'\nkind = 'layers'\nlayers = ['a', 'nowhere']\n"
    (tmp_path / "a.py").write_text("x = 1\n")
    store = SqliteStore(tmp_path / "cache")

    def line() -> list[int]:
        found = target([tmp_path], root=tmp_path).settings
        report = analyse(DiskFiles(tmp_path), store, InProcess(), tool(), settings=found, today=TODAY)
        return [f.location.line for f in report.findings if f.rule == "RUN004"]

    (tmp_path / "pyproject.toml").write_text(contract)
    assert line() == line() == [4]
    (tmp_path / "pyproject.toml").write_text("# one line\n" + contract)
    assert line() == line() == [5]


@pytest.mark.parametrize("part", ["PyYAML", "libcst", "sqlglot"])
def test_another_parser_is_another_fingerprint(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    before = resources.parser_fingerprint(), resources.program_fingerprint()
    monkeypatch.setattr(resources, "installed_version", lambda name: "another" if name == part else installed_version(name))
    monkeypatch.setattr(resources, "parser_fingerprint", resources.parser_fingerprint.__wrapped__)
    after = resources.parser_fingerprint(), resources.program_fingerprint.__wrapped__()
    assert before[0] != after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize("document", ["sql/select_star.yaml", "knowledge/redis.yaml", "checklist.yaml", "new/rule.yaml"])
def test_another_rule_document_is_another_program(monkeypatch: pytest.MonkeyPatch, document: str) -> None:
    before = resources.program_fingerprint()
    documents = {**resources.rule_documents(), document: b"other: true\n"}
    monkeypatch.setattr(resources, "rule_documents", lambda: documents)
    assert resources.program_fingerprint.__wrapped__() != before
