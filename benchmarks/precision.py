"""The precision of each rule on the findings that people have read, with its 95% interval (Wilson).

    python benchmarks/precision.py [--round 2]

Reads `benchmarks/labels/precision/*.jsonl`: repository, commit, file, line, rule, verdict (true, false, null for
undecided), round (1: projects the rule was developed on; 2: projects not used before), reason.  Undecided ones count
neither way.  Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from math import sqrt
from pathlib import Path
from typing import Any

LABELS = Path(__file__).parent / "labels" / "precision"
_Z = 1.959964  # the normal quantile of a two-sided 95% interval


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The interval's ends (E. B. Wilson, 1927)."""
    if not trials:
        return 0.0, 1.0
    share, square = successes / trials, _Z * _Z / trials
    middle = (share + square / 2) / (1 + square)
    half = _Z * sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def rows() -> list[dict[str, Any]]:
    """All labels, in the order of the files."""
    return [
        json.loads(line) for path in sorted(LABELS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines() if line
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--round", type=int, default=0, help="only this round; default: all")
    chosen = parser.parse_args().round
    by_rule: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows():
        if chosen in (0, row["round"]):
            by_rule[row["rule"]].append(row)
    print("| rule | read | projects | true | false | undecided | precision | 95% interval |")
    print("|---|---|---|---|---|---|---|---|")
    for rule, read in sorted(by_rule.items()):
        true = sum(row["verdict"] is True for row in read)
        false = sum(row["verdict"] is False for row in read)
        low, high = wilson(true, true + false)
        share = f"{true / (true + false):.2f}" if true + false else "-"
        projects = len({row["repository"] for row in read})
        undecided = len(read) - true - false
        print(f"| {rule} | {len(read)} | {projects} | {true} | {false} | {undecided} | {share} | {low:.2f} to {high:.2f} |")


if __name__ == "__main__":
    main()
