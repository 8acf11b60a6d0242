"""A table's columns, as the steps of a history leave them."""

from __future__ import annotations

import pytest

from archlint.facts.findings import Site
from archlint.facts.schema import Change, Column, Parts
from archlint.project.schema.history import History

SITE = Site("migration.py", 0, 1)


def _add(name: str, type_: str = "") -> Change:
    return Change("add", "orders", SITE, parts=Parts((Column(name, SITE, type_),)))


def _columns(*steps: Change) -> list[tuple[str, str]]:
    history = History()
    history.apply([Change("create-table", "orders", SITE, parts=Parts((Column("id", SITE),))), *steps])
    return [(column.name, column.type) for column in history.tables()[0].columns]


def test_a_column_that_is_there_stays_as_it_is() -> None:
    assert _columns(_add("state", "TEXT"), _add("STATE", "INT")) == [("id", ""), ("state", "TEXT")]


@pytest.mark.parametrize(
    "step", [Change("drop-column", "orders", SITE, "state"), Change("rename-column", "orders", SITE, "state", "old")]
)
def test_a_name_that_is_free_again_can_be_taken(step: Change) -> None:
    assert _columns(_add("state", "TEXT"), step, _add("state", "INT"))[-1] == ("state", "INT")


def test_a_name_that_a_column_was_given_is_taken() -> None:
    renamed = Change("rename-column", "orders", SITE, "state", "status")
    assert _columns(_add("state", "TEXT"), renamed, _add("status", "INT")) == [("id", ""), ("status", "TEXT")]
