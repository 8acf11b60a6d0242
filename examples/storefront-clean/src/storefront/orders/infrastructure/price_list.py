"""Prices come from the catalogue, in a session of their own: no transaction stays open behind them."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from storefront.catalog.application.pricing import CatalogPricing
from storefront.catalog.infrastructure.repository import SqlProductRepository
from storefront.shared.money import Money


class CatalogPriceList:
    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def prices(self, skus: Sequence[str]) -> Mapping[str, Money]:
        async with self._sessions() as session:
            return await CatalogPricing(SqlProductRepository(session)).prices(skus)
