"""The tables into which statements of running code put rows: of the others nobody knows that they grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archlint.project.program import Project


def grown_tables(project: Project) -> frozenset[str]:
    """Their names, in lower case and without a schema."""
    return frozenset(
        last_part(table)
        for sql in project.statements.all
        if sql.module is not None and sql.module.is_production and not sql.module.is_migration
        for statement in sql.facts.statements
        if statement.verb in ("insert", "merge")
        for table in statement.writes
    )


def last_part(table: str) -> str:
    """The name of a table as it is written, without what stands before its last dot."""
    return table.rpartition(".")[2].lower()
