"""How much of real projects is understood, and what linking costs.

    python benchmarks/link.py PROJECT...

For each folder: lines, share of the calls that are resolved, functions with an effect, places with a database read by
confidence, and the CPU seconds of linking (calls, effects) for 100,000 lines.  Extraction is not counted.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from archlint.facts.settings import Settings
from archlint.facts.syntax import Failure, FileFacts
from archlint.parse.python import extract
from archlint.project import Project
from archlint.rulebook.knowledge import load_knowledge

KNOWLEDGE = Path(__file__).parent.parent / "rules" / "knowledge"


def facts_of(root: Path) -> dict[str, FileFacts]:
    """The facts of every Python file that can be read."""
    read = {path.relative_to(root).as_posix(): extract(path.read_bytes()) for path in sorted(root.rglob("*.py"))}
    return {path: facts for path, facts in read.items() if not isinstance(facts, Failure)}


def report(root: Path) -> str:
    """One line about a project."""
    knowledge = load_knowledge({path.name: path.read_text("utf-8") for path in sorted(KNOWLEDGE.glob("*.yaml"))})
    project = Project(files=facts_of(root), settings=Settings(), knowledge=knowledge, read_sql=lambda _: ())
    lines = sum(len(module.lines.starts) for module in project.modules.all)
    began = time.process_time()
    share = project.calls.resolved / max(project.calls.total, 1)
    reads = Counter(point.confidence.name.lower() for point in project.effects.points("db.read"))
    seconds = (time.process_time() - began) * 100_000 / max(lines, 1)
    known = ", ".join(f"{count} {level}" for level, count in sorted(reads.items()))
    return (
        f"{root.name}: {lines:,} lines; {share:.0%} of {project.calls.total:,} calls resolved; "
        f"database reads at {known or 'no place'}; {seconds:.1f} s for 100,000 lines"
    )


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        print(report(Path(folder)), flush=True)
