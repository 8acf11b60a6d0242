"""Stock levels, over all warehouses."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from storefront.catalog.infrastructure.tables import ProductRow, StockRow


class SqlStock:
    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def level(self, sku: str) -> int:
        session = self._sessions()  # expect: DBS018
        quantity = await session.scalar(
            select(func.sum(StockRow.quantity))
            .join(ProductRow, StockRow.product_id == ProductRow.id)
            .where(ProductRow.sku == sku)
        )
        await session.close()
        return quantity or 0
