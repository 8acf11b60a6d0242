"""The precision of each rule on the findings that people have read, with its 95% interval (Wilson).

    python benchmarks/precision.py [--round 21,22] [--reports REPORTS --commits COMMITS]

Reads `benchmarks/labels/precision/*.jsonl`: repository, commit, file, line, rule, verdict (true, false, null for
undecided), round (none: read on projects of development), reason.  Round 1 was read on projects that the rule was
developed on; each later one on projects that
were new to it at that time, and its faults were mended before the next; round 6 on projects that nobody had used, with
the version that stands here.  A place that was read twice counts once, as false if one reader says so; undecided ones
count neither way; rows with `"drawn": false` were read besides a round's sample, and count only over all rounds; those
with `"note": true` were notes at low confidence when they were read, and do not count.
Given reports of this version (`<folder>.json`; COMMITS as for `projects.py`), only places that it still reports count.
Prints a Markdown table: of one round or of all in full, of several beside each other and together.
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

Place = tuple[str, str, str, int]  # rule, repository, file, line
Verdicts = dict[Place, bool | None]


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The interval's ends (E. B. Wilson, 1927)."""
    if not trials:
        return 0.0, 1.0
    share, square = successes / trials, _Z * _Z / trials
    middle = (share + square / 2) / (1 + square)
    half = _Z * sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def rows() -> list[dict[str, Any]]:
    """All labels but those of notes, in the order of the files."""
    lines = (line for path in sorted(LABELS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines() if line)
    return [row for row in map(json.loads, lines) if not row.get("note")]


def _is_of(row: dict[str, Any], wanted: int) -> bool:
    return bool(row.get("round") == wanted and row.get("drawn", True))


def verdicts(read: list[dict[str, Any]]) -> Verdicts:
    """Each place's strictest verdict."""
    found: Verdicts = {}
    for row in read:
        place = (row["rule"], row["repository"], row["file"], row["line"])
        found[place] = row["verdict"] if found.get(place, True) is True else found[place]
    return found


def reported(reports: Path, commits: Path) -> set[Place]:
    """The places that the reports hold, those of notes at low confidence left out."""
    places = set()
    for line in commits.read_text("utf-8").splitlines():
        folder, repository, _ = line.split()
        path = reports / f"{folder}.json"
        for finding in json.loads(path.read_text("utf-8"))["findings"] if path.is_file() else ():
            if finding["confidence"] != "low":
                places.add((finding["rule"], repository, finding["location"]["path"], finding["location"]["line"]))
    return places


def _by_rule(read: Verdicts) -> dict[str, Verdicts]:
    found: dict[str, Verdicts] = defaultdict(dict)
    for place, verdict in read.items():
        found[place[0]][place] = verdict
    return found


def _right_of_decided(places: Verdicts) -> tuple[int, int]:
    right = sum(verdict is True for verdict in places.values())
    return right, right + sum(verdict is False for verdict in places.values())


def _share(right: int, decided: int) -> str:
    low, high = wilson(right, decided)
    return f"{f'{right / decided:.2f}' if decided else '-'} | {low:.2f} to {high:.2f}"


def in_full(read: Verdicts) -> list[str]:
    """The lines of a table with a row a rule."""
    lines = ["| rule | read | projects | true | false | undecided | precision | 95% interval |", "|---" * 8 + "|"]
    for rule, places in sorted(_by_rule(read).items()):
        right, decided = _right_of_decided(places)
        projects = len({repository for _, repository, _, _ in places})
        counts = f"{len(places)} | {projects} | {right} | {decided - right} | {len(places) - decided}"
        lines.append(f"| {rule} | {counts} | {_share(right, decided)} |")
    return lines


def side_by_side(rounds: dict[int, Verdicts]) -> list[str]:
    """The lines of a table with a column a round: right ones of those that were decided, and all together."""
    heads = " | ".join(f"round {number}" for number in rounds)
    lines = [f"| rule | {heads} | together | precision | 95% interval |", "|---" * (len(rounds) + 4) + "|"]
    columns = [_by_rule(read) for read in rounds.values()]
    for rule in sorted({rule for column in columns for rule in column}):
        counts = [_right_of_decided(column.get(rule, {})) for column in columns]
        right, decided = (sum(side) for side in zip(*counts, strict=True))
        cells = " | ".join(f"{true} of {all_}" if all_ else "–" for true, all_ in [*counts, (right, decided)])
        lines.append(f"| {rule} | {cells} | {_share(right, decided)} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--round", default="", help="only these rounds, with commas between; default: all")
    parser.add_argument("--reports", type=Path)
    parser.add_argument("--commits", type=Path)
    args = parser.parse_args()
    kept = reported(args.reports, args.commits) if args.reports and args.commits else None

    def read(labels: list[dict[str, Any]]) -> Verdicts:
        return {place: verdict for place, verdict in verdicts(labels).items() if kept is None or place in kept}

    wanted = [int(number) for number in args.round.split(",") if number]
    rounds = {number: read([row for row in rows() if _is_of(row, number)]) for number in wanted}
    together = rounds[wanted[0]] if wanted else read(rows())
    lines = side_by_side(rounds) if len(rounds) > 1 else in_full(together)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
