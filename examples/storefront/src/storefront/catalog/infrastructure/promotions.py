"""The promotions that run today."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.catalog.domain.promotion import Promotion
from storefront.catalog.infrastructure.tables import PromotionRow

MOST = 100


class SqlPromotions:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def running(self) -> list[Promotion]:
        rows = await self._session.scalars(
            select(PromotionRow)
            .where(PromotionRow.ends_at > func.now())
            .order_by(PromotionRow.id)
            .limit(MOST)
        )
        return [Promotion(row.category, row.percent) for row in rows]
