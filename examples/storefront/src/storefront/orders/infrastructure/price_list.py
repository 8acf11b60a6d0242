"""The prices in the catalogue's table."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from storefront.catalog.infrastructure.tables import ProductRow
from storefront.shared.money import Money


class SqlPriceList:
    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def price(self, sku: str) -> Money | None:
        async with self._sessions() as session:
            row = await session.scalar(select(ProductRow).where(ProductRow.sku == sku))
        return None if row is None else Money(row.price, row.currency)
