"""The precision of each rule on the findings that people have read, with its 95% interval (Wilson).

    python benchmarks/precision.py [--round 6] [--reports REPORTS --commits COMMITS]

Reads `benchmarks/labels/precision/*.jsonl`: repository, commit, file, line, rule, verdict (true, false, null for
undecided), round, reason.  Round 1 was read on projects that the rule was developed on; each later one on projects that
were new to it at that time, and its faults were mended before the next; round 6 on projects that nobody had used, with
the version that stands here.  A place that was read twice counts once, as false if one reader says so; undecided ones
count neither way; rows with `"drawn": false` were read besides a round's sample, and count only over all rounds.
Given reports of this version (`<folder>.json`; COMMITS as for `projects.py`), only places that it still reports count.
Prints a Markdown table.
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


def _is_of(row: dict[str, Any], wanted: int) -> bool:
    return bool(row["round"] == wanted and row.get("drawn", True))


def verdicts(read: list[dict[str, Any]]) -> dict[tuple[str, str, str, int], bool | None]:
    """(rule, repository, file, line) → the strictest verdict."""
    found: dict[tuple[str, str, str, int], bool | None] = {}
    for row in read:
        place = (row["rule"], row["repository"], row["file"], row["line"])
        found[place] = row["verdict"] if found.get(place, True) is True else found[place]
    return found


def reported(reports: Path, commits: Path) -> set[tuple[str, str, str, int]]:
    """The places that the reports hold, those of notes at low confidence left out."""
    places = set()
    for line in commits.read_text("utf-8").splitlines():
        folder, repository, _ = line.split()
        path = reports / f"{folder}.json"
        for finding in json.loads(path.read_text("utf-8"))["findings"] if path.is_file() else ():
            if finding["confidence"] != "low":
                places.add((finding["rule"], repository, finding["location"]["path"], finding["location"]["line"]))
    return places


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--round", type=int, default=0, help="only this round; default: all")
    parser.add_argument("--reports", type=Path)
    parser.add_argument("--commits", type=Path)
    args = parser.parse_args()
    read = verdicts([row for row in rows() if not args.round or _is_of(row, args.round)])
    if args.reports and args.commits:
        kept = reported(args.reports, args.commits)
        read = {place: verdict for place, verdict in read.items() if place in kept}
    by_rule: dict[str, dict[tuple[str, str, str, int], bool | None]] = defaultdict(dict)
    for place, verdict in read.items():
        by_rule[place[0]][place] = verdict
    print("| rule | read | projects | true | false | undecided | precision | 95% interval |")
    print("|---|---|---|---|---|---|---|---|")
    for rule, places in sorted(by_rule.items()):
        true = sum(verdict is True for verdict in places.values())
        false = sum(verdict is False for verdict in places.values())
        low, high = wilson(true, true + false)
        share = f"{true / (true + false):.2f}" if true + false else "-"
        projects = len({repository for _, repository, _, _ in places})
        undecided = len(places) - true - false
        print(f"| {rule} | {len(places)} | {projects} | {true} | {false} | {undecided} | {share} | {low:.2f} to {high:.2f} |")


if __name__ == "__main__":
    main()
