"""Recall of the rules on labelled places.

    python benchmarks/recall.py CORPUS [--rule SQL001] [--projects a,b] [--jobs N] [--reports FOLDER] [--show]

CORPUS holds one folder a labelled repository, named like the repository (its last part, in any case); those that are
missing are skipped and named.  For each project `archlint check --output-format json` runs once (or its report is
taken from `--reports`, where it is also kept), and each place of `benchmarks/labels/recall/*.jsonl` is compared with
its findings, at exactly the labelled line.  Prints, for each rule: places labelled true and how many of them were
found, places labelled false and how many of them were reported; `--show` lists what is missed and what is reported in
vain.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LABELS = Path(__file__).parent / "labels" / "recall"


@dataclass
class Tally:
    """What became of the labelled places of one rule."""

    found: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    undecided: int = 0


def labels() -> Iterator[dict[str, Any]]:
    """All rows, in the order of the files."""
    for path in sorted(LABELS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def folder_of(corpus: Path, repository: str) -> Path | None:
    """The checkout of `owner/name`: a folder called `name`, or `owner` where the name alone is none (`app`, `code`)."""
    owner, _, name = repository.lower().partition("/")
    folders = {path.name.lower().replace("-", ""): path for path in sorted(corpus.iterdir()) if path.is_dir()}
    for wanted in (name, owner.removesuffix("hq"), owner):
        found = folders.get(wanted.replace("-", ""))
        if found is not None:
            return found
    return None


def report_of(project: Path, options: argparse.Namespace) -> dict[str, Any]:
    """The JSON report on a project."""
    kept = options.reports / f"{project.name}.json" if options.reports else None
    if kept is not None and kept.is_file():
        return json.loads(kept.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
    command = [sys.executable, "-m", "archlint", "check", "--root", str(project), "--output-format", "json", "--exit-zero"]
    command += ["--no-cache", "--preview", "--jobs", str(options.jobs), *(["--select", options.rule] if options.rule else [])]
    done = subprocess.run([*command, str(project)], capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise SystemExit(f"{project.name}: {done.stderr.strip()[-500:]}")
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(done.stdout, encoding="utf-8")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def places(report: dict[str, Any]) -> set[tuple[str, str, int]]:
    """(rule, file, line) of every finding, those that a comment accepts included."""
    return {(f["rule"], f["location"]["path"], f["location"]["line"]) for f in report["findings"]}


def count(tally: Tally, verdict: bool | None, reported: bool, place: str) -> None:
    if verdict is None:
        tally.undecided += 1
    elif verdict:
        (tally.found if reported else tally.missed).append(place)
    else:
        (tally.alarms if reported else tally.silent).append(place)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rule", default="", help="only this rule")
    parser.add_argument("--projects", default="", help="only these folders of the corpus, with commas between")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--reports", type=Path, help="where reports are kept and taken from")
    parser.add_argument("--show", action="store_true", help="list misses and false alarms")
    options = parser.parse_args()
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in labels():
        # Labels of project-wide facts (layouts) name no line.
        if "line" in row and "rule" in row and options.rule in ("", row["rule"]):
            rows[row["repository"]].append(row)
    only = set(filter(None, options.projects.split(",")))
    tallies: dict[str, Tally] = defaultdict(Tally)
    for repository in sorted(rows):
        project = folder_of(options.corpus, repository)
        if project is None:
            print(f"{repository}: no checkout", file=sys.stderr)
            continue
        if only and project.name not in only:
            continue
        found = places(report_of(project, options))
        for row in rows[repository]:
            place = f"{project.name}/{row['file']}:{row['line']}  {row.get('reason', '')}"
            reported = (row["rule"], row["file"], row["line"]) in found
            count(tallies[row["rule"]], row["verdict"], reported, place)
    print(f"{'rule':8} {'true':>5} {'found':>6} {'recall':>7} {'false':>6} {'alarms':>7} {'undecided':>10}")
    for rule, tally in sorted(tallies.items()):
        true, false = len(tally.found) + len(tally.missed), len(tally.silent) + len(tally.alarms)
        recall = f"{len(tally.found) / true:.2f}" if true else "-"
        print(f"{rule:8} {true:5} {len(tally.found):6} {recall:>7} {false:6} {len(tally.alarms):7} {tally.undecided:10}")
        if options.show:
            for word, listed in (("missed", tally.missed), ("false alarm", tally.alarms)):
                for place in listed:
                    print(f"  {word}: {place}")


if __name__ == "__main__":
    main()
