"""Which columns without a foreign key are only noted: ids of others, keys that are made elsewhere."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

FIRST = """\
CREATE TABLE driver (id {key} PRIMARY KEY);
CREATE TABLE customer (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customer (id));
"""
SECOND = "ALTER TABLE orders ADD COLUMN driver_id {column};\n"
SCHEMA = """\
CREATE TABLE driver (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, driver_id int{reference});
"""


@pytest.mark.parametrize(
    ("key", "column", "reference", "confidence"),
    [
        ("int", "int", "", Confidence.MEDIUM),
        ("int", "bigint", "", Confidence.LOW),
        ("bigint", "bigint", "", Confidence.MEDIUM),
        ("bigint", "int", "", Confidence.MEDIUM),
        ("int", "int", " REFERENCES driver (id)", Confidence.LOW),
    ],
)
def test_what_is_only_noted(key: str, column: str, reference: str, confidence: Confidence) -> None:
    files = {
        "steps/1_first.sql": FIRST.format(key=key),
        "steps/2_second.sql": SECOND.format(column=column),
        "schema.sql": SCHEMA.format(reference=reference),
    }
    found = [hit for hit in testing.run_rule("DBS005", files) if hit.location.path.startswith("steps")]
    assert [hit.confidence for hit in found] == [confidence]


@pytest.mark.parametrize(
    ("columns", "confidence"),
    [
        ("driver_id int, name text", Confidence.MEDIUM),
        ("driver_id int, driver_name text", Confidence.MEDIUM),
        ("driver_id int, driver_name text, car_id int, car_name text", Confidence.LOW),
        ("driver_id int, driver_phone text, car_id int, car_phone text", Confidence.MEDIUM),
        ("driver_id int NOT NULL DEFAULT 1", Confidence.LOW),
    ],
)
def test_what_is_copied_or_a_code_is_noted(columns: str, confidence: Confidence) -> None:
    schema = f"""\
CREATE TABLE driver (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES driver (id));
CREATE TABLE ride (id int PRIMARY KEY, {columns});
"""
    assert [hit.confidence for hit in testing.run_rule("DBS005", {"schema.sql": schema})] == [confidence]


@pytest.mark.parametrize(("size", "confidence"), [(14, Confidence.MEDIUM), (15, Confidence.LOW)])
def test_a_text_that_is_not_as_long_as_the_key_is_noted(size: int, confidence: Confidence) -> None:
    schema = f"""\
CREATE TABLE language (id varchar(14) PRIMARY KEY);
CREATE TABLE book (id int PRIMARY KEY, written_in varchar(14) REFERENCES language (id));
CREATE TABLE device (id int PRIMARY KEY, language_id varchar({size}));
"""
    assert [hit.confidence for hit in testing.run_rule("DBS005", {"schema.sql": schema})] == [confidence]
