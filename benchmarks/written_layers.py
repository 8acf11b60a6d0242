"""Are layers that `init` writes down the layers that were inferred? `python benchmarks/written_layers.py CORPUS [PROJECT …]`.

CORPUS holds one checkout a folder; nothing in it is changed.  For each project: modules with a layer, patterns written, the
layer findings before, whether they are the same under the written configuration, and whether a second proposal is empty.
"""

from __future__ import annotations

import sys
from pathlib import Path

from archlint import app
from archlint.checks.arc.layer_dependency_direction import Params, check
from archlint.checks.rule_api import Hit
from archlint.engine.config import settings_of, table_of
from archlint.engine.setup.choice import changes_of, proposal
from archlint.engine.setup.config_text import edited
from archlint.engine.setup.survey import survey
from archlint.project import Project

FILE = "archlint.toml"


def hits(project: Project) -> list[tuple[str, int, str, str]]:
    found = (item for item in check(project, Params(ignore=())) if isinstance(item, Hit))
    return sorted((hit.site.path, hit.site.at, hit.message, str(sorted(hit.words.items()))) for hit in found)


def compare(root: Path) -> tuple[str, bool]:
    project = app.project_of(app.target([root], root=root), jobs=1, use_cache=False)
    before = hits(project)
    found = survey(project)
    choice = proposal(found)
    text = edited(FILE, "", changes_of(choice, project.settings))
    settings = settings_of(table_of(FILE, text) or {}, FILE)
    written = found.project.under(settings)
    same = hits(written) == before
    again = changes_of(proposal(survey(written)), settings)
    patterns = sum(line.count('"') // 2 for line in text.partition("[layers]")[2].splitlines())
    words = f"{len(found.placed)} modules in layers, {patterns} patterns, {len(before)} findings"
    return f"{words}, {'the same' if same else 'NOT the same'}; second proposal {again or 'empty'}", same and not again


def main(corpus: Path, wanted: list[str]) -> int:
    good = True
    for root in sorted(path for path in corpus.iterdir() if path.is_dir() and (not wanted or path.name in wanted)):
        said, fine = compare(root)
        good &= fine
        print(f"{root.name}: {said}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
