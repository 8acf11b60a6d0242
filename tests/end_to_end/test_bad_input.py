"""Hostile and broken input: a clear finding, never a traceback, and never green on nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archlint.adapters.disk import DiskFiles
from archlint.adapters.processes import InProcess
from archlint.adapters.store import NoStore
from archlint.app import tool
from archlint.engine.analyse import analyse
from archlint.engine.status import exit_status
from archlint.facts.findings import Finding, Report
from archlint.facts.settings import Settings
from archlint.testing import analyse_files


def run_findings(report: Report) -> list[tuple[str, str, int]]:
    return [(f.rule, f.location.path, f.location.line) for f in report.active if f.rule.startswith("RUN")]


def only(report: Report) -> Finding:
    (finding,) = (f for f in report.active if f.rule.startswith("RUN"))
    return finding


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        pytest.param(b"\x7fELF\x02\x01\x00\x00\xff\xfe", "RUN001", 1, id="binary"),
        pytest.param(b"x = 1\n\x00\n", "RUN001", 1, id="NUL"),
        pytest.param(b"x = '\xe9'\n", "RUN001", 1, id="latin-1 with no cookie"),
        pytest.param(b"# coding: klingon\nx = 1\n", "RUN001", 1, id="unknown encoding"),
        pytest.param("x = 1\n".encode("utf-16"), "RUN001", 1, id="UTF-16"),
        pytest.param(b"x = 1\nprint 'hello'\n", "RUN002", 2, id="Python 2"),
        pytest.param(b"def f(:\n    pass\n", "RUN002", 1, id="a syntax error"),
        pytest.param(b"if x:\n\ty\n        z\n", "RUN002", 2, id="tabs and blanks mixed"),
        pytest.param(b"x = " + b"(" * 3000 + b")" * 3000, "RUN006", 1, id="brackets nested too deep"),
        pytest.param(b"x = a" + b".b()" * 5000, "RUN006", 1, id="a chain too long"),
    ],
)
def test_a_file_that_cannot_be_understood_is_a_finding(data: bytes, rule: str, line: int) -> None:
    report = analyse_files({"a.py": data, "b.py": "x = 1\n"})
    finding = only(report)
    assert (finding.rule, finding.location.path) == (rule, "a.py")
    assert abs(finding.location.line - line) <= 1
    assert report.completeness.failed == ("a.py",)
    assert report.completeness.read == 1
    assert exit_status(report) == exit_status(report, exit_zero=True) == 2


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbfx = 1\r\n", id="BOM and CRLF"),
        pytest.param(b"# coding: latin-1\nx = '\xe9'\n", id="a cookie"),
        pytest.param(b"x = 1\x0c\ny = 2\r", id="form feed and CR"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\n\n\n", id="blank"),
        pytest.param("café = '\U0001f600'\n".encode(), id="astral"),
        pytest.param(b"try:\n    x\nexcept A, B:\n    pass\n", id="PEP 758"),
        pytest.param(b"type A[T] = list[T]\ndef f[T](x: T) -> T: return x\n", id="PEP 695"),
        pytest.param(b"x = f'{f'{a['b']}'}'\n", id="PEP 701"),
        pytest.param(b"x = t'{a}'\n", id="PEP 750"),
    ],
)
def test_what_is_python_is_read(data: bytes) -> None:
    report = analyse_files({"a.py": data})
    assert run_findings(report) == []
    assert report.completeness.read == 1


@pytest.mark.parametrize("data", [b"SELECT '\xe9'", b"SELECT\x00 1"])
def test_sql_that_is_no_text_is_a_finding(data: bytes) -> None:
    report = analyse_files({"a.sql": data, "b.py": "x = 1\n"})
    assert run_findings(report) == [("RUN001", "a.sql", 1)]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="an empty folder"),
        pytest.param({"README.md": "# nothing", "src/main.rs": "fn main() {}"}, id="no Python"),
        pytest.param({".venv/lib/a.py": "x = 1"}, id="only what is left out"),
        pytest.param({"notes.ipynb": "{}"}, id="only a notebook"),
    ],
)
def test_a_run_that_looked_at_nothing_is_not_green(files: dict[str, str]) -> None:
    report = analyse_files(files)
    assert [rule for rule, _, _ in run_findings(report)] == ["RUN003"]
    assert exit_status(report) == 2


def test_a_source_root_that_is_not_there_is_not_green() -> None:
    files = {"src/shop/a.py": "x = 1\n", "pyproject.toml": '[tool.archlint]\nroots = ["scr"]\n'}
    finding = only(analyse_files(files))
    assert (finding.rule, finding.message) == ("RUN003", "source root `scr` in the configuration holds no Python file")


@pytest.mark.parametrize("root", [".", "src/shop"])
def test_a_violation_below_the_wrong_root_is_not_green(root: str) -> None:
    files = {
        "src/shop/domain/order.py": "from shop.infrastructure.db import rows\n",
        "src/shop/infrastructure/db.py": "rows = 1\n",
        "pyproject.toml": f'[tool.archlint]\nroots = ["{root}"]\n',
    }
    report = analyse_files(files)
    assert run_findings(report) == [("RUN003", "pyproject.toml", 1)]
    assert exit_status(report) == 2
    right = analyse_files({**files, "pyproject.toml": '[tool.archlint]\nroots = ["src"]\n'})
    assert [finding.rule for finding in right.active] == ["ARC001"]


CONTRACT = """\
[tool.archlint]
[[tool.archlint.contracts]]
name = "inward"
kind = "layers"
layers = ["shop.web", "shop.domian"]
[[tool.archlint.contracts]]
name = "apart"
kind = "forbidden"
source = ["shop.web"]
forbidden = ["shop.domain"]
allow = [{importer = "shop.web.x", imported = "shop.domain.y", reason = "gone"}]
"""


def test_contracts_that_mean_nothing_are_findings_at_their_words() -> None:
    files = {"shop/web/a.py": "import os\n", "shop/domain/b.py": "x = 1\n", "pyproject.toml": CONTRACT}
    report = analyse_files(files)
    assert run_findings(report) == [("RUN004", "pyproject.toml", 5), ("RUN009", "pyproject.toml", 11)]
    assert exit_status(report) == 2


def test_a_layer_of_the_configuration_that_means_nothing_is_a_finding() -> None:
    files = {"shop/a.py": "x = 1\n", "pyproject.toml": '[tool.archlint.layers]\ndomain = ["shop.core"]\n'}
    assert run_findings(analyse_files(files)) == [("RUN004", "pyproject.toml", 2)]


def test_a_src_layout_with_a_namespace_package_is_seen_whole() -> None:
    report = analyse_files({"src/shop/web/a.py": "from shop.domain import b\n", "src/shop/domain/b.py": "x = 1\n"})
    assert report.completeness.import_edges == 1


def test_routes_are_counted_so_that_a_framework_nobody_knows_is_seen() -> None:
    views = "def orders():\n    return []\n"
    known = "import flask\nfrom shop.views import orders\napp = flask.Flask(__name__)\napp.route('/orders')(orders)\n"
    assert analyse_files({"shop/views.py": views, "shop/app.py": known}).completeness.routes == 1
    unknown = "import nobody\nfrom shop.views import orders\nnobody.App().answer('/orders', orders)\n"
    assert analyse_files({"shop/views.py": views, "shop/app.py": unknown}).completeness.routes == 0


def test_links_and_odd_files_on_disk_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "passwd.py").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("def f(:\n")
    report = analyse(DiskFiles(tmp_path), NoStore(), InProcess(), tool(), settings=Settings(), today="2026-01-15")
    assert report.completeness.skipped == {
        "link inside the project": 1,
        "link out of the project": 1,
        "no regular file": 1,
    }
    assert [rule for rule, _, _ in run_findings(report)] == ["RUN002"]


def test_a_file_that_goes_away_or_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.py").write_text("x = 1\n")

    class Fleeting(DiskFiles):
        def read(self, path: str) -> bytes:
            if path == "b.py":
                raise PermissionError(13, "Permission denied")
            return super().read(path)

    report = analyse(Fleeting(tmp_path), NoStore(), InProcess(), tool(), settings=Settings(), today="2026-01-15")
    assert only(report).message == "`b.py` cannot be read: Permission denied"


def test_everything_below_the_root_is_accounted_for(tmp_path: Path) -> None:
    for number in range(30):
        folder = tmp_path / f"p{number % 4}/q{number % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"m{number}.py").write_text("def f(:\n" if number % 7 == 0 else "x = 1\n")
    (tmp_path / ".gitignore").write_text("m1*.py\n")
    report = analyse(DiskFiles(tmp_path), NoStore(), InProcess(), tool(), settings=Settings(), today="2026-01-15")
    looked = report.completeness
    independent = sum(name.endswith(".py") for _, _, names in os.walk(tmp_path) for name in names)
    assert looked.read + sum(looked.skipped.values()) + len(looked.failed) == independent
