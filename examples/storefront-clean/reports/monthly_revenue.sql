-- Revenue by month and category, for the finance team.
WITH paid AS (
    SELECT o.id, o.currency, date_trunc('month', o.placed_at) AS month
    FROM orders AS o
    WHERE o.status = 'paid'
),
lines AS (
    SELECT p.month, p.currency, c.category, l.quantity * l.unit_price AS amount
    FROM paid AS p
    JOIN order_lines AS l ON l.order_id = p.id
    JOIN products AS c ON c.sku = l.sku
)
SELECT lines.month, lines.category, lines.currency, SUM(lines.amount) AS revenue, COUNT(*) AS line_count
FROM lines
GROUP BY lines.month, lines.category, lines.currency
ORDER BY lines.month DESC, revenue DESC;

-- Customers who ordered in the last month and have never been asked for a review.
SELECT a.id, a.email
FROM accounts AS a
WHERE EXISTS (SELECT * FROM orders AS o WHERE o.account_id = a.id AND o.placed_at > now() - interval '1 month');
