"""What runs over real projects looked at and found, as a Markdown table.

    python benchmarks/projects.py CORPUS REPORTS COMMITS

CORPUS holds the checkouts, REPORTS `<folder>.json` for each (as `archlint check --output-format json` writes them),
COMMITS a line `<folder> <repository> <commit>` for each.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path


def lines_of(folder: Path) -> int:
    """Lines of all Python files, tests and migrations included."""
    return sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py") if path.is_file())


def row(corpus: Path, reports: Path, folder: str, repository: str, commit: str) -> str:
    """One project's cells; findings at low confidence are notes and counted apart."""
    report = json.loads((reports / f"{folder}.json").read_text("utf-8"))
    looked = report["completeness"]
    certain = Counter(f["rule"] for f in report["findings"] if f["confidence"] != "low")
    low = sum(f["confidence"] == "low" for f in report["findings"])
    found = ", ".join(f"{rule} {number}" for rule, number in sorted(certain.items())) or "none"
    calls, sql = looked["calls"], looked["sql_statements"]
    cells = [
        repository,
        commit[:12],
        f"{lines_of(corpus / folder):,}",
        f"{looked['read']:,}",
        str(len(looked["failed"])),
        f"{sql['parsed']:,} / {sql['not_parsed']:,}",
        f"{calls['resolved'] / calls['all']:.0%}" if calls["all"] else "-",
        found + (f"; {low} low" if low else ""),
    ]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    corpus, reports, commits = map(Path, sys.argv[1:4])
    print("| repository | commit | lines | files read | failed | SQL parsed / not | calls resolved | findings |")
    print("|---|---|---|---|---|---|---|---|")
    for line in sorted(commits.read_text("utf-8").splitlines()):
        folder, repository, commit = line.split()
        if (reports / f"{folder}.json").is_file():
            print(row(corpus, reports, folder, repository, commit))


if __name__ == "__main__":
    main()
