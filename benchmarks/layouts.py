"""Compares the inferred layers with `labels/layouts.jsonl`: `python benchmarks/layouts.py CORPUS [PROJECT …]`.

CORPUS holds one checkout a folder, named like the repository (its last part, or `owner-name`), or as its `commits.txt`
says (folder, repository, commit; one line each).  For each project the
style is compared, and each module that a label's pattern covers is right (its layer is the labelled one), missed (it has
none) or wrong (it has another).  Modules under `composition` and under no pattern do not count.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from archlint import app
from archlint.facts.settings import Settings
from archlint.facts.syntax import Failure, FileFacts
from archlint.parse.python import extract
from archlint.project import Project
from archlint.project.source.patterns import covers

LABELS = Path(__file__).parent / "labels/layouts.jsonl"
LAYER_OF_WORD = {"persistence": "infrastructure"}
FOLDERS = {"cosmicpython/code": "cosmicpython"}


def read_project(root: Path) -> Project:
    """The checkout, linked; what cannot be parsed is left out."""
    files: dict[str, FileFacts] = {}
    others: set[str] = set()
    for path in sorted(root.rglob("*")):
        if ".git" in path.parts or "node_modules" in path.parts or not path.is_file():
            continue
        name = path.relative_to(root).as_posix()
        if path.suffix != ".py":
            others.add(name)
            continue
        facts = extract(path.read_bytes())
        if not isinstance(facts, Failure):
            files[name] = facts
    return Project(
        files=files,
        settings=Settings(),
        knowledge=app.knowledge(),
        read_sql=lambda _: [],
        other_files=frozenset(others),
    )


def expected_layer(label: dict[str, Any], name: str) -> str | None:
    """The labelled layer of a module by its most exact pattern."""
    found = [
        (len(pattern.replace("*", "")), LAYER_OF_WORD.get(word, word))
        for word, patterns in label["layers"].items()
        for pattern in patterns
        if covers(pattern, name)
    ]
    return max(found)[1] if found else None


def compare(label: dict[str, Any], project: Project) -> Counter[str]:
    counts: Counter[str] = Counter()
    for module in project.modules.production:
        expected = expected_layer(label, module.local_name)
        found = project.layers.layer_of(module)
        if expected == "composition":
            continue
        if expected is None:
            counts["beyond"] += found is not None
        else:
            counts["right" if found == expected else "missed" if found is None else f"wrong:{expected}>{found}"] += 1
    return counts


def find(corpus: Path, folders: dict[str, str], repository: str) -> Path:
    """The folder of a repository's checkout; it need not be there."""
    if folders:
        return corpus / folders.get(repository, repository.replace("/", "-"))
    folder = corpus / FOLDERS.get(repository, repository.partition("/")[2])
    return folder if folder.is_dir() else corpus / repository.replace("/", "-")


def main(corpus: Path, wanted: list[str]) -> int:
    styles = 0
    listed = corpus / "commits.txt"
    lines = [line.split() for line in listed.read_text("utf-8").splitlines()] if listed.is_file() else []
    folders = {repository: folder for folder, repository, _ in lines}
    labels = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    seen = 0
    for label in labels:
        folder = find(corpus, folders, label["repository"])
        if not folder.is_dir() or (wanted and folder.name not in wanted):
            continue
        seen += 1
        project = read_project(folder)
        style = project.layers.style
        styles += style == label["style"]
        counts = compare(label, project)
        shown = " ".join(f"{word}={counts[word]}" for word in sorted(counts))
        print(f"{'ok ' if style == label['style'] else 'NO '} {folder.name:32} {label['style']:8} found {style:8} {shown}")
    print(f"style right on {styles} of {seen} projects")
    return 0 if seen else 2


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
