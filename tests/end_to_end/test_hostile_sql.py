"""SQL as large and as strange as projects have it: dumps, copied rows, long histories, routines in other languages."""

from __future__ import annotations

import pytest

from archlint.facts.findings import Report
from archlint.facts.settings import Settings
from archlint.testing import analyse_files

_ROWS = "".join(f"{row}\tname {row}\tit's; SELECT * FROM other\\n\n" for row in range(20_000))


def read(files: dict[str, bytes | str]) -> Report:
    return analyse_files({**files, "a.py": "x = 1\n"}, Settings(select=("SQL001",)))


def run_findings(report: Report) -> list[tuple[str, str]]:
    return [(f.rule, f.location.path) for f in report.active if f.rule.startswith("RUN")]


def stars(report: Report) -> list[int]:
    return [f.location.line for f in report.active if f.rule == "SQL001"]


def test_copied_rows_are_passed_over_and_what_follows_is_read() -> None:
    dump = f"CREATE TABLE t (id bigint PRIMARY KEY);\nCOPY t (id, name, note) FROM stdin;\n{_ROWS}\\.\nSELECT * FROM t;\n"
    report = read({"dump.sql": dump})
    assert run_findings(report) == []
    assert stars(report) == [dump.count("\n")]
    assert report.completeness.statements == 3


def test_a_statement_of_rows_beyond_the_bound_is_listed_and_what_follows_is_read() -> None:
    rows = ",\n".join(f"({row}, 'a name')" for row in range(20_000))
    report = read({"dump.sql": f"INSERT INTO t (id, name) VALUES {rows};\nSELECT * FROM t;\n"})
    assert run_findings(report) == []
    assert stars(report) == [20_001]
    assert report.completeness.statements == 1
    assert list(report.completeness.statements_refused) == ["longer than 200000 characters"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(b"-- a line of a dump\n" * 260_000, "RUN006", id="more than 5 MB"),
        pytest.param(b"PGDMP\x01\x0e\x00\x04\x08" + bytes(range(256)) * 400, "RUN001", id="a binary dump"),
        pytest.param(b"SQLite format 3\x00" + bytes(4096), "RUN001", id="a database's own file"),
    ],
)
def test_what_is_no_statements_is_a_finding(data: bytes, rule: str) -> None:
    report = read({"dump.sql": data})
    assert run_findings(report) == [(rule, "dump.sql")]


@pytest.mark.parametrize("language", ["plpython3u", "plperl", "plv8", "pltcl"])
def test_routines_in_other_languages_are_left_alone(language: str) -> None:
    body = "const rows = plv8.execute('SELECT * FROM t'); if (rows) { return \"it's\"; }"
    text = f"CREATE FUNCTION f() RETURNS int LANGUAGE {language} AS $f$\n{body}\n$f$;\nSELECT * FROM t;\n"
    report = read({"f.sql": text})
    assert run_findings(report) == []
    assert stars(report) == [4]


def test_deep_nesting_costs_its_statement_and_no_other() -> None:
    deep = "SELECT " + "(" * 5_000 + "1" + ")" * 5_000 + ";\nSELECT * FROM t;\n"
    report = read({"deep.sql": deep})
    assert run_findings(report) == []
    assert stars(report) == [2]
    assert list(report.completeness.statements_refused) == ["parentheses nest deeper than 100"]


def test_a_migration_of_ten_thousand_lines_of_sql() -> None:
    lines = [f"ALTER TABLE t{row % 50} ADD COLUMN c{row} integer;" for row in range(10_000)]
    made = [f"CREATE TABLE t{table} (id bigint PRIMARY KEY);" for table in range(50)]
    report = read({"migrations/001.sql": "\n".join([*made, *lines, "SELECT * FROM t1;"])})
    assert run_findings(report) == []
    assert stars(report) == [10_051]
    assert report.completeness.statements == 10_051


def test_a_revision_of_ten_thousand_lines() -> None:
    head = "from alembic import op\nimport sqlalchemy as sa\n\nrevision = 'a'\ndown_revision = None\n\n\ndef upgrade():\n"
    steps = [f"    op.execute('UPDATE t SET a = {row} WHERE id = {row}')" for row in range(10_000)]
    text = head + "\n".join([*steps, "    op.execute('DELETE FROM t')"]) + "\n"
    report = read({"alembic/versions/a.py": text})
    assert run_findings(report) == []
    assert report.completeness.statements == 10_001
