"""Facts to the project that rules ask."""

from __future__ import annotations

from archlint.engine.discover import Inventory
from archlint.engine.extract import Facts
from archlint.facts.settings import Settings
from archlint.project import Project
from archlint.project.knowledge import Knowledge


def link(facts: Facts, inventory: Inventory, settings: Settings, knowledge: Knowledge) -> Project:
    """One read-only program; each part of it is built when a rule first asks for it."""
    return Project(
        files=facts.python,
        settings=settings,
        knowledge=knowledge,
        read_sql=facts.read_sql,
        sql_files=facts.sql,
        deployment_files=facts.deployment,
        other_files=frozenset(inventory.others),
        unread=frozenset(facts.failures),
    )
