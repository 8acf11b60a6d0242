"""A view for the reports, and a partner's own table."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        CREATE VIEW order_summaries AS
        SELECT o.id, o.account_id, o.status, o.total, o.currency, o.placed_at, COUNT(*) AS line_count
        FROM orders AS o
        JOIN order_lines AS l ON l.order_id = o.id
        GROUP BY o.id
        """
    )
    op.create_table(
        "partners",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(255), nullable=False),
    )
    op.create_table(
        "partner_coupons",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("code", sa.String(20), nullable=False, unique=True),
        sa.Column("valid_until", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "partner_orders",
        sa.Column("partner_id", sa.Uuid(), sa.ForeignKey("partners.id"), primary_key=True),
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("orders.id"), primary_key=True, index=True),
    )
    with op.get_context().autocommit_block():
        op.create_index("ix_orders_status", "orders", ["status"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("ix_orders_status", table_name="orders")
    op.drop_table("partner_orders")
    op.drop_table("partner_coupons")
    op.drop_table("partners")
    op.execute("DROP VIEW order_summaries")
