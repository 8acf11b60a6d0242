"""Projects whose schema is asked for, and how it is printed."""

from __future__ import annotations

from collections.abc import Mapping

from project_builder import project_of as python_project

from archlint.parse.sql import read
from archlint.project import Project
from archlint.report.schema import as_text


def project_of(files: Mapping[str, str], sql: Mapping[str, str] | None = None) -> Project:
    """A project of Python and SQL files."""
    made = python_project(files)
    return Project(
        files=made.files,
        settings=made.settings,
        knowledge=made.knowledge,
        read_sql=lambda pairs: [read(*pair) for pair in pairs],
        sql_files=sql,
    )


def lines_of(project: Project) -> list[str]:
    """The printed schema without places."""
    text = as_text(project.schemas.all, lambda _: 0)
    return [line.partition(" (")[0] if line.startswith("  ") and line[2] != " " else line.strip() for line in text.splitlines()]


def table_of(project: Project, name: str) -> list[str]:
    """What is printed of one table."""
    lines = lines_of(project)
    start = lines.index(f"  {name}") + 1
    end = next((i for i, line in enumerate(lines[start:], start) if not line or line.startswith("  ")), len(lines))
    return lines[start:end]
