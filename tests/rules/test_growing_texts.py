"""A text that grows in many branches may be made in more ways than anybody can count: it is read to the end all the same."""

from __future__ import annotations

from archlint.testing import analyse_files


def test_a_statement_that_grows_in_many_branches_ends() -> None:
    branches = [
        line for i in range(30) for line in (f"    if a > {i}:", "        q += str(a)", "    else:", f"        q += ' x{i}'")
    ]
    code = "\n".join(
        ["import sqlite3", "", "def f(a, conn: sqlite3.Connection):", "    q = 'SELECT 1'", *branches, "    conn.execute(q)"]
    )
    report = analyse_files({"shop.py": code})
    assert not [finding for finding in report.findings if finding.rule == "RUN005"]
