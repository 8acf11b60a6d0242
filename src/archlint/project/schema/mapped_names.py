"""Columns to which the code gives names of its own: `created_at = mapped_column("createdAt")`, of a schema of another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Name

if TYPE_CHECKING:
    from archlint.facts.schema import Column, Table
    from archlint.project.program import Project


def is_mapped(project: Project, column: Column) -> bool:
    """The attribute that stands for the column is called otherwise, in small letters."""
    module = project.modules.by_path.get(column.site.path)
    if module is None:
        return False
    for statement in (*module.statements["assign"], *module.statements["annotate"]):
        if statement.value is not None and statement.value.at == column.site.at and isinstance(statement.target, Name):
            name = statement.target.id
            return name != column.name and name == name.lower()
    return False


def maps_names(project: Project, table: Table) -> bool:
    """All of its columns with capitals are."""
    odd = [column for column in table.columns if column.name != column.name.lower()]
    return bool(odd) and all(is_mapped(project, column) for column in odd)
