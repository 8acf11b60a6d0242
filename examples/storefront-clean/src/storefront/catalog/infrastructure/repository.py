"""Products in PostgreSQL."""

from collections.abc import Iterator, Sequence

from sqlalchemy import and_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.catalog.domain.product import Product
from storefront.catalog.infrastructure.tables import ProductRow
from storefront.shared.money import Money

BATCH = 500

IS_KNOWN = text("SELECT EXISTS (SELECT * FROM products WHERE sku = :sku AND is_listed)")


class SqlProductRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_sku(self, sku: str) -> Product | None:
        row = await self._session.scalar(
            select(ProductRow).where(ProductRow.sku == sku, ProductRow.is_listed)
        )
        return None if row is None else _entity(row)

    async def by_skus(self, skus: Sequence[str]) -> list[Product]:
        products: list[Product] = []
        for batch in _batches(skus):
            rows = await self._session.scalars(select(ProductRow).where(ProductRow.sku.in_(batch)))
            products.extend(_entity(row) for row in rows)
        return products

    async def in_category(self, category: str, limit: int, after: str) -> list[Product]:
        rows = await self._session.scalars(
            select(ProductRow)
            .where(ProductRow.category == category, ProductRow.sku > after, ProductRow.is_listed)
            .order_by(ProductRow.sku)
            .limit(limit)
        )
        return [_entity(row) for row in rows]

    async def search(self, words: Sequence[str], limit: int) -> list[Product]:
        matches = [ProductRow.title.icontains(word, autoescape=True) for word in words]
        rows = await self._session.scalars(
            select(ProductRow)
            .where(ProductRow.is_listed, and_(*matches))
            .order_by(ProductRow.sku)
            .limit(limit)
        )
        return [_entity(row) for row in rows]

    async def is_known(self, sku: str) -> bool:
        return bool(await self._session.scalar(IS_KNOWN, {"sku": sku}))


def _batches(skus: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(skus), BATCH):
        yield skus[start : start + BATCH]


def _entity(row: ProductRow) -> Product:
    return Product(
        id=row.id,
        sku=row.sku,
        title=row.title,
        category=row.category,
        price=Money(row.price, row.currency),
    )
