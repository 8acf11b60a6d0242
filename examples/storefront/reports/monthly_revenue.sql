-- Revenue by month and category, for the finance team.
WITH lines AS (
    SELECT date_trunc('month', o.placed_at) AS month, o.currency, p.category, l.quantity * l.unit_price AS amount
    FROM orders AS o
    JOIN order_lines AS l ON l.order_id = o.id
    JOIN products AS p ON p.sku = l.sku
    WHERE o.status = 'paid'
),
revenue AS (
    SELECT month, category, currency, SUM(amount) AS revenue, COUNT(*) AS line_count
    FROM lines
    GROUP BY month, category, currency
)
SELECT * FROM revenue ORDER BY month DESC, revenue DESC;

-- The orders behind it, for the auditor.
SELECT * -- expect: SQL001
FROM order_summaries
WHERE placed_at >= date_trunc('month', now()) - interval '1 month'
ORDER BY placed_at;
