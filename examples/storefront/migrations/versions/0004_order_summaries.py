"""A view for the reports, and the partners' own table."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        CREATE VIEW order_summaries AS
        SELECT o.*, a.email -- expect: SQL001
        FROM orders AS o
        JOIN accounts AS a ON a.id = o.account_id
        """
    )
    op.create_table(
        "partners",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False, unique=True),
        sa.Column("password", sa.String(120), nullable=False),
    )
    op.create_table(
        "orders_archive",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("account_id", sa.Uuid(), nullable=False, index=True),
        sa.Column("total", sa.Numeric(12, 2), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_table(  # expect: DBS001, DBS003
        "partnerCoupons",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(20), nullable=False, unique=True),
        sa.Column("validUntil", sa.DateTime(timezone=True)),  # expect: DBS002
    )
    op.create_table(  # expect: DBS004
        "partner_orders",
        sa.Column("partner_id", sa.Uuid(), sa.ForeignKey("partners.id"), nullable=False),  # expect: DBS006
        sa.Column("order_id", sa.Uuid(), nullable=False),
    )
    op.create_index("ix_orders_status", "orders", ["status"])  # expect: DBS016


def downgrade() -> None:
    op.drop_index("ix_orders_status", table_name="orders")
    op.drop_table("partner_orders")
    op.drop_table("partnerCoupons")
    op.drop_table("orders_archive")
    op.drop_table("partners")
    op.execute("DROP VIEW order_summaries")
