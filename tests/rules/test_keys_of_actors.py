"""How sure DBS006 is of columns that keep who did something, which a case's marks cannot say."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

SCHEMA = """\
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE {table} (
    id bigint PRIMARY KEY,
    updated_by bigint REFERENCES users (id)
);
"""


@pytest.mark.parametrize(
    ("table", "confidence"),
    [("page", Confidence.MEDIUM), ("settings_change", Confidence.MEDIUM), ("mail_settings", Confidence.LOW)],
)
def test_who_changed_the_row_last(table: str, confidence: Confidence) -> None:
    (found,) = testing.run_rule("DBS006", {"schema.sql": SCHEMA.format(table=table)})

    assert found.confidence == confidence
