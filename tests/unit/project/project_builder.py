"""Small projects made from text, for tests of the understanding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from textwrap import dedent

from archlint.facts.settings import Settings
from archlint.facts.sql import SqlFacts
from archlint.facts.syntax import Failure, FileFacts
from archlint.parse.python import extract
from archlint.project import Project
from archlint.project.knowledge import Knowledge
from archlint.rulebook.knowledge import load_knowledge

KNOWLEDGE = Path(__file__).parents[3] / "rules" / "knowledge"


@cache
def shipped_knowledge() -> Knowledge:
    return load_knowledge({path.name: path.read_text("utf-8") for path in sorted(KNOWLEDGE.glob("*.yaml"))})


def _no_sql(statements: Sequence[tuple[str, str]]) -> Sequence[SqlFacts]:
    raise AssertionError(f"nobody should read SQL here: {statements}")


def project_of(files: Mapping[str, str], knowledge: Knowledge | None = None, settings: Settings | None = None) -> Project:
    """A project of Python files (path → text, dedented), with the shipped knowledge unless another is given."""
    facts: dict[str, FileFacts] = {}
    for path, text in files.items():
        read = extract(dedent(text).encode())
        assert not isinstance(read, Failure), (path, read)
        facts[path] = read
    return Project(
        files=facts,
        settings=settings or Settings(),
        knowledge=knowledge or shipped_knowledge(),
        read_sql=_no_sql,
    )
