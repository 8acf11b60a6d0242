"""Stock levels, over all warehouses."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.catalog.infrastructure.tables import ProductRow, StockRow


class SqlStock:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def levels(self, skus: Sequence[str]) -> Mapping[str, int]:
        rows = await self._session.execute(
            select(ProductRow.sku, func.sum(StockRow.quantity))
            .join(StockRow, StockRow.product_id == ProductRow.id)
            .where(ProductRow.sku.in_(skus))
            .group_by(ProductRow.sku)
        )
        return {sku: quantity for sku, quantity in rows}
