"""Draw findings to be read by a person: the same pseudo-random ones in every run, spread over projects.

    python benchmarks/sample_findings.py REPORTS --rule PRF001 [--count 30] [--per-project 5] [--projects a b]

REPORTS holds `<project>.json` as `archlint check --output-format json` writes them.  Findings at low confidence are
notes that fail no run, and are left out.  The rows carry no verdict: a person reads the code and writes one into
`benchmarks/labels/precision/<rule>.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path
from typing import Any


def draw(reports: Path, rule: str, count: int, per_project: int, projects: list[str], seed: int) -> list[dict[str, Any]]:
    """`count` findings or all there are, taken from the projects in turn."""
    pools = []
    for path in sorted(reports.glob("*.json")):
        if projects and path.stem not in projects:
            continue
        found = [f for f in json.loads(path.read_text("utf-8"))["findings"] if f["rule"] == rule and f["confidence"] != "low"]
        random.Random(f"{seed}/{rule}/{path.stem}").shuffle(found)
        pools.append([(path.stem, finding) for finding in found[:per_project]])
    drawn: list[dict[str, Any]] = []
    while len(drawn) < count and any(pools):
        for pool in pools:
            if pool and len(drawn) < count:
                project, finding = pool.pop()
                place = finding["location"]
                drawn.append({"project": project, "file": place["path"], "line": place["line"], "finding": finding})
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", type=Path)
    parser.add_argument("--rule", required=True)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--per-project", type=int, default=5)
    parser.add_argument("--projects", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=20261121)
    args = parser.parse_args()
    for row in draw(args.reports, args.rule, args.count, args.per_project, args.projects, args.seed):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
