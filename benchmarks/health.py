"""Recall and false alarms of OBS001 to OBS003 on the labelled projects.

    python benchmarks/health.py CORPUS [--show]

The labels of `recall/health.jsonl` stand at the route or probe that decides a project's main service, the findings at
its app: so the two are compared by project and rule, and the rows that were not drawn (helper services, mounted apps)
are compared by file.  CORPUS is as for `recall.py`, whose rules for finding a project's folder are used.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from recall import LABELS, folder_of

RULES = ("OBS001", "OBS002", "OBS003")


def findings(project: Path) -> list[dict[str, Any]]:
    """What `archlint check` reports of the three rules."""
    command = [sys.executable, "-m", "archlint", "check", str(project), "--select", ",".join(RULES)]
    run = subprocess.run(
        [*command, "--root", str(project), "--output-format", "json", "--no-cache", "--exit-zero"],
        capture_output=True,
        text=True,
        check=False,
    )
    found: list[dict[str, Any]] = json.loads(run.stdout)["findings"]
    return [finding for finding in found if finding["rule"] in RULES]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--show", action="store_true", help="list misses and false alarms")
    options = parser.parse_args()
    rows = [json.loads(line) for line in (LABELS / "health.jsonl").read_text(encoding="utf-8").splitlines() if line.strip()]
    reports: dict[str, list[dict[str, Any]]] = {}
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        folder = folder_of(options.corpus, row["repository"])
        if folder is None or row["verdict"] is None:
            continue
        if folder.name not in reports:
            reports[folder.name] = findings(folder)
        hits = [f for f in reports[folder.name] if f["rule"] == row["rule"]]
        if not row["drawn"]:
            hits = [f for f in hits if f["location"]["path"] == row["file"]]
        kind = {(True, True): "found", (True, False): "missed", (False, True): "alarm", (False, False): "silent"}[
            row["verdict"], bool(hits)
        ]
        counts[row["rule"], kind] += 1
        if options.show and kind in ("missed", "alarm"):
            print(f"{kind} {row['rule']} {row['repository']} {row['file']}:{row['line']} {row['reason']}")
    for rule in RULES:
        found, missed = counts[rule, "found"], counts[rule, "missed"]
        silent, alarms = counts[rule, "silent"], counts[rule, "alarm"]
        print(f"{rule}: {found} of {found + missed} found; {alarms} false alarms on {silent + alarms} places labelled false")


if __name__ == "__main__":
    main()
