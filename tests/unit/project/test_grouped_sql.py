"""What a text of SQL gives one row for: each of some groups, or each row of its first table."""

import pytest

from archlint.project.relations.grouped_sql import is_grouped

GROUPED = (
    "SELECT city, COUNT(*) FROM customers GROUP BY city",
    "SELECT c.city FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY o.id",
    "SELECT DISTINCT city FROM customers",
    "SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING COUNT(*) > 1",
    "SELECT date(at), COUNT(id) FROM orders GROUP BY 1 ORDER BY id",
)
WHOLE = (
    "SELECT id FROM customers",
    "SELECT c.id, COUNT(o.id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id, c.city",
    'SELECT COUNT(*) FROM shop."customers" GROUP BY customers.id ORDER BY 1',
    "SELECT c.id, n FROM customers c JOIN (SELECT city, COUNT(*) n FROM shops GROUP BY city) s ON s.city = c.city",
    "SELECT DISTINCT c.* FROM customers AS c JOIN orders o ON o.customer_id = c.id",
)


@pytest.mark.parametrize("text", GROUPED)
def test_groups(text: str) -> None:
    assert is_grouped(text)


@pytest.mark.parametrize("text", WHOLE)
def test_rows(text: str) -> None:
    assert not is_grouped(text)
