"""Orders older than two years are kept in a table of their own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.orders.infrastructure.tables import ARCHIVE


async def archived_orders(
    session: AsyncSession, account_id: UUID, since: datetime | None = None
) -> list[dict[str, Any]]:
    statement = f"SELECT * FROM {ARCHIVE} WHERE account_id = :account_id"  # expect: SQL001
    parameters: dict[str, Any] = {"account_id": account_id}
    if since is not None:
        statement += " AND placed_at >= :since"
        parameters["since"] = since
    rows = await session.execute(text(f"{statement} ORDER BY placed_at DESC LIMIT 500"), parameters)
    return [dict(row) for row in rows.mappings()]
