"""Products in PostgreSQL."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.catalog.domain.product import Product
from storefront.catalog.domain.specifications import on_sale_in
from storefront.catalog.infrastructure.tables import ProductRow
from storefront.shared.money import Money


class SqlProductRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_sku(self, sku: str) -> Product | None:
        row = await self._session.scalar(
            select(ProductRow).where(ProductRow.sku == sku, ProductRow.is_listed)
        )
        return None if row is None else _entity(row)

    async def in_category(self, category: str, limit: int, after: str) -> list[Product]:
        rows = await self._session.scalars(
            select(ProductRow)
            .where(on_sale_in(category), ProductRow.sku > after)
            .order_by(ProductRow.sku)
            .limit(limit)
        )
        return [_entity(row) for row in rows]


def _entity(row: ProductRow) -> Product:
    return Product(
        id=row.id,
        sku=row.sku,
        title=row.title,
        category=row.category,
        price=Money(row.price, row.currency),
    )
